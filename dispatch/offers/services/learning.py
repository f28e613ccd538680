"""What the agency's own offers teach: who says yes, how soon, and whether told chances came true. Once a week."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from dispatch.offers import queries
from dispatch.offers.models import AcceptanceModelRow, DecisionRow, OfferRow
from dispatch.requests.models import RequestRow
from dispatch.terms.queries import terms_at
from kernel.database import transaction
from matching.acceptance import learn
from matching.correction import learn_correction

# How often is learned, and from how long a past: a whole year, so that every season is in it.
EVERY, FROM_LAST = timedelta(days=7), timedelta(days=365)


def learn_when_due() -> int:
    """Write a job for every agency that made offers since it last learned, a week ago or longer; return how many."""
    with transaction() as tx:
        made, row = select(RequestRow.agency_id, func.max(OfferRow.created_at)), AcceptanceModelRow
        made = made.join(RequestRow, RequestRow.id == OfferRow.request_id).group_by(RequestRow.agency_id)
        newest = dict(tx.session.execute(select(row.agency_id, func.max(row.learned_at)).group_by(row.agency_id)).all())
        due = [
            agency_id
            for agency_id, last_offer in tx.session.execute(made)
            if _is_due(newest.get(agency_id), last_offer, tx.now())
        ]
        for agency_id in due:
            tx.defer("offers.learn", agency_id=agency_id)
    return len(due)


def learn_from_offers(agency_id: int) -> int | None:
    """Learn from the last year of an agency; return what was learned, or None when that was done just now.

    A model that does not tell the newest offers well enough is kept, but the prior decides.
    """
    with transaction() as tx:
        now = tx.now()
    log = queries.offer_log(agency_id, now - FROM_LAST, now)
    since, until = now - FROM_LAST, now
    model = learn(log, f"{now:%Y-%m-%d %H:%M}", since.timestamp() / 60, until.timestamp() / 60)
    told, came_true = queries.first_chances(agency_id, since)
    with transaction() as tx:
        tx.session.execute(select(func.pg_advisory_xact_lock(_LOCK, agency_id)))
        row = AcceptanceModelRow
        last = tx.session.scalar(select(func.max(row.learned_at)).where(row.agency_id == agency_id))
        if last is not None and tx.now() - last < timedelta(minutes=1):
            return None
        learned = AcceptanceModelRow(
            agency_id=agency_id,
            learned_at=tx.now(),
            learned=model.learned,
            model=model.to_dict(),
            fill=learn_correction(told, came_true).to_dict(),
        )
        tx.session.add(learned)
        tx.session.flush()
        return learned.id


def forget_decision_inputs(limit: int = 1000) -> int:
    """Forget from what old decisions were made, when their term is over; the explanation stays. Return how many."""
    with transaction() as tx:
        kept = timedelta(days=terms_at(tx.now().date()).value("decision_inputs"))
        old = (
            select(DecisionRow.id)
            .where(DecisionRow.inputs.isnot(None), DecisionRow.made_at < tx.now() - kept)
            .order_by(DecisionRow.made_at)
            .limit(limit)
        )
        return int(tx.session.execute(update(DecisionRow).where(DecisionRow.id.in_(old)).values(inputs=None)).rowcount)


# The advisory lock under which an agency's model is written.
_LOCK = 7_061_952


def _is_due(learned_at: datetime | None, last_offer: datetime, now: datetime) -> bool:
    return learned_at is None or (now - learned_at >= EVERY and last_offer > learned_at)
