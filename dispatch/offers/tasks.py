"""Jobs about offers: callers of services."""

from datetime import datetime

from dispatch.offers import services
from kernel.jobs import task


@task("offers.advance")
def advance(request_id: int) -> None:
    """Take the next step of one search at once: after a submission, an answer, a withdrawal."""
    services.advance_search(request_id)


@task("offers.offer_to_freed")
def offer_to_freed(interpreter_id: int, since: str, until: str) -> None:
    """Somebody lost work between two moments: offer her what fits there."""
    services.offer_to_freed(interpreter_id, datetime.fromisoformat(since), datetime.fromisoformat(until))


@task("offers.learn")
def learn(agency_id: int) -> None:
    """Learn from the offers of an agency."""
    services.learn_from_offers(agency_id)


@task("offers.replay")
def replay(replay_id: int) -> None:
    """Try a past year again with another value of a term."""
    services.run_replay(replay_id)
