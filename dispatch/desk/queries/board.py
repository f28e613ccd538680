"""The board: what is unanswered, in the order in which it deserves a person. Nothing here writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Row, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from dispatch.desk.domain import Lane, Pace, Situation, Standing, Step, standing, urgency
from dispatch.desk.models import DeskAlertRow, DeskViewRow
from dispatch.offers.models import DecisionRow, OfferRow
from dispatch.offers.status import Status
from dispatch.requests import queries as requests
from dispatch.requests.status import UNANSWERED
from dispatch.terms.queries import terms_at
from kernel import clock
from kernel.actor import Actor
from kernel.database import db, one_of, rows

# So many requests, those with the least time left, are put in order together; behind them time alone decides.
WINDOW = 500
_UNSEEN = (Status.QUEUED, Status.SENT, Status.DELIVERED)


class BoardRow(NamedTuple):
    """A request as the board shows it; the same for everybody who may see it.

    order: sorts as the board does. steps: what can still be done, each with its last moment. act_by: when the first of
    that is over, where the desk is to move.
    """

    id: int
    reference: str
    status: str
    service: str
    language: str
    starts_at: datetime
    ends_at: datetime
    hard_stop_at: datetime | None
    municipality: str | None
    priority: bool
    owner_id: int | None
    wave: int
    immediate: bool
    urgency: str
    organisation: str
    owner: str | None
    lane: str
    order: str
    act_by: datetime | None
    steps: tuple[tuple[Step, datetime], ...]


# Up to here a row is what the request says; what follows is worked out.
_as_it_is = attrgetter(*BoardRow._fields[: BoardRow._fields.index("urgency")])


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody narrows the board to. `mine`: only what this person is on; `lane`: only these."""

    service: str = ""
    language: str = ""
    urgency: str = ""
    lane: str = ""
    mine: int | None = None

    @property
    def filter(self) -> requests.Filter:
        return requests.Filter(service=self.service, language=self.language, owner_id=self.mine)

    def takes(self, it: Row[Any], stands: Standing, now: datetime) -> bool:
        """Return whether a request is asked for."""
        if self.urgency and urgency(it.hard_stop_at, now) != self.urgency:
            return False
        return not self.lane or stands.lane == self.lane


def board_page(
    by: Actor, chosen: Choice, place: Any, *, limit: int, now: datetime
) -> tuple[list[BoardRow], Any | None]:
    """Return a page of the board in the desk's order, and the place where the next one begins (None: it is the last).

    A place is (end of the windows before, how far into this one); it is a value for a signed cursor.
    """
    after, begin = place or (None, 0)
    since = (datetime.fromisoformat(after[0]), after[1]) if after else None
    found = requests.board(by, chosen.filter, after=since, limit=WINDOW + 1)
    window = found[:WINDOW]
    shown = [(it, stands) for it, stands in _standings(window, now) if chosen.takes(it, stands, now)]
    shown.sort(key=lambda it: (it[1].rank, it[0].id))
    page = [_item(it, stands, now) for it, stands in shown[begin : begin + limit]]
    if begin + limit < len(shown):
        return page, (after, begin + limit)
    if len(found) > WINDOW:
        last = window[-1]
        return page, (((last.hard_stop_at or now).isoformat(), last.id), 0)
    return page, None


def board_items(found: Sequence[Row[Any]], now: datetime) -> list[BoardRow]:
    """Return requests as rows of the board: three statements, however many."""
    return [_item(it, stands, now) for it, stands in _standings(found, now)]


def live_row(request_id: int) -> tuple[int, BoardRow | None] | None:
    """Return the agency of a request and its row; no row once it is off the board. None: there is no such request."""
    request = requests.board_row(request_id)
    if request is None:
        return None
    shown = board_items([request], clock.now())[0] if request.status in UNANSWERED else None
    return request.agency_id, shown


def pace_on(day: date) -> Pace:
    """Return how long the desk's steps take, by the terms in force."""
    terms = terms_at(day)
    takes = {step: timedelta(minutes=terms.value(f"desk_{step.value}")) for step in Step}
    return Pace(takes, terms.value("desk_fine") / 100)


def views_of(by: Actor) -> list[DeskViewRow]:
    """Return the choices somebody kept, by name."""
    mine = select(DeskViewRow).where(DeskViewRow.person_id == (by.person_id or 0))
    return list(db.session.scalars(mine.order_by(DeskViewRow.name)))


def alert_of(by: Actor) -> DeskAlertRow | None:
    """Return when and how somebody wants to be warned."""
    return db.session.get(DeskAlertRow, by.person_id or 0)


@dataclass(frozen=True, slots=True)
class _Told:
    chance: float
    next: int


def _item(it: Row[Any], stands: Standing, now: datetime) -> BoardRow:
    return BoardRow(
        *_as_it_is(it),
        urgency=urgency(it.hard_stop_at, now),
        organisation=it.organisation_name,
        owner=it.owner_name,
        lane=stands.lane.value,
        order=stands.order,
        act_by=stands.act_by if stands.lane is Lane.ACT else None,
        steps=stands.steps,
    )


def _standings(found: Sequence[Row[Any]], now: datetime) -> list[tuple[Row[Any], Standing]]:
    """Return each request with its place on the board."""
    ids, pace = [it.id for it in found], pace_on(now.date())
    asked, told = _asked(ids, now), _told(ids)
    return [(it, _standing(it, asked.get(it.id), told.get(it.id), pace, now)) for it in found]


def _standing(it: Row[Any], asked: int | None, told: _Told | None, pace: Pace, now: datetime) -> Standing:
    situation = Situation(
        status=it.status,
        hard_stop_at=it.hard_stop_at,
        immediate=it.immediate,
        unseen=asked or 0,
        next=told.next if told else 0,
        chance=told.chance if told else None,
    )
    return standing(situation, pace, now)


def _asked(ids: Collection[int], now: datetime) -> dict[int, int]:
    """Return how many people have an open offer of these requests that they did not open."""
    row = OfferRow
    waiting = (_among(row.request_id, ids), one_of(row.status, _UNSEEN), row.expires_at > now)
    query = select(row.request_id, func.count()).where(*waiting).group_by(row.request_id)
    return {it[0]: it[1] for it in rows(query)}


def _told(ids: Collection[int]) -> dict[int, _Told]:
    """Return what matching said last of these requests."""
    row = DecisionRow
    behind = func.jsonb_array_length(row.explanation["next"])
    newest = select(func.max(row.id)).where(_among(row.request_id, ids)).group_by(row.request_id)
    query = select(row.request_id, row.chance, behind).where(row.id.in_(newest))
    return {it[0]: _Told(it[1], it[2]) for it in rows(query)}


def _among(column: Any, ids: Collection[int]) -> Any:
    return column == func.any(cast(list(ids), ARRAY(BigInteger)))
