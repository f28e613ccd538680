"""Two near sites in one day: she is offered the second, takes it, and gets her way home back when one falls away."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from dispatch.assignments.errors import DoubleBooking
from dispatch.assignments.models import AssignmentRow
from dispatch.interpreters.models import InterpreterRow
from dispatch.offers import queries, services
from dispatch.requests import services as requests
from dispatch.requests.domain import CancelReason, Place
from dispatch.requests.models import RequestRow
from kernel.database import db
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.requests import a_request, offer_to
from tests.services.dispatch.conftest import World

HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def traveller(world: World) -> InterpreterRow:
    """Somebody from Aalst, half an hour and more from Gent."""
    return an_interpreter(("wol",), agency=world.agency, municipality="Aalst", postcode="9300")


def accept(request: RequestRow, who: InterpreterRow) -> AssignmentRow:
    assignment_id = services.accept_offer(offer_to(request, who.id), by=acting(who))
    db.session.expire_all()
    return db.session.get_one(AssignmentRow, assignment_id)


def taken(who: InterpreterRow) -> list[AssignmentRow]:
    db.session.expire_all()
    live = select(AssignmentRow).where(AssignmentRow.interpreter_id == who.id, AssignmentRow.status == "booked")
    return list(db.session.scalars(live.order_by(AssignmentRow.starts_at)))


def test_the_next_job_around_the_corner_is_offered_and_can_be_done(world: World, traveller: InterpreterRow) -> None:
    first = a_request(world.requester, language="wol")
    one = accept(first, traveller)
    home_again = one.blocked.upper
    assert home_again - first.ends_at > HALF_AN_HOUR
    second = a_request(world.requester, language="wol", starts_at=first.ends_at + HALF_AN_HOUR)
    offer = queries.offer_row(offer_to(second, traveller.id))
    assert offer.explanation["parts"]["same_tour"] < 0
    accept(second, traveller)
    one, two = taken(traveller)
    assert first.ends_at <= one.blocked.upper <= two.blocked.lower <= second.starts_at
    assert two.blocked.upper - second.ends_at == home_again - first.ends_at


def test_when_the_second_falls_away_the_first_gets_its_way_home_back(world: World, traveller: InterpreterRow) -> None:
    first = a_request(world.requester, language="wol")
    before = accept(first, traveller).blocked
    second = a_request(world.requester, language="wol", starts_at=first.ends_at + HALF_AN_HOUR)
    accept(second, traveller)
    assert taken(traveller)[0].blocked != before
    requests.cancel_request(second.id, by=world.requester, reason=CancelReason.CLIENT_CANCELLED)
    assert [it.blocked for it in taken(traveller)] == [before]


def test_the_middle_of_three_falls_away_and_nothing_overlaps(world: World, traveller: InterpreterRow) -> None:
    first = a_request(world.requester, language="wol")
    later = [
        a_request(world.requester, language="wol", starts_at=first.starts_at + n * timedelta(minutes=90), search=False)
        for n in (1, 2)
    ]
    accept(first, traveller)
    for it in later:
        services.advance_search(it.id)
        accept(it, traveller)
    assert len(taken(traveller)) == 3
    requests.cancel_request(later[0].id, by=world.requester, reason=CancelReason.CLIENT_CANCELLED)
    one, three = taken(traveller)
    assert one.blocked.upper <= three.blocked.lower
    assert one.blocked.upper > first.ends_at + HALF_AN_HOUR


def test_a_far_site_is_still_refused_whoever_presses(world: World, traveller: InterpreterRow) -> None:
    first = a_request(world.requester, language="wol")
    far = a_request(
        world.requester, language="wol", starts_at=first.ends_at + HALF_AN_HOUR, place=Place(None, "1000", "Brussel")
    )
    accept(first, traveller)
    with pytest.raises(DoubleBooking):
        services.accept_offer(offer_to(far, traveller.id), by=acting(traveller))


def test_without_the_rule_the_database_itself_refuses_two_at_once(world: World, traveller: InterpreterRow) -> None:
    first = a_request(world.requester, language="wol")
    second = a_request(world.requester, language="wol", starts_at=first.ends_at + HALF_AN_HOUR)
    accept(first, traveller)
    accept(second, traveller)
    with pytest.raises(Exception, match="assignments_no_double_booking"), db.session.begin_nested():
        db.session.execute(
            text("UPDATE assignments SET blocked = tstzrange(starts_at - interval '1 h', ends_at + interval '1 h')")
        )
