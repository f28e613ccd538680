"""The real gateways against providers that behave as badly as the real ones; only the provider is a stand-in."""

import base64
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import http_ece
import pytest
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid

from gateways import smtp, twilio_http, web_push
from gateways.smtp import SmtpGateway
from gateways.twilio_sms import TwilioSmsGateway
from gateways.web_push import WebPushGateway
from kernel.settings import Settings
from messages.ports import Envelope, Gone, Receipt, Refused, Unknown
from web.install import new_private_key

Answer = Callable[["Provider", str, bytes], tuple[int, dict[str, str], bytes] | None]


class Provider:
    """A provider on this machine. `answers` are given in turn (the last one again); None drops the connection."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.asked = list(answers), []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def _do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                provider.asked.append((self.command, self.path, self.headers, body))
                answer = provider.answers.pop(0) if len(provider.answers) > 1 else provider.answers[0]
                given = answer(provider, self.path, body)
                if given is None:
                    self.connection.close()
                    return
                status, headers, said = given
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(said))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = _do

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def provider(*answers: Answer) -> Iterator[Provider]:
    made = Provider(*answers)
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def says(status: int, body: object = None, **headers: str) -> Answer:
    said = b"" if body is None else json.dumps(body).encode()
    return lambda *_: (status, {"Content-Type": "application/json"} | headers, said)


def drops(*_: object) -> None:
    """Take everything, and hang up without a word."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for gateway in (smtp, twilio_http, web_push):
        monkeypatch.setattr(gateway, "TIMEOUT_S", 2)


def an_envelope(**changes: Any) -> Envelope:
    usual = {
        "reference": "d7",
        "to": "+32470000001",
        "subject": "Kunt u tolken?",
        "text": "Kijk op de tolkdienst.",
        "data": {},
    }
    return Envelope(**(usual | changes))


class TestTwilio:
    @staticmethod
    def gateway(at: Provider) -> TwilioSmsGateway:
        return TwilioSmsGateway(
            Settings(data_dir=Path("."), public_url="https://tolk.example", twilio_account_sid="AC1",
                     twilio_auth_token="t", twilio_from="+3200", twilio_api_url=at.address)
        )  # fmt: skip

    def test_a_message_goes_out_once_with_where_to_tell_what_became_of_it(self) -> None:
        with provider(says(201, {"sid": "SM1"})) as twilio:
            assert self.gateway(twilio).send(an_envelope()) == Receipt("SM1")
        [(method, path, _, body)] = twilio.asked
        sent = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        assert (method, path) == ("POST", "/2010-04-01/Accounts/AC1/Messages.json")
        assert sent == {"To": "+32470000001", "From": "+3200", "Body": "Kijk op de tolkdienst.",
                        "StatusCallback": "https://tolk.example/webhooks/twilio/sms"}  # fmt: skip

    def test_a_number_that_cannot_be_is_refused_for_good(self) -> None:
        with (
            provider(says(400, {"code": 21211, "message": "invalid To"})) as twilio,
            pytest.raises(Refused, match="21211"),
        ):
            self.gateway(twilio).send(an_envelope())

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_too_busy_is_no_refusal(self, status: int) -> None:
        with provider(says(status, {"code": 20429, "message": "later"})) as twilio, pytest.raises(Exception) as raised:
            self.gateway(twilio).send(an_envelope())
        assert not isinstance(raised.value, Refused | Unknown)

    def test_after_a_lost_answer_it_is_asked_before_it_is_sent_again(self) -> None:
        listed = {"messages": [{"sid": "SM8", "body": "iets anders"}, {"sid": "SM9", "body": "Kijk op de tolkdienst."}]}
        with provider(drops, says(200, listed)) as twilio:
            with pytest.raises(Unknown):
                self.gateway(twilio).send(an_envelope())
            assert self.gateway(twilio).find(an_envelope()) == Receipt("SM9")
        assert [it[0] for it in twilio.asked] == ["POST", "GET"]
        assert parse_qs(urlsplit(twilio.asked[1][1]).query)["To"] == ["+32470000001"]

    def test_silence_ends(self) -> None:
        gate = threading.Event()
        with provider(lambda *_: gate.wait(5) and None) as twilio:
            with pytest.raises(Unknown):
                self.gateway(twilio).send(an_envelope())
            gate.set()


class Mailbox:
    """A mail server that answers as it is told."""

    def __init__(self, rcpt: str = "250 OK", data: str = "250 OK") -> None:
        self.rcpt, self.data, self.mails = rcpt, data, []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope)
        if self.data == "drop":
            server.transport.abort()
        return self.data


@contextmanager
def mail_server(box: Mailbox) -> Iterator[SmtpGateway]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = Controller(box, hostname="127.0.0.1", port=port)
    running.start()
    try:
        settings = Settings(data_dir=Path("."), smtp_url=f"smtp://127.0.0.1:{port}", mail_from="tolk@agii.example")
        yield SmtpGateway(settings)
    finally:
        running.stop()


