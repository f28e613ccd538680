"""Values about persons. Pure."""

import hashlib
import secrets
from dataclasses import dataclass

from kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody with a live session or token. `second_factor_due`: staff who still have to give their code."""

    actor: Actor
    locale: str
    session_id: int | None = None
    second_factor_due: bool = False


def new_secret() -> str:
    """Return a secret nobody can guess (256 bits)."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """Return what is kept of a secret: it is random, so one SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).digest()


def normalised_email(text: str) -> str:
    """Return the address as it is kept and compared."""
    return text.strip().casefold()
