"""What can be done with calendar feeds. The only file here that writes."""

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from dispatch.feeds.models import CalendarFeedRow
from kernel.actor import Actor
from kernel.database import transaction


def make_feed(*, by: Actor) -> None:
    """Let the own calendar read the own appointments from now on; an earlier address ends."""
    with transaction() as tx:
        end_feed(by=by)
        values = {"person_id": by.person_id, "role": by.role, "made_at": tx.now()}
        tx.session.execute(insert(CalendarFeedRow).values(**values).on_conflict_do_nothing())


def end_feed(*, by: Actor) -> None:
    """Take the address back: whoever has it reads nothing any more."""
    with transaction() as tx:
        mine = (CalendarFeedRow.person_id == by.person_id, CalendarFeedRow.role == by.role)
        live = update(CalendarFeedRow).where(*mine, CalendarFeedRow.ended_at.is_(None))
        tx.session.execute(live.values(ended_at=tx.now()))


def forget_person(person_id: int) -> None:
    """A person was erased: no address of theirs is read any more."""
    with transaction() as tx:
        live = (CalendarFeedRow.person_id == person_id, CalendarFeedRow.ended_at.is_(None))
        tx.session.execute(update(CalendarFeedRow).where(*live).values(ended_at=tx.now()))