class TestMail:
    mail = an_envelope(to="samira@t.example", subject="Kunt u\ntolken?")

    def test_a_mail_arrives_whole_and_its_subject_adds_no_header(self) -> None:
        box = Mailbox()
        with mail_server(box) as gateway:
            assert gateway.send(self.mail) == Receipt("<d7@agii.example>")
        [sent] = box.mails
        assert (sent.mail_from, sent.rcpt_tos) == ("tolk@agii.example", ["samira@t.example"])
        assert b"Subject: Kunt u tolken?" in sent.content
        assert b"Message-ID: <d7@agii.example>" in sent.content

    def test_a_mailbox_that_does_not_exist_is_refused_for_good(self) -> None:
        with mail_server(Mailbox(rcpt="550 no such user")) as gateway, pytest.raises(Refused):
            gateway.send(self.mail)

    def test_a_server_that_lets_strangers_wait_is_no_refusal(self) -> None:
        with mail_server(Mailbox(rcpt="451 try later")) as gateway, pytest.raises(Exception) as raised:
            gateway.send(self.mail)
        assert not isinstance(raised.value, Refused | Unknown)

    def test_a_server_that_hangs_up_after_taking_the_mail_leaves_it_unknown(self) -> None:
        box = Mailbox(data="drop")
        with mail_server(box) as gateway, pytest.raises(Unknown):
            gateway.send(self.mail)
        assert len(box.mails) == 1

    def test_a_password_is_not_sent_in_the_open(self) -> None:
        with mail_server(Mailbox()) as gateway:
            port = gateway._url.port
            settings = Settings(
                data_dir=Path("."), smtp_url=f"smtp://me:geheim@127.0.0.1:{port}", mail_from="a@b.example"
            )
            with pytest.raises(ConnectionError, match="STARTTLS"):
                SmtpGateway(settings).send(self.mail)

    def test_no_server_is_tried_again_later(self) -> None:
        settings = Settings(data_dir=Path("."), smtp_url="smtp://127.0.0.1:1", mail_from="a@b.example")
        with pytest.raises(OSError, match="refused"):
            SmtpGateway(settings).send(self.mail)


class TestPush:
    key = new_private_key()

    @staticmethod
    def gateway() -> WebPushGateway:
        return WebPushGateway(Settings(data_dir=Path("."), vapid_private_key=TestPush.key, mail_from="a@b.example"))

    @staticmethod
    def a_browser(at: Provider) -> tuple[ec.EllipticCurvePrivateKey, bytes, Envelope]:
        own, secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": base64.urlsafe_b64encode(point).decode(), "auth": base64.urlsafe_b64encode(secret).decode()}
        endpoint = f"{at.address}/push/1"
        return own, secret, an_envelope(to=endpoint, data={"endpoint": endpoint, "keys": keys})

    def test_only_the_browser_can_read_it_and_it_says_nothing_private(self) -> None:
        with provider(says(201)) as service:
            own, secret, envelope = self.a_browser(service)
            assert self.gateway().send(envelope) == Receipt("push-d7")
        [(_, _, headers, body)] = service.asked
        read = http_ece.decrypt(body, private_key=own, auth_secret=secret, version="aes128gcm")
        assert json.loads(read) == {"title": "Kunt u tolken?", "tag": "d7", "path": "/"}
        assert _is_signed(headers, service.address)
        assert int(headers["TTL"]) == 3600

    @pytest.mark.parametrize("status", [404, 410])
    def test_a_browser_that_is_gone_is_said_to_be(self, status: int) -> None:
        with provider(says(status)) as service, pytest.raises(Gone):
            self.gateway().send(self.a_browser(service)[2])

    def test_what_the_service_will_never_take_is_refused(self) -> None:
        with provider(says(413)) as service, pytest.raises(Refused, match="push_413"):
            self.gateway().send(self.a_browser(service)[2])

    @pytest.mark.parametrize("status", [429, 500])
    def test_too_busy_is_no_refusal(self, status: int) -> None:
        busy = says(status, **{"Retry-After": "1"})
        with provider(busy) as service, pytest.raises(Exception) as raised:
            self.gateway().send(self.a_browser(service)[2])
        assert not isinstance(raised.value, Refused | Unknown)

    def test_a_lost_answer_is_unknown(self) -> None:
        with provider(drops) as service, pytest.raises(Unknown):
            self.gateway().send(self.a_browser(service)[2])


def _is_signed(headers: Message, audience: str) -> bool:
    """Return whether the message carries our own key's word for this push service (RFC 8292)."""
    word = headers["Authorization"].removeprefix("vapid ").split(",")[0].removeprefix("t=")
    claims = json.loads(base64.urlsafe_b64decode(word.split(".")[1] + "=="))
    return claims["aud"] == audience and Vapid.verify(headers["Authorization"])
