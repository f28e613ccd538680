"""A client that costs next to nothing: prepared requests over kept connections, so that the server is measured."""

import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import Flask

from kernel.actor import Role
from people import services as people
from web.identity import SESSION_SECRET


@dataclass(frozen=True, slots=True)
class Target:
    """An address with the headers it is asked with."""

    address: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def request(self) -> bytes:
        """Return the bytes of one GET."""
        parts = urlsplit(self.address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        lines = [f"GET {path} HTTP/1.1", f"Host: {parts.netloc}", *(f"{k}: {v}" for k, v in self.headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass(slots=True)
class Load:
    """What came of it: seconds of every answer, and of the whole."""

    answers_s: list[float]
    taken_s: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.answers_s) / self.taken_s


def cookie_of(app: Flask, person_id: int, role: Role) -> dict[str, str]:
    """Return the header of a browser in which somebody is signed in, second factor and all, and saw a page already."""
    client = app.test_client()
    with client.session_transaction() as session:
        session[SESSION_SECRET] = people.open_session(person_id, role, second_factor=True)
    assert client.get("/me", follow_redirects=True).status_code == 200
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return {"Cookie": f"{cookie.key}={cookie.value}"}


def press(target: Target, *, connections: int, seconds: float) -> Load:
    """Ask as fast as the answers come, over several connections at once, for so many seconds.

    Raises:
        RuntimeError: an answer was not 200.
    """
    wrong: list[Exception] = []
    answers: list[float] = []
    until = time.perf_counter() + seconds

    def ask() -> None:
        mine: list[float] = []
        try:
            with _Connection(target) as connection:
                while (before := time.perf_counter()) < until:
                    connection.ask()
                    mine.append(time.perf_counter() - before)
        except Exception as error:
            wrong.append(error)
        answers.extend(mine)

    threads = [threading.Thread(target=ask) for _ in range(connections)]
    before = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    return Load(answers, time.perf_counter() - before)


class _Connection:
    """One kept connection; opened again when the server closes it."""

    def __init__(self, target: Target) -> None:
        parts = urlsplit(target.address)
        self._place, self._request = (parts.hostname or "", parts.port or 80), target.request()
        self._socket: socket.socket | None = None

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *_: object) -> None:
        if self._socket:
            self._socket.close()

    def ask(self) -> bytes:
        """Return the body of one answer."""
        if self._socket is None:
            self._socket = socket.create_connection(self._place, timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(self._request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = received[:end].lower()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"answered {head[:200]!r}")
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(received) < end + 4 + length:
            received += self._more()
        if b"connection: close" in head:
            self._socket.close()
            self._socket = None
        return received[end + 4 :]

    def _more(self) -> bytes:
        assert self._socket is not None
        chunk = self._socket.recv(1 << 18)
        if not chunk:
            raise RuntimeError("the server closed the connection in the middle of an answer")
        return chunk
