"""Mail over SMTP. `SMTP_URL` is smtp://user:password@host:587 (STARTTLS where offered) or smtps://…:465."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from kernel.settings import Settings
from messages.ports import Envelope, Receipt, Refused, Unknown

TIMEOUT_S = 10
_FOR_GOOD = 500  # RFC 5321: 4xx is a no for now, 5xx a no for good


class SmtpGateway:
    """Hands mails to the agency's own mail server."""

    def __init__(self, settings: Settings) -> None:
        self._url, self._sender = urlsplit(settings.smtp_url or ""), settings.mail_from
        self._domain = self._sender.rpartition("@")[2]

    def send(self, envelope: Envelope) -> Receipt:
        """Send one mail. A server that takes the data and then falls silent leaves the outcome unknown."""
        mail = self._mail(envelope)
        try:
            with self._connect() as server:
                self._sign_in(server)
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            if any(code < _FOR_GOOD for code, _said in error.recipients.values()):
                raise  # "not now": a full mailbox, a server that lets strangers wait
            raise Refused("recipient_refused") from error
        except smtplib.SMTPServerDisconnected as error:
            raise Unknown from error
        return Receipt(str(mail["Message-ID"]))

    def find(self, envelope: Envelope) -> Receipt | None:
        """SMTP cannot be asked; the same Message-ID at least lets a mailbox see that two are one."""
        return None

    def _mail(self, envelope: Envelope) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"] = self._sender, envelope.to
        mail["Subject"] = " ".join(envelope.subject.split())
        mail["Message-ID"] = f"<{envelope.reference}@{self._domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(envelope.text)
        return mail

    def _connect(self) -> smtplib.SMTP:
        host, secure = self._url.hostname or "localhost", self._url.scheme == "smtps"
        if secure:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, self._url.port or 465, timeout=TIMEOUT_S, context=context)
        return smtplib.SMTP(host, self._url.port or 587, timeout=TIMEOUT_S)

    def _sign_in(self, server: smtplib.SMTP) -> None:
        server.ehlo()  # without it the server has not said yet that it can do STARTTLS
        if self._url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        elif self._url.scheme == "smtp" and self._url.username:
            raise ConnectionError("the mail server offers no STARTTLS: the password stays here")
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))
