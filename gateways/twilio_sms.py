"""Text messages through Twilio, and its word about what became of them.

Twilio cannot de-duplicate: after a lost answer we ask for messages to that number before we send again.
"""

from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from kernel import clock
from kernel.settings import Settings
from messages.ports import Envelope, Receipt, Refused, Unknown

TIMEOUT_S = 10


class _ElsewhereClient(TwilioHttpClient):
    """Sends to another address than Twilio's own: a stand-in in tests."""

    def __init__(self, address: str) -> None:
        super().__init__(timeout=TIMEOUT_S)
        self._address = urlsplit(address)

    def request(self, method: str, url: str, *args: object, **kwargs: object) -> Response:  # type: ignore[override]
        path = urlsplit(url)
        here = urlunsplit((self._address.scheme, self._address.netloc, path.path, path.query, ""))
        return super().request(method, here, *args, **kwargs)  # type: ignore[arg-type]


class TwilioSmsGateway:
    """Hands text messages to Twilio."""

    def __init__(self, settings: Settings) -> None:
        address = settings.twilio_api_url
        http = _ElsewhereClient(address) if address else TwilioHttpClient(timeout=TIMEOUT_S)
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
