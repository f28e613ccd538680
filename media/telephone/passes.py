"""Passes open a place in a room to a telephone, once, for a minute. Signed: a media node needs no database for them."""

import secrets
import time

from itsdangerous import BadSignature, URLSafeTimedSerializer

LIFE_S = 60
_SALT = "telephone"


def make_pass(secret_key: str, room: str, participant: str) -> str:
    """Return a pass to a room for one telephone, known there as `participant`."""
    return URLSafeTimedSerializer(secret_key, _SALT).dumps([room, participant, secrets.token_urlsafe(8)])


class Passes:
    """Reads passes on a node; each works once there, and a room is on one node."""

    def __init__(self, secret_key: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret_key, _SALT)
        self._used: dict[str, float] = {}

    def use(self, token: str) -> tuple[str, str] | None:
        """Return room and participant, or None: forged, too old, or used before."""
        try:
            said = self._serializer.loads(token[:1000], max_age=LIFE_S)
        except BadSignature:
            return None
        now = time.monotonic()
        self._used = {it: until for it, until in self._used.items() if until > now}
        room, participant, number = said
        if number in self._used:
            return None
        self._used[number] = now + 2 * LIFE_S
        return room, participant
