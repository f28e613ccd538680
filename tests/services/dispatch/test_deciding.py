"""Decisions are kept with their reasons, can be made again, and teach."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from dispatch.assignments import services as assignments
from dispatch.assignments.domain import WithdrawReason
from dispatch.interpreters.services import set_week
from dispatch.offers import queries, services
from dispatch.offers.domain import DeclineReason
from dispatch.offers.models import AcceptanceModelRow, DecisionRow, OfferRow
from dispatch.offers.status import Status
from dispatch.requests.domain import Service
from dispatch.requests.models import RequestRow
from kernel import clock
from kernel.actor import SYSTEM
from kernel.database import db
from kernel.errors import NotFound
from tests.builders.interpreters import an_interpreter
from tests.builders.requests import a_request, a_weekday, fresh, offer_to
from tests.services.dispatch.conftest import World


def only_decision(request_id: int) -> DecisionRow:
    [row] = queries.decisions_of(request_id)
    return row


@pytest.mark.usefixtures("in_waves")
def test_a_decision_is_kept_with_whom_it_asked_and_why(world: World) -> None:
    request = a_request(world.requester)
    row = only_decision(request.id)
    asked = {it["interpreter_id"] for it in row.explanation["asked"]}
    assert asked == {it.interpreter_id for it in queries.offers_of(request.id)}
    assert row.asked == len(asked) == 3
    [option] = row.explanation["options"]
    assert (option["speakers"], option["could"], option["out"]) == (3, 3, {})
    assert 0.5 < row.chance < 1
    offer = db.session.get_one(OfferRow, queries.offers_of(request.id)[0].offer_id)
    assert offer.decision_id == row.id


def test_a_kept_decision_is_made_again_and_says_the_same(world: World) -> None:
    request = a_request(world.requester)
    row, again = queries.decision_again(only_decision(request.id).id, request.id)
    assert again is not None
    assert dict(again.explanation) == row.explanation
    set_week(world.interpreters[0].id, [], by=SYSTEM)  # what changes later changes nothing of what was decided
    _, later = queries.decision_again(row.id, request.id)
    assert later == again


def test_a_decision_of_another_request_is_not_found(world: World) -> None:
    first, second = a_request(world.requester), a_request(world.requester)
    with pytest.raises(NotFound):
        queries.decision_again(only_decision(first.id).id, second.id)


def test_inputs_are_forgotten_after_their_term_and_the_reasons_stay(world: World) -> None:
    request = a_request(world.requester)
    row = only_decision(request.id)
    with clock.frozen(clock.now() + timedelta(days=399)):
        assert services.forget_decision_inputs() == 0
    with clock.frozen(clock.now() + timedelta(days=401)):
        assert services.forget_decision_inputs() == 1
    db.session.expire_all()
    kept, again = queries.decision_again(row.id, request.id)
    assert (again, kept.explanation["asked"] != []) == (None, True)


def test_a_language_nobody_speaks_leaves_a_decision_that_says_so(world: World) -> None:
    row = only_decision(a_request(world.requester, language="wol").id)
    assert (row.asked, row.chance, row.explanation["reason"]) == (0, 0, "nobody_left")


def test_with_little_hope_an_alternative_is_opened_at_once(world: World) -> None:
    caller = an_interpreter(("wol",), ("telephone",), agency=world.agency)
    request = a_request(world.requester, language="wol", fallback_services=(Service.TELEPHONE,))
    [offer] = queries.offers_of(request.id)
    assert offer.interpreter_id == caller.id
    assert db.session.get_one(OfferRow, offer.offer_id).service == "telephone"


@pytest.mark.usefixtures("in_waves")
def test_somebody_who_gave_it_back_is_not_asked_for_an_alternative_either(world: World) -> None:
    who = world.actors[0]
    request = a_request(world.requester, fallback_services=(Service.TELEPHONE,))
    assignment_id = services.accept_offer(offer_to(request, who.interpreter_id or 0), by=who)
    assignments.withdraw_assignment(assignment_id, by=who, reason=WithdrawReason.ILL)
    services.advance_search(request.id)
    asked_again = {it.interpreter_id for it in queries.offers_of(request.id) if it.status == Status.QUEUED}
    assert asked_again == {it.interpreter_id for it in world.actors[1:]}


def test_whoever_can_come_as_asked_is_asked_for_that_before_the_alternative(world: World) -> None:
    by_phone_only = an_interpreter(("arb",), ("telephone",), agency=world.agency)
    request = a_request(world.requester, fallback_services=(Service.TELEPHONE,))
    made = {it.interpreter_id: db.session.get_one(OfferRow, it.offer_id) for it in queries.offers_of(request.id)}
    assert {it.service for it in made.values()} == {"on_site"}
    assert by_phone_only.id not in made


@pytest.mark.usefixtures("in_waves")
def test_learning_reads_what_became_of_offers(world: World) -> None:
    request = a_request(world.requester)
    yes, no, _ = (offer_to(request, it.interpreter_id or 0) for it in world.actors)
    services.decline_offer(no, by=world.actors[1], reason=DeclineReason.TOO_FAR)
    services.accept_offer(yes, by=world.actors[0])
    now = clock.now()
    log = queries.offer_log(world.agency.id, now - timedelta(days=1), now + timedelta(hours=1))
    by_id = dict(zip(log.offers.interpreter_id.tolist(), log.answer.tolist(), strict=True))
    ids = [it.interpreter_id for it in world.actors]
    assert [by_id[it] for it in ids] == ["yes", "no", "withdrawn"]
    assert len(log.telling()) == 2  # withdrawn is no refusal


def test_an_agency_learns_once_a_week_and_nothing_useful_leaves_the_prior(world: World) -> None:
    a_request(world.requester)
    assert services.learn_when_due() == 1
    model_id = services.learn_from_offers(world.agency.id)
    assert services.learn_from_offers(world.agency.id) is None  # two workers, one model
    assert services.learn_when_due() == 0
    row = db.session.get_one(AcceptanceModelRow, model_id)
    assert (row.learned, row.model["version"] != "prior") == (False, True)
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert services.learn_when_due() == 0  # no offer since
        a_request(world.requester, starts_at=a_weekday(20))
        assert services.learn_when_due() == 1


def test_the_newest_model_decides(world: World) -> None:
    a_request(world.requester)
    model_id = services.learn_from_offers(world.agency.id)
    request = a_request(world.requester)
    row = only_decision(request.id)
    assert row.model_id == model_id
    model, _ = queries.learned(model_id)
    assert row.explanation["model"] == model.version


def test_told_chances_are_compared_with_what_came_of_them(world: World) -> None:
    found, lost = a_request(world.requester), a_request(world.requester, language="wol")
    services.accept_offer(offer_to(found, world.actors[0].interpreter_id or 0), by=world.actors[0])
    services.close_unanswered(lost.id, by=world.coordinator)
    told, came_true = queries.first_chances(world.agency.id, clock.now() - timedelta(days=1))
    assert sorted(zip(came_true, (it > 0.5 for it in told), strict=True)) == [(False, False), (True, True)]


@pytest.mark.usefixtures("in_waves")
def test_expired_offers_count_as_asked(world: World) -> None:
    request = a_request(world.requester)
    db.session.execute(update(OfferRow).where(OfferRow.request_id == request.id).values(status=Status.EXPIRED))
    services.advance_search(request.id)
    assert len(queries.offers_of(request.id)) == 3
    assert db.session.scalar(select(DecisionRow.reason).order_by(DecisionRow.id.desc()).limit(1)) == "nobody_left"


def look_on(request_id: int, *, until: Callable[[RequestRow], bool]) -> timedelta:
    """Take the steps of a search at their moments until something holds; return how long the newest offer waited."""
    for _ in range(20):
        request = fresh(request_id)
        assert request.next_step_at is not None
        with clock.frozen(request.next_step_at + timedelta(seconds=1)):
            services.advance_search(request_id)
            if until(fresh(request_id)):
                return clock.now() - max(it.created_at for it in queries.offers_of(request_id))
    raise AssertionError("it did not happen in twenty looks")


def test_with_days_to_go_the_next_is_asked_beside_who_is_silent_and_a_late_yes_still_counts(world: World) -> None:
    request = a_request(world.requester)
    [first] = queries.offers_of(request.id)
    assert first.expires_at == request.hard_stop_at
    look_on(request.id, until=lambda it: len(queries.offers_of(it.id)) == 2)
    who = next(it for it in world.actors if it.interpreter_id == first.interpreter_id)
    assert services.accept_offer(first.offer_id, by=who)


def test_who_was_asked_last_is_waited_for_before_a_person_looks(world: World) -> None:
    request = a_request(world.requester)
    waited = look_on(request.id, until=lambda it: it.status == "escalated")
    assert {it.interpreter_id for it in queries.offers_of(request.id)} == {it.id for it in world.interpreters}
    assert waited > timedelta(minutes=30)


def test_short_before_the_start_more_are_asked_at_once_and_not_everybody(world: World) -> None:
    for _ in range(12):
        an_interpreter(agency=world.agency)
    moment = a_weekday(7, hour=9)
    with clock.frozen(moment):
        ahead = (timedelta(hours=6), timedelta(days=7))
        soon, later = (a_request(world.requester, starts_at=moment + it) for it in ahead)
        asked_soon, asked_later = (len(queries.offers_of(it.id)) for it in (soon, later))
    assert asked_later < asked_soon < 15
