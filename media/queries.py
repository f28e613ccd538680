"""Reads of media nodes and rooms. A node that has been silent for four seconds is dead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from kernel.database import rows
from media.models import MediaNodeRow, MediaRoomRow

DEAD_AFTER = timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a room is: the control address of its node, and the life of that node's engine."""

    address: str
    epoch: str


def living() -> ColumnElement[bool]:
    """Return the condition under which a node is alive, by the database's clock."""
    return MediaNodeRow.beat_at > func.clock_timestamp() - DEAD_AFTER


def list_nodes() -> list[Placed]:
    """Return the nodes that are alive, also those that take no new rooms."""
    found = rows(select(MediaNodeRow.address, MediaNodeRow.epoch).where(living()).order_by(MediaNodeRow.address))
    return [Placed(it.address, it.epoch) for it in found]


def find_room(room: str) -> Placed | None:
    """Return where a room is, if its node lives on."""
    on_it = (MediaRoomRow.address == MediaNodeRow.address) & (MediaRoomRow.epoch == MediaNodeRow.epoch)
    query = select(MediaNodeRow.address, MediaNodeRow.epoch).join(MediaRoomRow, on_it)
    found = rows(query.where(MediaRoomRow.room == room, living()))
    return Placed(found[0].address, found[0].epoch) if found else None


def has_node() -> bool:
    """Return whether some node takes rooms."""
    return bool(rows(select(MediaNodeRow.address).where(living(), ~MediaNodeRow.draining).limit(1)))


def counted() -> dict[str, float]:
    """Return what the living nodes count together, by name."""
    found: Sequence[Any] = rows(select(MediaNodeRow.stats, MediaNodeRow.load_percent).where(living()))
    total: dict[str, float] = {"nodes": len(found)}
    for it in found:
        for name, value in it.stats.items():
            if isinstance(value, int | float):
                total[name] = total.get(name, 0) + value
    return total
