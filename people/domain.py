"""Values about persons. Pure."""

import hashlib
import ipaddress
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody with a live session or token. `second_factor_due`: staff who still have to give their code."""

    actor: Actor
    locale: str
    session_id: int | None = None
    second_factor_due: bool = False
    seen_at: datetime | None = None


# How a browser and a system call themselves, the telling word first: most say they are others too.
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "FxiOS": "Firefox", "CriOS": "Chrome",
             "SamsungBrowser": "Samsung Internet", "Chrome": "Chrome", "Safari": "Safari"}  # fmt: skip
_SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "CrOS": "ChromeOS",
            "Macintosh": "Mac", "Linux": "Linux"}  # fmt: skip


def device(user_agent: str) -> str:
    """Return what somebody knows a device by: "Chrome · Windows"; empty if it does not say."""
    found = [next((name for word, name in names.items() if word in user_agent), "") for names in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found))


# The languages of the screen, each by its own name. Dutch is the source; Arabic is read from the right.
LOCALES = {"nl": "Nederlands", "fr": "Français", "en": "English", "ar": "العربية"}
RIGHT_TO_LEFT = frozenset({"ar"})
PASSWORD_LENGTH = (12, 200)
# A password that contains one of these is no secret, however long. Source: NCSC, most used passwords.
_WELL_KNOWN = ("password", "wachtwoord", "welkom", "qwerty", "azerty", "123456", "letmein", "iloveyou")


def is_weak(password: str, *own: str) -> bool:
    """Return whether a password is too short, too long, too well known, or made of the person's own words."""
    low, high = PASSWORD_LENGTH
    plain = password.casefold()
    parts = [word.casefold() for word in own if len(word) > 3]
    few = len(set(plain)) < 5
    return not low <= len(password) <= high or few or any(word in plain for word in (*_WELL_KNOWN, *parts))


def new_secret() -> str:
    """Return a secret nobody can guess (256 bits)."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """Return what is kept of a secret: it is random, so one SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).digest()


def network_of(address: str) -> str:
    """Return by what somebody's tries are counted: an IPv4 address, or the /64 an IPv6 household owns."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def normalised_email(text: str) -> str:
    """Return the address as it is kept and compared."""
    return unicodedata.normalize("NFC", text).strip().casefold()
