"""Text messages through Twilio, and its word about what became of them.

Twilio cannot de-duplicate: after a lost answer we ask for messages to that number before we send again.
"""

from datetime import timedelta

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from gateways.twilio_http import http_client
from kernel import clock
from kernel.settings import Settings
from messages.ports import Envelope, Receipt, Refused, Unknown


class TwilioSmsGateway:
    """Hands text messages to Twilio."""

    def __init__(self, settings: Settings) -> None:
        http = http_client(settings.twilio_api_url)
        self._client = Client(settings.twilio_account_sid, settings.twilio_auth_token, http_client=http)
        self._from, self._callback = settings.twilio_from, f"{settings.public_url}/webhooks/twilio/sms"

    def send(self, envelope: Envelope) -> Receipt:
        """Send one text message."""
        words = {"to": envelope.to, "from_": self._from, "body": envelope.text, "status_callback": self._callback}
        try:
            return Receipt(str(self._client.messages.create(**words).sid))
        except TwilioRestException as error:
            if 400 <= error.status < 500 and error.status != 429:
                raise Refused(f"twilio_{error.code}") from error
            raise
        except RequestException as error:
            raise Unknown from error

    def find(self, envelope: Envelope) -> Receipt | None:
        """Return a message with the same words to the same number of the last hour."""
        since = clock.now() - timedelta(hours=1)
        for it in self._client.messages.list(to=envelope.to, date_sent_after=since, limit=50):
            if it.body == envelope.text:
                return Receipt(str(it.sid))
        return None
