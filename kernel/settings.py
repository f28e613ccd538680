"""What the environment says, read once. The only place that reads `os.environ`."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set; `docs/how-to/production.md` explains each.

    `database_url` is None when the embedded database is to be used. `time_scale` divides every waiting
    term (tests only). Durations end in `_s` (seconds).
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8000
    database_url: str | None = None
    embedded: bool = False
    public_url: str = "http://127.0.0.1:8000"
    secret_key: str = ""
    time_scale: float = 1.0
    role: str = "terminal"
    web_threads: int = 320
    database_pool: int = 20
    log_level: str = "WARNING"
    brand_name: str = "Tolkdienst"
    development: bool = False
    secure_cookies: bool = False
    trusted_proxies: int = 0
    metrics_token: str | None = None
    failpoints: str = ""
    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = None
    twilio_from: str | None = None
    twilio_api_url: str | None = None
    stream_url: str | None = None
    smtp_url: str | None = None
    mail_from: str = "tolkdienst@example.org"
    vapid_private_key: str | None = None
    vapid_subject: str | None = None
    media_engine: str = "embedded"
    media_port: int | None = None
    media_addresses: tuple[tuple[str, str], ...] = ()
    media_udp_ports: tuple[int, ...] = (0,)
    janus_url: str | None = None
    janus_secret: str = ""
    turn_urls: tuple[str, ...] = ()
    turn_secret: str | None = None
    stun_urls: tuple[str, ...] = ()
    fake_provider_fail_rate: float = 0.0
    fake_provider_delay_s: float = 0.0
    fake_provider_lose_answer_rate: float = 0.0

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Return the settings of this process; makes and keeps a secret key when none is given."""
        env = os.environ if environ is None else environ
        data_dir = Path(env.get("DATA_DIR") or "var").absolute()
        host, port = env.get("HOST") or "127.0.0.1", int(env.get("PORT") or 8000)
        public_url = (env.get("PUBLIC_URL") or f"http://{host}:{port}").rstrip("/")
        return cls(
            data_dir=data_dir,
            host=host,
            port=port,
            database_url=env.get("DATABASE_URL") or None,
            public_url=public_url,
            secret_key=env.get("SECRET_KEY") or _kept_secret(data_dir),
            time_scale=float(env.get("TIME_SCALE") or 1),
            role=env.get("ROLE") or "terminal",
            web_threads=int(env.get("WEB_THREADS") or 320),
            database_pool=int(env.get("DATABASE_POOL") or 20),
            log_level=env.get("LOG_LEVEL") or "WARNING",
            brand_name=env.get("BRAND_NAME") or "Tolkdienst",
            development=_flag(env.get("DEVELOPMENT")),
            secure_cookies=public_url.startswith("https://"),
            trusted_proxies=int(env.get("TRUSTED_PROXIES") or 0),
            metrics_token=env.get("METRICS_TOKEN") or None,
            failpoints=env.get("FAILPOINTS") or "",
            twilio_account_sid=env.get("TWILIO_ACCOUNT_SID") or None,
            twilio_auth_token=env.get("TWILIO_AUTH_TOKEN") or None,
            twilio_from=env.get("TWILIO_FROM") or None,
            twilio_api_url=env.get("TWILIO_API_URL") or None,
            stream_url=(env.get("STREAM_URL") or "").rstrip("/") or None,
            smtp_url=env.get("SMTP_URL") or None,
            mail_from=env.get("MAIL_FROM") or "tolkdienst@example.org",
            vapid_private_key=env.get("VAPID_PRIVATE_KEY") or None,
            vapid_subject=env.get("VAPID_SUBJECT") or None,
            media_engine=env.get("MEDIA_ENGINE") or "embedded",
            media_port=int(env["MEDIA_PORT"]) if env.get("MEDIA_PORT") else None,
            media_addresses=_addresses(env.get("MEDIA_ADDRESSES") or ""),
            media_udp_ports=_ports(env.get("MEDIA_UDP_PORTS") or "0"),
            janus_url=env.get("JANUS_URL") or None,
            janus_secret=env.get("JANUS_SECRET") or "",
            turn_urls=_words(env.get("TURN_URLS")),
            turn_secret=env.get("TURN_SECRET") or None,
            stun_urls=_words(env.get("STUN_URLS")),
            fake_provider_fail_rate=float(env.get("FAKE_PROVIDER_FAIL_RATE") or 0),
            fake_provider_delay_s=float(env.get("FAKE_PROVIDER_DELAY_S") or 0),
            fake_provider_lose_answer_rate=float(env.get("FAKE_PROVIDER_LOSE_ANSWER_RATE") or 0),
        )

    @property
    def local_channels(self) -> frozenset[str]:
        """The channels without credentials, whose messages go to `DATA_DIR/outbox`."""
        twilio = self.twilio_account_sid and self.twilio_auth_token and self.twilio_from
        real = {"mail": self.smtp_url, "sms": twilio, "push": self.vapid_private_key, "call": self.has_telephone}
        return frozenset(channel for channel, credentials in real.items() if not credentials)

    @property
    def has_telephone(self) -> bool:
        """Whether telephones can be rung."""
        return bool(self.twilio_account_sid and self.twilio_auth_token)


def _flag(text: str | None) -> bool:
    return (text or "").lower() in {"1", "true", "yes", "on"}


def _words(text: str | None) -> tuple[str, ...]:
    """Return the parts of `one,other`."""
    return tuple(it.strip() for it in (text or "").split(",") if it.strip())


def _addresses(text: str) -> tuple[tuple[str, str], ...]:
    """Return (address, as told to browsers) of `10.0.0.5=203.0.113.7,10.0.0.6`."""
    pairs = [it.strip().partition("=") for it in text.split(",") if it.strip()]
    return tuple((own, announced or own) for own, _, announced in pairs)


def _ports(text: str) -> tuple[int, ...]:
    """Return the ports of `40000-40015`, or of `40000`. Raises: ValueError."""
    first, _, last = text.partition("-")
    return tuple(range(int(first), int(last or first) + 1))


def _kept_secret(data_dir: Path) -> str:
    """Return the key kept in `data_dir`, made there on first use (mode 0600, safe against two makers at once)."""
    path = data_dir / "secret_key"
    data_dir.mkdir(parents=True, exist_ok=True)
    draft = data_dir / f".secret_key.{secrets.token_hex(8)}"
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its key counts
        finally:
            draft.unlink()
    return path.read_text().strip()
