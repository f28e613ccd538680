"""Reading: who looked at the details of which request is kept, as everything that was done to it."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from dispatch.requests.events import RequestOpened, RequestsListed
from kernel.actor import Actor
from kernel.audit import EventRow
from kernel.database import transaction
from kernel.events import event_name

# Looking again within this time is the same reading.
_SAME = timedelta(hours=1)


def note_reading(request_id: int, agency_id: int, *, by: Actor) -> None:
    """Keep that somebody read the details of a request; the caller decided that the actor may.

    Emits: RequestOpened.
    """
    with transaction() as tx:
        name = event_name(RequestOpened.__name__)
        mine = (EventRow.request_id == request_id, EventRow.name == name, EventRow.actor_id == by.person_id)
        if tx.session.scalar(select(EventRow.id).where(*mine, EventRow.at > tx.now() - _SAME).limit(1)) is None:
            tx.emit(RequestOpened(request_id=request_id, agency_id=agency_id), by)


def note_list_reading(request_ids: Sequence[int], *, by: Actor) -> None:
    """Keep that somebody took a list of requests with their details.

    Emits: RequestsListed.
    """
    if request_ids:
        with transaction() as tx:
            tx.emit(RequestsListed(requests=tuple(request_ids)), by)
