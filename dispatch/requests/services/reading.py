"""Reading: who looked at the details of which request is kept, as everything that was done to it."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import bindparam, select

from dispatch.requests.events import RequestOpened, RequestsListed
from kernel import clock
from kernel.actor import Actor
from kernel.audit import EventRow
from kernel.database import rows, transaction
from kernel.events import event_name

# Looking again within this time is the same reading.
_SAME = timedelta(hours=1)


def note_reading(request_id: int, agency_id: int, *, by: Actor) -> None:
    """Keep that somebody read the details of a request; the caller decided that the actor may.

    Emits: RequestOpened.
    """
    if not rows(_LATELY, request_id=request_id, person_id=by.person_id, since=clock.now() - _SAME):
        with transaction() as tx:
            tx.emit(RequestOpened(request_id=request_id, agency_id=agency_id), by)


_LATELY = (
    select(EventRow.id)
    .where(
        EventRow.request_id == bindparam("request_id"),
        EventRow.name == event_name(RequestOpened.__name__),
        EventRow.actor_id == bindparam("person_id"),
        EventRow.at > bindparam("since"),
    )
    .limit(1)
)


def note_list_reading(request_ids: Sequence[int], *, by: Actor) -> None:
    """Keep that somebody took a list of requests with their details.

    Emits: RequestsListed.
    """
    if request_ids:
        with transaction() as tx:
            tx.emit(RequestsListed(requests=tuple(request_ids)), by)
