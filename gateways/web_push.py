"""Push messages to browsers (RFC 8030, 8291, 8292)."""

import json

from pywebpush import WebPushException, webpush
from requests.exceptions import RequestException

from kernel.settings import Settings
from messages.ports import Envelope, Gone, Receipt, Refused, Unknown

TIMEOUT_S = 10
LIFE_S = 3600
_GONE, _LATER = {404, 410}, {408, 429}


class WebPushGateway:
    """Hands push messages to the service of the person's browser. Their text says nothing private."""

    def __init__(self, settings: Settings) -> None:
        self._key, self._subject = settings.vapid_private_key, settings.vapid_subject or f"mailto:{settings.mail_from}"

    def send(self, envelope: Envelope) -> Receipt:
        """Send one push message."""
        words = json.dumps({"title": envelope.subject, "tag": envelope.reference, "path": envelope.path})
        claims: dict[str, str | int] = {"sub": self._subject}
        try:
            webpush(envelope.data, words, self._key, claims, timeout=TIMEOUT_S, ttl=LIFE_S)
        except WebPushException as error:
            status = error.response.status_code if error.response is not None else 0
            if status in _GONE:
                raise Gone(f"push_{status}") from error
            if 400 <= status < 500 and status not in _LATER:
                raise Refused(f"push_{status}") from error
            raise
        except RequestException as error:
            raise Unknown from error
        return Receipt(f"push-{envelope.reference}")

    def find(self, envelope: Envelope) -> Receipt | None:
        """Push services cannot be asked; the tag lets the browser show two as one."""
        return None
