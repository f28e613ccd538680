"""One request after another, all the way, by the real use cases on a real database."""

from datetime import timedelta

import pytest

from dispatch.assignments import services as assignments
from dispatch.assignments.domain import WithdrawReason
from dispatch.assignments.errors import DoubleBooking
from dispatch.interpreters.services import switch_available_now
from dispatch.offers import queries as offer_queries
from dispatch.offers import services as offers
from dispatch.offers.domain import DeclineReason
from dispatch.offers.errors import AlreadyTaken, OfferChanged, OfferExpired, RequestCancelled
from dispatch.performances import queries as performance_queries
from dispatch.performances import services as performances
from dispatch.performances.domain import Report, Who
from dispatch.requests import queries as request_queries
from dispatch.requests import services as requests
from dispatch.requests.domain import CancelReason, Ending, Outcome, Reason, Service, Wish
from dispatch.requests.errors import BadRequest, UnknownLanguage
from dispatch.requests.status import Status
from kernel import audit, clock
from kernel.errors import Forbidden, Invalid, NotAllowedNow, NotFound
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.people import a_requester, an_organisation
from tests.builders.requests import a_request, a_weekday, asked, fresh, offer_to
from tests.services.dispatch.conftest import World


def test_asked_offered_accepted_performed_confirmed(world: World) -> None:
    request = a_request(world.requester)
    assert request.status == Status.SEARCHING
    winner = world.actors[0]
    assignment_id = offers.accept_offer(offer_to(request, winner.interpreter_id or 0), by=winner)
    assert fresh(request.id).status == Status.ASSIGNED
    report = Report(started_at=request.starts_at, ended_at=request.ends_at, travel_km=12)
    performance_id = performances.submit_performance(assignment_id, report, by=winner)
    assert fresh(request.id).status == Status.TO_CONFIRM
    performances.confirm_performance(performance_id, by=world.requester)
    done = fresh(request.id)
    assert (done.status, done.outcome, done.timely) == (Status.CLOSED, Outcome.COMPLETED, None)


@pytest.mark.usefixtures("in_waves")
def test_the_first_valid_yes_wins_and_the_losers_are_told(world: World) -> None:
    request = a_request(world.requester)
    first, second = world.actors[:2]
    offers.accept_offer(offer_to(request, first.interpreter_id or 0), by=first)
    with pytest.raises(AlreadyTaken):
        offers.accept_offer(offer_to(request, second.interpreter_id or 0), by=second)
    told = [it.name for it in audit.trail_of(request.id)]
    assert told.count("request_assigned") == 1
    assert "offers_withdrawn" in told


def test_the_winners_own_repeat_is_the_same_assignment(world: World) -> None:
    request, winner = a_request(world.requester), world.actors[0]
    offer_id = offer_to(request, winner.interpreter_id or 0)
    assert offers.accept_offer(offer_id, by=winner) == offers.accept_offer(offer_id, by=winner)


def test_nobody_accepts_an_offer_made_to_another(world: World) -> None:
    request = a_request(world.requester)
    with pytest.raises(NotFound):
        offers.accept_offer(offer_to(request, world.interpreters[0].id), by=world.actors[1])


def test_an_offer_is_over_at_its_last_moment_and_not_before(world: World) -> None:
    request, who = a_request(world.requester), world.actors[0]
    offer_id = offer_to(request, who.interpreter_id or 0)
    ends = offer_queries.offer_row(offer_id).expires_at
    with clock.frozen(ends), pytest.raises(OfferExpired):
        offers.accept_offer(offer_id, by=who)
    with clock.frozen(ends - timedelta(milliseconds=1)):
        assert offers.accept_offer(offer_id, by=who)


