"""Tours: two jobs at near sites leave no time to go home between, and need none."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from dispatch.assignments import queries
from dispatch.assignments.domain import Binding, Stop, tour
from dispatch.assignments.models import AssignmentRow
from dispatch.requests.models import RequestRow
from kernel.database import Transaction, one_of
from matching.domain import Place

# What lies further apart than this on a day is in nobody's way.
_A_DAY = timedelta(hours=12)
_NEW = 0


def make_room(tx: Transaction, binding: Binding, stretch: Range[datetime]) -> Range[datetime]:
    """Return the stretch new work takes; near jobs around it give up their way home. The caller holds her lock."""
    if binding.service != "on_site":
        return stretch
    if not _stops(tx, binding.interpreter_id, stretch):
        return stretch  # nearly always: nothing else is near
    around = _stops(tx, binding.interpreter_id, _wide(stretch))
    site = tx.session.execute(select(RequestRow.lat, RequestRow.lon).where(RequestRow.id == binding.request_id)).one()
    place = Place(*site) if None not in site else None
    new = Stop(_NEW, binding.starts_at, binding.ends_at, place, binding.travel_minutes)
    takes = tour([*(stop for stop, _ in around.values()), new])
    _write(tx, around, takes)
    return Range(*takes[_NEW], bounds="[)")


def give_back(tx: Transaction, interpreter_id: int, stretch: Range[datetime]) -> None:
    """Work at a stretch is over or elsewhere: near jobs around it get their way home back."""
    if stretch.isempty:
        return
    tx.session.flush()
    around = _stops(tx, interpreter_id, _wide(stretch))
    _write(tx, around, tour([stop for stop, _ in around.values()]))


def _wide(stretch: Range[datetime]) -> Range[datetime]:
    """Return a stretch with all of its day around it."""
    return Range(stretch.lower - _A_DAY, stretch.upper + _A_DAY)


def _stops(tx: Transaction, interpreter_id: int, stretch: Range[datetime]) -> dict[int, tuple[Stop, Range[datetime]]]:
    """Return what somebody does on site around a stretch, with the stretch each takes now."""
    row, asked = AssignmentRow, RequestRow
    columns = (row.id, row.starts_at, row.ends_at, row.travel_minutes, row.blocked, asked.lat, asked.lon)
    mine = (row.interpreter_id == interpreter_id, one_of(row.status, queries.BINDING), row.service == "on_site")
    query = select(*columns).join(asked, asked.id == row.request_id).where(*mine, row.blocked.op("&&")(stretch))
    found = {}
    for it in tx.session.execute(query.order_by(row.starts_at)).all():
        place = Place(it.lat, it.lon) if it.lat is not None and it.lon is not None else None
        found[it.id] = Stop(it.id, it.starts_at, it.ends_at, place, it.travel_minutes), it.blocked
    return found


def _write(
    tx: Transaction,
    around: dict[int, tuple[Stop, Range[datetime]]],
    takes: dict[int, tuple[datetime, datetime]],
) -> None:
    """Write the stretches that change, those that become shorter first: two never overlap, not even for a moment."""
    changed = [(it, takes[it], now) for it, (_, now) in around.items() if takes[it] != (now.lower, now.upper)]
    for assignment_id, (start, end), _ in sorted(
        changed, key=lambda it: (it[1][1] - it[1][0]) - (it[2].upper - it[2].lower)
    ):
        this = update(AssignmentRow).where(AssignmentRow.id == assignment_id)
        tx.session.execute(this.values(blocked=Range(start, end, bounds="[)")))
