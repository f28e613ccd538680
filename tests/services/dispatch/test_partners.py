"""Agencies help each other out: asked before a request ends unanswered, counted once, told no more than is needed."""

from datetime import date, timedelta

import pytest

from dispatch.interpreters.models import InterpreterRow
from dispatch.offers import queries as offer_queries
from dispatch.offers import services as offers
from dispatch.offers.domain import DeclineReason
from dispatch.offers.errors import PartnersFirst
from dispatch.partners import queries, services
from dispatch.partners.errors import NoPartner, PartnershipKnown
from dispatch.partners.models import HandoverRow
from dispatch.requests import services as requests
from dispatch.requests.domain import Outcome, Reason, Service
from dispatch.requests.errors import AlreadyClosed
from dispatch.requests.models import RequestRow
from dispatch.requests.status import Status
from kernel import audit, clock
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import db
from kernel.errors import Forbidden, Invalid, NotFound
from people.models import AgencyRow
from reporting.queries import figure_37
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.people import a_staff_member, an_agency
from tests.builders.requests import a_request, fresh, offer_to
from tests.services.dispatch.conftest import World

SINCE = date(2020, 1, 1)


class Helper:
    """Another agency that helps the world's agency out, with somebody who speaks Wolof."""

    def __init__(self, world: World, *, agreement: bool = True) -> None:
        self.agency: AgencyRow = an_agency(second_factor_required=False)
        self.coordinator: Actor = a_staff_member(self.agency, Role.COORDINATOR)
        self.interpreter: InterpreterRow = an_interpreter(("wol",), agency=self.agency)
        if agreement:
            self.agreement_id = services.make_partnership(
                world.agency.id, self.agency.id, by=world.coordinator, valid_from=SINCE
            )


@pytest.fixture
def helper(world: World) -> Helper:
    return Helper(world)


def asked_of(request: RequestRow) -> list[int]:
    return [it.interpreter_id for it in offer_queries.offers_of(request.id)]


def test_nobody_of_our_own_left_and_the_partners_people_are_asked_at_once(world: World, helper: Helper) -> None:
    request = a_request(world.requester, language="wol")
    assert asked_of(request) == [helper.interpreter.id]
    assert queries.handed_to(request.id) == [helper.agency.id]
    assert request.status == Status.SEARCHING  # no person of ours needed to look
    assert "partner_asked" in [it.name for it in audit.trail_of(request.id)]


def test_without_an_agreement_nobody_elsewhere_is_asked(world: World) -> None:
    Helper(world, agreement=False)
    request = a_request(world.requester, language="wol")
    assert (asked_of(request), request.status) == ([], Status.ESCALATED)


def test_our_own_people_come_first_and_partners_when_half_of_the_time_is_gone(world: World, helper: Helper) -> None:
    theirs = an_interpreter(agency=helper.agency)
    request = a_request(world.requester)
    assert set(asked_of(request)) <= {it.id for it in world.interpreters}
    assert request.hard_stop_at is not None and request.submitted_at is not None
    half = request.submitted_at + (request.hard_stop_at - request.submitted_at) / 2
    assert request.next_step_at is not None and request.next_step_at <= half
    with clock.frozen(half - timedelta(minutes=1)):
        offers.advance_search(request.id)
        assert queries.handed_to(request.id) == []
    with clock.frozen(half + timedelta(minutes=1)):
        offers.advance_search(request.id)
    assert queries.handed_to(request.id) == [helper.agency.id]
    while theirs.id not in asked_of(request):
        with clock.frozen((fresh(request.id).next_step_at or request.hard_stop_at) + timedelta(seconds=1)):
            offers.advance_search(request.id)
            assert fresh(request.id).status != "closed"


def test_an_interpreter_of_both_agencies_is_asked_once(world: World, helper: Helper) -> None:
    both = frozenset({world.agency.id, helper.agency.id})
    twice = an_interpreter(("twi",), agency_ids=both)
    request = a_request(world.requester, language="twi")
    services.hand_over(request.id, [helper.agency.id], by=world.coordinator)
    offers.advance_search(request.id)
    assert asked_of(request) == [twice.id]


def test_a_request_found_by_a_partner_counts_once_and_for_its_owner(world: World, helper: Helper) -> None:
    request = a_request(world.requester, language="wol")
    who = acting(helper.interpreter)
    offers.accept_offer(offer_to(request, helper.interpreter.id), by=who)
    requests.cancel_request(request.id, by=world.requester, reason="no_longer_needed")  # type: ignore[arg-type]
    year = fresh(request.id).held_on.year
    manager, other = (a_staff_member(it, Role.MANAGER) for it in (world.agency, helper.agency))
    assert figure_37(year, by=manager).total.value("answered") == 1
    assert figure_37(year, by=other).total.value("requested") == 0
    assert figure_37(year, by=SYSTEM).total.value("requested") == 1


def test_a_partners_desk_reads_what_is_needed_and_nothing_of_the_client(world: World, helper: Helper) -> None:
    a_request(world.requester, language="wol", subject="HIV-consultatie", client_reference="DOS-77")
    [line] = queries.list_handed_over(helper.coordinator, to_us=True)
    shown = " ".join(str(it) for it in line)
    assert "Gent" in shown and world.agency.name in shown
    assert not any(it in shown for it in ("HIV", "DOS-77", "Sofie", "Botermarkt", world.organisation.name))
    assert queries.list_handed_over(world.coordinator, to_us=True) == []