@pytest.mark.usefixtures("in_waves")
def test_one_interpreter_never_holds_two_overlapping_assignments_travel_included(world: World) -> None:
    first, who = a_request(world.requester), world.actors[0]
    second = a_request(world.requester, starts_at=first.ends_at + timedelta(minutes=5))
    offers.accept_offer(offer_to(first, who.interpreter_id or 0), by=who)
    with pytest.raises(DoubleBooking):
        offers.accept_offer(offer_to(second, who.interpreter_id or 0), by=who)


@pytest.mark.usefixtures("in_waves")
def test_a_second_wave_follows_when_the_first_says_no(world: World) -> None:
    more = [an_interpreter(agency=world.agency) for _ in range(4)]
    request = a_request(world.requester)
    asked_first = offer_queries.offers_of(request.id)
    assert len(asked_first) == 5
    crowd = {it.id: it for it in (*world.interpreters, *more)}
    for made in asked_first:
        who = next(a for a in [*world.actors] + [acting(it) for it in more] if a.interpreter_id == made.interpreter_id)
        offers.decline_offer(made.offer_id, by=who, reason=DeclineReason.NOT_FREE)
    offers.advance_search(request.id)
    second = [it for it in offer_queries.offers_of(request.id) if it.wave == 2]
    assert {it.interpreter_id for it in second} == set(crowd) - {it.interpreter_id for it in asked_first}


def test_a_language_nobody_speaks_is_escalated_at_once_and_ends_as_language_unavailable(world: World) -> None:
    request = a_request(world.requester, language="wol")
    assert request.status == Status.ESCALATED
    with clock.frozen(request.hard_stop_at or request.starts_at):
        offers.advance_search(request.id)
    done = fresh(request.id)
    assert (done.outcome, done.outcome_reason) == (Outcome.NOT_AVAILABLE, Reason.LANGUAGE_UNAVAILABLE)
    funnel = offer_queries.frozen_funnel(request.id)
    assert funnel is not None
    assert (funnel["registered"], funnel["right_language"]) == (3, 0)


def test_a_coordinator_may_decide_otherwise_with_a_motive_and_both_are_kept(world: World) -> None:
    request = a_request(world.requester, language="wol")
    with pytest.raises(Invalid):
        offers.close_unanswered(request.id, by=world.coordinator, reason=Reason.DUPLICATE)
    offers.close_unanswered(request.id, by=world.coordinator, reason=Reason.DUPLICATE, note="al gevraagd door de arts")
    done = fresh(request.id)
    assert (done.outcome, done.outcome_reason) == (Outcome.OTHER_REASON, Reason.DUPLICATE)
    assert done.derived_outcome == {"outcome": "not_available", "reason": "language_unavailable"}


def test_withdrawing_before_anybody_was_found_is_not_answered(world: World) -> None:
    request = a_request(world.requester)
    ending = requests.cancel_request(request.id, by=world.requester, reason=CancelReason.NO_LONGER_NEEDED)
    assert ending == Ending(Outcome.OTHER_REASON, Reason.WITHDRAWN)
    with pytest.raises(RequestCancelled):
        offers.accept_offer(offer_to(request, world.interpreters[0].id), by=world.actors[0])


@pytest.mark.parametrize(("early", "timely"), [(True, True), (False, False)])
def test_a_cancellation_is_timely_until_ten_on_the_working_day_before(world: World, early: bool, timely: bool) -> None:
    request, who = a_request(world.requester), world.actors[0]
    offers.accept_offer(offer_to(request, who.interpreter_id or 0), by=who)
    moment = request.starts_at - timedelta(days=5 if early else 0, hours=0 if early else 2)
    with clock.frozen(moment):
        ending = requests.cancel_request(request.id, by=world.requester, reason=CancelReason.OTHER)
    assert ending == Ending(Outcome.CANCELLED, timely=timely)


