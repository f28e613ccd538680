"""Writes of rooms on nodes: where a room is, decided once for everybody who asks."""

from kernel.database import transaction
from kernel.errors import Unavailable
from media.queries import DEAD_AFTER, Placed

_HELD = "SELECT 1 FROM media_rooms WHERE room = %(room)s FOR UPDATE"
_KEPT = """
    SELECT n.address, n.epoch FROM media_nodes n JOIN media_rooms r ON r.address = n.address AND r.epoch = n.epoch
    WHERE r.room = %(room)s AND n.beat_at > clock_timestamp() - %(dead_after)s
"""
# Of those that take rooms: not the busy, then the one with the fewest, then the least loaded.
_BEST = """
    SELECT n.address, n.epoch FROM media_nodes n
    WHERE n.beat_at > clock_timestamp() - %(dead_after)s AND NOT n.draining
    ORDER BY n.busy, (SELECT count(*) FROM media_rooms r WHERE r.address = n.address AND r.epoch = n.epoch),
             n.load_percent, n.address
    LIMIT 1
"""


def place_room(room: str) -> Placed:
    """Return where a room is: where it was while that node lives, else on the least loaded that does.

    A room that moved has another epoch: whoever was in it joins again.
    Raises: Unavailable: no node takes rooms.
    """
    named = {"room": room, "dead_after": DEAD_AFTER}
    with transaction() as tx:
        tx.send("INSERT INTO media_rooms (room) VALUES (%(room)s) ON CONFLICT DO NOTHING RETURNING 1", named)
        tx.send(_HELD, named)  # whoever asks at the same time waits here, and then finds the answer
        if kept := tx.send(_KEPT, named):
            return Placed(*kept[0])
        if not (best := tx.send(_BEST, named)):
            raise Unavailable(thing="media")
        placed = Placed(*best[0])
        moved = {**named, "address": placed.address, "epoch": placed.epoch}
        tx.send(
            "UPDATE media_rooms SET address = %(address)s, epoch = %(epoch)s, placed_at = clock_timestamp()"
            " WHERE room = %(room)s RETURNING 1",
            moved,
        )
        return placed


def release_room(room: str) -> None:
    """Forget where a room is: it is over."""
    with transaction() as tx:
        tx.send("DELETE FROM media_rooms WHERE room = %(room)s RETURNING 1", {"room": room})


def forget_the_dead() -> None:
    """Forget nodes that have been silent for an hour, and rooms that nobody placed anew for a day."""
    with transaction() as tx:
        tx.send("DELETE FROM media_nodes WHERE beat_at < clock_timestamp() - interval '1 hour' RETURNING 1")
        tx.send(
            "DELETE FROM media_rooms r WHERE placed_at < clock_timestamp() - interval '1 day' AND NOT EXISTS"
            " (SELECT FROM media_nodes n WHERE n.address = r.address AND n.epoch = r.epoch) RETURNING 1"
        )
