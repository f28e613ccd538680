"""Another value of a term that decides who is asked: the past year is tried with it before it comes into force."""

from datetime import timedelta

from sqlalchemy import func, select

from dispatch.offers import queries
from dispatch.offers.domain import TRIED_FIRST
from dispatch.offers.errors import ReplayFirst
from dispatch.offers.models import DecisionRow, PolicyReplayRow
from dispatch.terms.domain import value_fits
from dispatch.terms.queries import terms_at
from kernel.actor import Actor, Role
from kernel.database import transaction
from kernel.errors import Forbidden, Invalid
from matching.record import unpack
from matching.replay import Replayed, compare, replay

# The newest requests of a year: more would take a worker longer than a quarter of an hour and say the same.
MOST_REQUESTS, YEAR = 5000, timedelta(days=365)
# How long a try counts; and how many requests say anything at all.
COUNTS_FOR, ENOUGH = timedelta(days=30), 1


def ask_replay(agency_id: int, term: str, value: float, *, by: Actor) -> int:
    """Ask for the past year of an agency to be tried with another value; return the try. The worker does it.

    Raises: Forbidden, Invalid.
    """
    if by.role is not Role.ADMINISTRATOR or agency_id not in by.agency_ids:
        raise Forbidden()
    with transaction() as tx:
        now = tx.now()
        found = terms_at(now.date()).find(term) if term in TRIED_FIRST else None
        if found is None:
            raise Invalid(fields={"term": "unknown_choice"})
        if not value_fits(term, found.unit, value):
            raise Invalid(fields={"value": "out_of_range"})
        row = PolicyReplayRow(agency_id=agency_id, asked_by=by.person_id, asked_at=now, term=term, value=value)
        row.status, row.result = "waiting", []
        tx.add(row)
        tx.defer("offers.replay", replay_id=row.id)
        return row.id


def run_replay(replay_id: int) -> None:
    """Try the year again, and write down what it would have brought. Doing it twice writes the same."""
    with transaction() as tx:
        row = tx.session.get_one(PolicyReplayRow, replay_id)
        agency_id, term, value, since = row.agency_id, row.term, row.value, row.asked_at - YEAR
        if row.status != "waiting":
            return
    now, then = [], []
    for decision in queries.first_decisions(agency_id, since, MOST_REQUESTS):
        before, after = _both(decision, term, value)
        now.append(before)
        then.append(after)
    result = compare(now, then)
    with transaction() as tx:
        row = tx.locked(PolicyReplayRow, replay_id)
        row.requests, row.result, row.done_at = len(now), [it.to_dict() for it in result], tx.now()
        row.status = "nothing" if len(now) < ENOUGH else "failed" if any(it.loses for it in result) else "passed"


def require_replayed(term: str, value: float) -> None:
    """Refuse a value that was not tried on the past year, or that would answer fewer; where there is no past, none is.

    Raises: ReplayFirst.
    """
    if term not in TRIED_FIRST:
        return
    with transaction() as tx:
        if not tx.session.scalar(select(func.count()).select_from(DecisionRow).where(DecisionRow.inputs.isnot(None))):
            return
        row = PolicyReplayRow
        tried = (row.term == term, row.value == value, row.asked_at >= tx.now() - COUNTS_FOR)
        newest = select(func.max(row.id)).where(*tried, row.status != "waiting").group_by(row.agency_id)
        found = list(tx.session.scalars(select(row.status).where(row.id.in_(newest))))
        if "failed" in found or "passed" not in found:
            raise ReplayFirst(fields={"value": "replay_lost" if "failed" in found else "replay_first"})


def _both(decision: DecisionRow, term: str, value: float) -> tuple[Replayed, Replayed]:
    """Return what becomes of one request under the terms of its day, and with the other value."""
    case, needs, people = unpack(decision.inputs or b"")
    known, model_id = queries.real_answers(decision.request_id), decision.model_id
    other = queries.changed(decision.settings, term, value)
    minds = queries.mind_of(decision.settings, model_id), queries.mind_of(other, model_id)
    first, second = (replay(case, needs, people, mind, known) for mind in minds)
    return first, second