@pytest.mark.usefixtures("in_waves")
def test_cancelling_frees_the_interpreter(world: World) -> None:
    request, who = a_request(world.requester), world.actors[0]
    other = a_request(world.requester)
    offers.accept_offer(offer_to(request, who.interpreter_id or 0), by=who)
    requests.cancel_request(request.id, by=world.requester, reason=CancelReason.OTHER)
    assert offers.accept_offer(offer_to(other, who.interpreter_id or 0), by=who)


@pytest.mark.usefixtures("in_waves")
def test_an_interpreter_who_gives_back_sends_the_request_back_to_matching_with_priority(world: World) -> None:
    request, who = a_request(world.requester), world.actors[0]
    assignment_id = offers.accept_offer(offer_to(request, who.interpreter_id or 0), by=who)
    assignments.withdraw_assignment(assignment_id, by=who, reason=WithdrawReason.ILL)
    again = fresh(request.id)
    assert (again.status, again.priority, again.answered_at is not None) == (Status.SEARCHING, True, True)
    offers.advance_search(request.id)
    asked_again = {
        it.interpreter_id for it in offer_queries.offers_of(request.id) if it.request_version == again.version
    }
    assert who.interpreter_id not in asked_again
    assert asked_again == {it.id for it in world.interpreters[1:]}


def test_changing_the_hour_makes_older_offers_void(world: World) -> None:
    request, who = a_request(world.requester), world.actors[0]
    offer_id = offer_to(request, who.interpreter_id or 0)
    later = asked(starts_at=request.starts_at + timedelta(hours=3))
    requests.change_request(request.id, later, by=world.requester, version=request.version)
    with pytest.raises(OfferChanged):
        offers.accept_offer(offer_id, by=who)


@pytest.mark.usefixtures("in_waves")
def test_an_assignment_moves_with_its_request_if_the_interpreter_is_free(world: World) -> None:
    request, who = a_request(world.requester), world.actors[0]
    blocker = a_request(world.requester, starts_at=request.starts_at + timedelta(hours=4))
    for it in (request, blocker):
        offers.accept_offer(offer_to(it, who.interpreter_id or 0), by=who)
    onto = asked(starts_at=request.starts_at + timedelta(hours=4))
    with pytest.raises(DoubleBooking):
        requests.change_request(request.id, onto, by=world.requester, version=request.version)
    beside = asked(starts_at=request.starts_at + timedelta(hours=1))
    requests.change_request(request.id, beside, by=world.requester, version=request.version)
    assert offers.accept_offer(offer_to(request, who.interpreter_id or 0), by=who)
    assert fresh(request.id).status == Status.ASSIGNED


def test_moving_inside_the_late_window_is_a_late_cancellation_and_a_linked_request(world: World) -> None:
    request, who = a_request(world.requester), world.actors[0]
    offers.accept_offer(offer_to(request, who.interpreter_id or 0), by=who)
    with clock.frozen(request.starts_at - timedelta(hours=3)):
        moved = asked(starts_at=request.starts_at + timedelta(days=3))
        new_id = requests.change_request(request.id, moved, by=world.requester, version=request.version)
    old, new = fresh(request.id), fresh(new_id)
    assert (old.outcome, old.timely) == (Outcome.CANCELLED, False)
    assert new.moved_from_id == old.id


def test_alternatives_are_one_request_with_one_winner(world: World) -> None:
    by_video = an_interpreter(agency=world.agency, languages=("kin",), services_=("video",))
    request = a_request(world.requester, language="kin", fallback_services=(Service.VIDEO,))
    who = acting(by_video)
    assignment_id = offers.accept_offer(offer_to(request, by_video.id), by=who)
    assert assignment_id
    done = fresh(request.id)
    assert (done.service, done.status) == (Service.ON_SITE, Status.ASSIGNED)


def test_a_series_is_all_or_nothing(world: World) -> None:
    good, bad = asked(), asked(language="zzz")
    with pytest.raises(UnknownLanguage):
        requests.submit_series([good, bad], by=world.requester)
    ids = requests.submit_series([asked(starts_at=a_weekday(days)) for days in (7, 14, 21)], by=world.requester)
    assert len({fresh(it).series_id for it in ids}) == 1


