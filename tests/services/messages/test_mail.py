"""Mail to a real server of this machine: the password waits for TLS, a no for now is not a no for good."""

import smtplib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from gateways.smtp import SmtpGateway
from kernel.settings import Settings
from messages.ports import Envelope, Refused


class Post:
    """A mail server that remembers, and answers recipients as it is told."""

    def __init__(self) -> None:
        self.answer, self.taken, self.passwords = "250 OK", [], []  # type: ignore[var-annotated]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(envelope.content.decode())
        return "250 OK"

    def sign_in(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.passwords.append(data)
        return AuthResult(success=True)


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    handler = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(handler, hostname="127.0.0.1", port=port, authenticator=handler.sign_in, auth_require_tls=False)
    server.start()
    yield handler, port
    server.stop()


def gateway(port: int, account: str = "") -> SmtpGateway:
    return SmtpGateway(Settings(data_dir=Path("/nowhere"), smtp_url=f"smtp://{account}127.0.0.1:{port}"))


MAIL = Envelope(reference="d1", to="an@voorbeeld.example", subject="Een\r\nBcc: x@evil.example", text="Dag", data={})


def test_a_mail_goes_out_and_its_subject_is_one_line(post: tuple[Post, int]) -> None:
    handler, port = post
    assert gateway(port).send(MAIL).provider_id == "<d1@example.org>"
    [taken] = handler.taken
    assert "\nBcc:" not in taken


def test_the_password_is_not_given_to_a_server_without_tls(post: tuple[Post, int]) -> None:
    handler, port = post
    with pytest.raises(ConnectionError):
        gateway(port, "tolken:geheim@").send(MAIL)
    assert (handler.passwords, handler.taken) == ([], [])


def test_where_tls_is_offered_it_is_begun_before_anything_else(post: tuple[Post, int], monkeypatch: Any) -> None:
    begun = []
    monkeypatch.setattr(smtplib.SMTP, "has_extn", lambda self, name: name == "starttls" and self.ehlo_resp is not None)
    monkeypatch.setattr(smtplib.SMTP, "starttls", lambda self, **how: begun.append(how["context"].verify_mode))
    monkeypatch.setattr(smtplib.SMTP, "login", lambda self, *words: None)
    gateway(post[1], "tolken:geheim@").send(MAIL)
    assert begun == [2]  # ssl.CERT_REQUIRED


@pytest.mark.parametrize(("answer", "refusal"), [("450 later", smtplib.SMTPRecipientsRefused), ("550 never", Refused)])
def test_a_no_for_now_is_tried_again_and_a_no_for_good_is_not(
    post: tuple[Post, int], answer: str, refusal: type[Exception]
) -> None:
    handler, port = post
    handler.answer = answer
    with pytest.raises(refusal):
        gateway(port).send(MAIL)
