"""The machine's Chromium: quiet, or with a camera and a microphone that are made up. Tests and benchmarks share it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Playwright, Route, sync_playwright

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TALKING = (
    *QUIET,
    "--use-fake-device-for-media-stream=fps=30",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
)
# A process may hold one Playwright at a time, however many browsers it has open.
_held: list[Playwright] = []
_open = 0


@contextmanager
def a_chromium(flags: tuple[str, ...] = QUIET) -> Iterator[Browser]:
    """Yield a browser: the one named in CHROMIUM, the machine's own, or the one Playwright fetched."""
    global _open  # counted per process
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if not _held:
        _held.append(sync_playwright().start())
    _open += 1
    try:
        launched = _held[0].chromium.launch(executable_path=found, args=list(flags))
        yield launched
        launched.close()
    finally:
        _open -= 1
        if not _open:
            _held.pop().stop()


def answered_by(page: Page, client: FlaskClient) -> None:
    """Let the application answer what a page asks: no server, and the client's own sign-in. Sockets stay closed."""

    def answer(route: Route) -> None:
        asked = route.request
        parts = urlsplit(asked.url)
        head = {"Accept-Language": asked.headers.get("accept-language", "")}
        said = client.open(parts.path, query_string=parts.query, method=asked.method, headers=head, buffered=True)
        route.fulfill(status=said.status_code, headers=dict(said.headers), body=said.data)

    page.route("**/*", answer)
    page.route_web_socket("**/*", lambda socket: socket.close())
