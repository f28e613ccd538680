"""What the clock does in conversations: deadlines of calls, and places of tabs that died."""

from dispatch.conversations import queries
from dispatch.conversations.services.people import lose_the_silent
from dispatch.conversations.services.recording import hold, record_event
from dispatch.conversations.status import FINAL
from kernel.database import transaction
from media.call import domain as call


def watch_conversations() -> int:
    """Act upon what is due; return how many conversations. Safe beside other workers, and when repeated."""
    lost = lose_the_silent()
    ids = queries.due()
    for conversation_id in ids:
        _tick(conversation_id)
    return lost + len(ids)


def _tick(conversation_id: int) -> None:
    with transaction() as tx:
        row = hold(tx, conversation_id)
        now = tx.now()
        if row.status not in FINAL and row.wake_at is not None and row.wake_at <= now:
            record_event(conversation_id, call.Tick(at=now), key=f"tick {row.wake_at.isoformat()}")
