"""News of a room travels with the commit, by PostgreSQL, to every process that carries one of its sockets.

What is said in the chat travels the same way, and is kept nowhere.
"""

import json
from typing import Any

from kernel.database import Transaction

CHANNEL = "rooms"


def tell(tx: Transaction, conversation_id: int, what: str, *, to: str | None = None, **facts: Any) -> None:
    """Tell everybody in a room, or one of them (`to`, a participant's key). A notice holds at most 8,000 bytes."""
    news = {"conversation": conversation_id, "what": what, "to": to, "facts": facts}
    tx.session.flush()
    tx.send("SELECT pg_notify(%(channel)s, %(news)s)", {"channel": CHANNEL, "news": json.dumps(news)})
