"""How a browser finds a way out of a network that lets nothing through: addresses and short-lived credentials for TURN.

Only for whoever was admitted to a room, at every join anew. The secret is shared with the TURN server and never leaves
it and us. Source: draft-uberti-behave-turn-rest-00, section 2.2 (`use-auth-secret` of coturn); docs/how-to/turn.md.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from kernel.settings import Settings

LIFETIME, GUEST_LIFETIME = timedelta(hours=1), timedelta(minutes=10)


def ice_servers(settings: Settings, participant: str, *, guest: bool, at: datetime) -> list[dict[str, Any]]:
    """Return what an RTCPeerConnection takes as `iceServers`; empty when no server is set.

    `participant` is opaque: it passes through the logs of the TURN server. Credentials are checked when a relay is
    asked for; one that was given goes on after they expired.
    """
    servers: list[dict[str, Any]] = []
    if settings.stun_urls:
        servers.append({"urls": list(settings.stun_urls)})
    if settings.turn_urls and settings.turn_secret:
        expires_at = at + (GUEST_LIFETIME if guest else LIFETIME)
        username = f"{int(expires_at.timestamp())}:{participant}"
        credential = _credential(settings.turn_secret, username)
        servers.append({"urls": list(settings.turn_urls), "username": username, "credential": credential})
    return servers


def _credential(secret: str, username: str) -> str:
    """Return base64(HMAC-SHA1(secret, username)); SHA-1 is what TURN servers expect, and a MAC needs no more of it."""
    return base64.b64encode(hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()).decode()