def test_who_did_not_come_decides_the_outcome(world: World) -> None:
    endings = {}
    for who, interpreter in zip(Who, world.actors, strict=True):
        request = a_request(world.requester)
        assignment_id = offers.accept_offer(offer_to(request, interpreter.interpreter_id or 0), by=interpreter)
        with clock.frozen(request.starts_at + timedelta(minutes=40)):
            performances.report_absence(assignment_id, who, by=world.coordinator)
        done = fresh(request.id)
        endings[who] = (done.outcome, done.outcome_reason, done.timely)
    assert endings[Who.INTERPRETER] == (Outcome.OTHER_REASON, Reason.INTERPRETER_ABSENT, None)
    assert endings[Who.CLIENT] == endings[Who.REQUESTER] == (Outcome.CANCELLED, None, False)


def test_absence_is_not_reported_before_the_waiting_time(world: World) -> None:
    request, who = a_request(world.requester), world.actors[0]
    assignment_id = offers.accept_offer(offer_to(request, who.interpreter_id or 0), by=who)
    with clock.frozen(request.starts_at + timedelta(minutes=29)), pytest.raises(NotAllowedNow):
        performances.report_absence(assignment_id, Who.CLIENT, by=who)


@pytest.mark.usefixtures("in_waves")
def test_silence_confirms_after_the_term_but_never_a_record_written_beforehand(world: World) -> None:
    done, early = (a_request(world.requester, starts_at=a_weekday(days)) for days in (7, 14))
    who = world.actors[0]
    ids = [offers.accept_offer(offer_to(it, who.interpreter_id or 0), by=who) for it in (done, early)]
    with clock.frozen(done.ends_at + timedelta(hours=1)):
        for request, assignment_id in zip((done, early), ids, strict=True):
            report = Report(started_at=request.starts_at, ended_at=request.ends_at)
            performances.submit_performance(assignment_id, report, by=who)
    first, second = (performance_queries.performance_of(it.id) for it in (done, early))
    assert first is not None
    assert second is not None
    assert first.confirm_by < done.ends_at + timedelta(days=12)
    assert second.confirm_by > early.ends_at + timedelta(days=100)


def test_the_same_record_twice_is_one_and_another_is_refused(world: World) -> None:
    request, who = a_request(world.requester), world.actors[0]
    assignment_id = offers.accept_offer(offer_to(request, who.interpreter_id or 0), by=who)
    report = Report(started_at=request.starts_at, ended_at=request.ends_at)
    first = performances.submit_performance(assignment_id, report, by=who)
    assert performances.submit_performance(assignment_id, report, by=who) == first
    other = Report(started_at=request.starts_at, ended_at=request.ends_at + timedelta(minutes=30))
    with pytest.raises(NotAllowedNow):
        performances.submit_performance(assignment_id, other, by=who)


def test_a_coordinator_assigns_by_hand_and_what_she_overrules_is_kept(world: World) -> None:
    uncertified = an_interpreter(agency=world.agency, certified=False)
    request = a_request(world.requester)
    offers.assign_by_hand(request.id, uncertified.id, by=world.coordinator)
    kept = next(it for it in audit.trail_of(request.id) if it.name == "assigned_by_hand")
    assert kept.facts["overruled"] == ["is_certified"]


def test_a_counter_proposal_that_is_taken_is_one_more_way(world: World) -> None:
    by_video = an_interpreter(agency=world.agency, languages=("kin",), services_=("video",))
    request = a_request(world.requester, language="kin")
    wish = Wish(Service.VIDEO, "kin", request.starts_at, request.ends_at)
    requests.propose_alternative(request.id, wish, by=world.coordinator)
    requests.answer_proposal(request.id, True, by=world.requester)
    offers.advance_search(request.id)
    assert offer_to(fresh(request.id), by_video.id)


