"""How we speak with Twilio: with time-outs, and to a stand-in where the settings name one."""

import logging
from urllib.parse import urlsplit, urlunsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

TIMEOUT_S = 10
# Its own log tells addresses and fields, and they hold people's numbers.
logging.getLogger("twilio.http_client").setLevel(logging.WARNING)


class _ElsewhereClient(TwilioHttpClient):
    """Sends to another address than Twilio's own: a stand-in in tests."""

    def __init__(self, address: str) -> None:
        super().__init__(timeout=TIMEOUT_S)
        self._address = urlsplit(address)

    def request(self, method: str, url: str, *args: object, **kwargs: object) -> Response:  # type: ignore[override]
        path = urlsplit(url)
        here = urlunsplit((self._address.scheme, self._address.netloc, path.path, path.query, ""))
        return super().request(method, here, *args, **kwargs)  # type: ignore[arg-type]


def http_client(address: str | None) -> TwilioHttpClient:
    """Return the client for Twilio itself, or for whoever stands in at `address`."""
    return _ElsewhereClient(address) if address else TwilioHttpClient(timeout=TIMEOUT_S)