def test_the_owner_still_reads_everything_and_a_partner_not_the_request_itself(world: World, helper: Helper) -> None:
    from_page = queries.list_handed_over(world.coordinator, to_us=False)
    request = a_request(world.requester, language="wol")
    assert len(queries.list_handed_over(world.coordinator, to_us=False)) == len(from_page) + 1
    with pytest.raises(NotFound):
        services.hand_over(request.id, [helper.agency.id], by=helper.coordinator)
    with pytest.raises(NotFound):
        offers.close_unanswered(request.id, by=helper.coordinator)


def test_a_partner_that_gives_back_is_asked_no_more_until_it_is_asked_again(world: World, helper: Helper) -> None:
    request = a_request(world.requester, language="wol")
    services.hand_back(request.id, helper.agency.id, by=helper.coordinator)
    services.hand_back(request.id, helper.agency.id, by=helper.coordinator)  # twice is once
    second = an_interpreter(("wol",), agency=helper.agency)
    offers.decline_offer(
        offer_to(request, helper.interpreter.id), by=acting(helper.interpreter), reason=DeclineReason.OTHER
    )
    offers.advance_search(request.id)
    assert second.id not in asked_of(request)
    assert services.hand_over(request.id, [helper.agency.id], by=world.coordinator) == 1
    offers.advance_search(request.id)
    assert second.id in asked_of(request)
    assert db.session.query(HandoverRow).filter_by(request_id=request.id).count() == 1


def test_the_desk_closes_unanswered_only_after_partners_or_with_a_motive(world: World, helper: Helper) -> None:
    refused, motivated = (a_request(world.requester) for _ in range(2))
    with pytest.raises(PartnersFirst):
        offers.close_unanswered(refused.id, by=world.coordinator, reason=Reason.INTERPRETER_UNAVAILABLE)
    assert fresh(refused.id).status != Status.CLOSED
    offers.close_unanswered(
        motivated.id, by=world.coordinator, reason=Reason.INTERPRETER_UNAVAILABLE, note="wil geen partner"
    )
    assert fresh(motivated.id).outcome == Outcome.NOT_AVAILABLE


def test_at_the_hard_stop_partners_were_asked_and_the_funnel_counts_their_people(world: World, helper: Helper) -> None:
    request = a_request(world.requester, language="wol")
    assert request.hard_stop_at is not None
    with clock.frozen(request.hard_stop_at + timedelta(seconds=1)):
        offers.advance_search(request.id)
    closed = fresh(request.id)
    assert (closed.outcome, closed.outcome_reason) == (Outcome.NOT_AVAILABLE, Reason.INTERPRETER_UNAVAILABLE)
    funnel = offer_queries.frozen_funnel(request.id) or {}
    assert funnel["registered"] == 4 and funnel["right_language"] == 1 and funnel["offered"] == 1


def test_a_caller_who_waits_is_helped_by_partners_within_his_three_minutes(world: World, helper: Helper) -> None:
    request = a_request(world.requester, language="wol", service=Service.TELEPHONE, immediate=True, starts_at=None)
    assert queries.handed_to(request.id) == [helper.agency.id]


def test_agreements_are_dated_and_never_overlap(world: World) -> None:
    helper = Helper(world, agreement=False)
    us, them = world.agency.id, helper.agency.id
    made = {"by": world.coordinator, "services": ["telephone"]}
    services.make_partnership(us, them, valid_from=SINCE, valid_until=date(2021, 12, 31), **made)
    newer = services.make_partnership(us, them, valid_from=date(2022, 1, 1), **made)
    assert queries.in_force(us, "telephone", date(2021, 12, 31)) == [them]
    assert queries.in_force(us, "on_site", date(2022, 6, 1)) == []
    assert queries.in_force(them, "telephone", date(2022, 6, 1)) == []  # the other way is another agreement
    services.end_partnership(newer, by=helper.coordinator)  # either side may
    assert queries.in_force(us, "telephone", clock.now().date() + timedelta(days=2)) == []
    with pytest.raises(PartnershipKnown), db.session.begin_nested():
        services.make_partnership(us, them, valid_from=date(2021, 6, 1), **made)


def test_what_makes_no_agreement_is_refused_in_words(world: World) -> None:
    helper = Helper(world, agreement=False)
    us, them = world.agency.id, helper.agency.id
    for changes in (
        {"partner_id": us},
        {"partner_id": 10**9},
        {"services": []},
        {"services": ["dance"]},
        {"valid_until": date(2019, 1, 1)},
    ):
        facts = {"partner_id": them, "valid_from": SINCE, "by": world.coordinator} | changes
        with pytest.raises(Invalid):
            services.make_partnership(us, **facts)
    with pytest.raises(NotFound):
        services.make_partnership(them, us, by=world.coordinator, valid_from=SINCE)
    with pytest.raises(Forbidden):
        services.make_partnership(us, them, by=a_staff_member(world.agency, Role.MANAGER), valid_from=SINCE)


def test_only_who_helps_out_can_be_handed_anything_and_only_what_is_open(world: World, helper: Helper) -> None:
    stranger = Helper(world, agreement=False)
    request = a_request(world.requester)
    with pytest.raises(NoPartner):
        services.hand_over(request.id, [stranger.agency.id], by=world.coordinator)
    with pytest.raises(NotFound):
        services.hand_back(request.id, stranger.agency.id, by=stranger.coordinator)
    offers.accept_offer(offer_to(request, world.interpreters[0].id), by=world.actors[0])
    with pytest.raises(AlreadyClosed):
        services.hand_over(request.id, [helper.agency.id], by=world.coordinator)