def test_a_proposal_nobody_answers_runs_out_and_the_search_goes_on(world: World) -> None:
    request = a_request(world.requester)
    wish = Wish(Service.VIDEO, "arb", request.starts_at, request.ends_at)
    requests.propose_alternative(request.id, wish, by=world.coordinator)
    proposal = request_queries.open_proposal(request.id)
    assert proposal
    with clock.frozen(proposal.expires_at + timedelta(minutes=1)):
        offers.advance_search(request.id)
    answers = [it.facts["answer"] for it in audit.trail_of(request.id) if it.name == "proposal_answered"]
    assert answers == ["expired"]
    assert fresh(request.id).status in {Status.SEARCHING, Status.ESCALATED}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"place": None}, "place"),
        ({"service": Service.TELEPHONE, "phone": None}, "phone"),
        ({"starts_at": a_weekday(-30)}, "starts_at"),
        ({"duration": timedelta(hours=13)}, "duration_minutes"),
        ({"immediate": True}, "immediate"),
        ({"note": "x" * 2001}, "note"),
        ({"interpreter_gender": "whatever"}, "interpreter_gender"),
    ],
)
def test_what_nobody_could_perform_is_refused_and_the_field_is_named(world: World, changes: dict, field: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(BadRequest) as refusal:
        requests.submit_request(asked(**changes), by=world.requester)
    assert field in refusal.value.facts["fields"]


def test_another_organisation_neither_sees_nor_touches_a_request(world: World) -> None:
    stranger = a_requester(an_organisation(world.agency))
    request = a_request(world.requester)
    with pytest.raises(NotFound):
        requests.cancel_request(request.id, by=stranger, reason=CancelReason.OTHER)


def test_an_interpreter_cannot_close_and_a_requester_cannot_assign(world: World) -> None:
    request = a_request(world.requester)
    with pytest.raises((Forbidden, NotFound)):
        offers.close_unanswered(request.id, by=world.actors[0], reason=Reason.OTHER)
    with pytest.raises((Forbidden, NotFound)):
        offers.assign_by_hand(request.id, world.interpreters[0].id, by=world.requester)


def test_without_an_agreement_somebody_looks_first_and_silence_ends_as_service_unavailable(world: World) -> None:
    without = a_requester(an_organisation(world.agency))
    request = a_request(without)
    assert request.status == Status.IN_REVIEW
    with clock.frozen(request.hard_stop_at or request.starts_at):
        offers.advance_search(request.id)
    assert fresh(request.id).outcome_reason == Reason.SERVICE_UNAVAILABLE


def test_telephone_now_rings_three_who_are_there_and_ends_after_three_minutes(world: World) -> None:

    for actor in world.actors[:2]:
        switch_available_now(True, by=actor)
    request = a_request(world.requester, service=Service.TELEPHONE, immediate=True)
    rung = offer_queries.offers_of(request.id)
    assert {it.interpreter_id for it in rung} == {it.id for it in world.interpreters[:2]}
    assert all((it.expires_at - request.created_at) < timedelta(seconds=20) for it in rung)
    assert (request.hard_stop_at or request.starts_at) - request.created_at < timedelta(seconds=185)


def test_private_details_go_after_their_term_and_the_count_stays(world: World) -> None:
    request = a_request(world.requester, subject="intake", client_reference="dossier 7")
    requests.cancel_request(request.id, by=world.requester, reason=CancelReason.OTHER)
    assert requests.forget_details() == 0
    with clock.frozen(clock.now() + timedelta(days=366)):
        assert requests.forget_details() == 1
    kept = fresh(request.id)
    assert (kept.subject, kept.client_reference, kept.note, kept.street, kept.phone) == (None,) * 5
    assert (kept.outcome, kept.language, kept.municipality) == (Outcome.OTHER_REASON, "arb", "Gent")
