"""Continuity, conflict of interest and the most hours of a day: read from what happened, never typed in."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from dispatch.assignments import services as assignments
from dispatch.assignments.domain import WithdrawReason
from dispatch.offers import queries, services
from dispatch.offers.domain import DeclineReason
from dispatch.requests.models import RequestRow
from kernel import clock
from kernel.database import db
from matching.domain import Ranked
from tests.builders.requests import a_request, a_weekday, offer_to
from tests.services.dispatch.conftest import World


def reasons(request: RequestRow) -> dict[int, tuple[str, ...]]:
    [way] = queries.rankings(request, clock.now())
    return {it.candidate.interpreter_id: it.reasons for it in way.ranking.rejected}


def first(request: RequestRow) -> Ranked:
    return queries.rankings(request, clock.now())[0].ranking.ranked[0]


@pytest.mark.usefixtures("in_waves")
def test_the_same_client_goes_on_with_the_same_person(world: World) -> None:
    who = world.actors[2]
    before = a_request(world.requester, client_reference="DOS-77")
    assignment_id = services.accept_offer(offer_to(before, who.interpreter_id or 0), by=who)
    db.session.execute(
        text("UPDATE assignments SET status = 'performed', ended_at = now() WHERE id = :a"), {"a": assignment_id}
    )
    again = a_request(world.requester, client_reference="DOS-77", starts_at=a_weekday(14), search=False)
    other = a_request(world.requester, client_reference="DOS-78", starts_at=a_weekday(14), search=False)
    assert first(again).candidate.interpreter_id == who.interpreter_id
    assert dict(first(again).parts)["same_client"] < 0
    assert "same_client" not in dict(first(other).parts)


@pytest.mark.usefixtures("in_waves")
def test_who_knows_the_client_is_not_asked_for_him_again_and_is_for_others(world: World) -> None:
    declined, gave_back = world.actors[:2]
    before = a_request(world.requester, client_reference="DOS-77")
    services.decline_offer(
        offer_to(before, declined.interpreter_id or 0), by=declined, reason=DeclineReason.KNOWS_CLIENT
    )
    assignment_id = services.accept_offer(offer_to(before, gave_back.interpreter_id or 0), by=gave_back)
    assignments.withdraw_assignment(assignment_id, by=gave_back, reason=WithdrawReason.KNOWS_CLIENT)
    again = a_request(world.requester, client_reference="DOS-77", starts_at=a_weekday(14), search=False)
    assert reasons(again) == {it.interpreter_id: ("knows_client",) for it in (declined, gave_back)}
    assert reasons(a_request(world.requester, client_reference="DOS-78", starts_at=a_weekday(15), search=False)) == {}
    assert reasons(a_request(world.requester, starts_at=a_weekday(15), search=False)) == {}


def test_nobody_is_asked_beyond_the_most_hours_of_a_day(world: World) -> None:
    who, morning = world.actors[0], a_weekday(14, 8)
    long = a_request(world.requester, starts_at=morning, duration=timedelta(hours=4, minutes=30))
    services.accept_offer(offer_to(long, who.interpreter_id or 0), by=who)
    too_much = a_request(
        world.requester, starts_at=morning + timedelta(hours=5), duration=timedelta(hours=4), search=False
    )
    enough = a_request(
        world.requester, starts_at=morning + timedelta(hours=5), duration=timedelta(hours=3), search=False
    )
    next_day = a_request(
        world.requester, starts_at=morning + timedelta(days=1), duration=timedelta(hours=4), search=False
    )
    assert "hours_cap" in reasons(too_much)[who.interpreter_id]
    assert "hours_cap" not in reasons(enough).get(who.interpreter_id, ())
    assert who.interpreter_id not in reasons(next_day)
