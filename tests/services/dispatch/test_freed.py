"""Who loses work is offered other work at once: every open request that fits her hours and her journey."""

from datetime import timedelta

from sqlalchemy import text

from dispatch.assignments import services as assignments
from dispatch.assignments.domain import WithdrawReason
from dispatch.interpreters.services import exclude
from dispatch.offers import queries, services
from dispatch.requests import services as requests
from dispatch.requests.domain import CancelReason, Place
from dispatch.requests.models import RequestRow
from kernel import clock
from kernel.actor import SYSTEM
from kernel.database import db
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.requests import a_request, a_weekday, fresh, offer_to
from tests.services.dispatch.conftest import World


def freed_jobs() -> list[dict[str, object]]:
    """Return what the worker was told to do about people who lost work."""
    query = "SELECT args FROM procrastinate_jobs WHERE task_name = 'offers.offer_to_freed' ORDER BY id"
    return [row[0] for row in db.session.execute(text(query))]


def do_freed_jobs() -> int:
    return sum(
        services.offer_to_freed(it["interpreter_id"], *(_moment(it[name]) for name in ("since", "until")))
        for it in freed_jobs()
    )


def _moment(value: object):
    return type(clock.now()).fromisoformat(str(value))


def only_speaker_with_work(world: World, **changes: object) -> tuple[int, RequestRow]:
    """Return the one speaker of Wolof, bound to a request."""
    who = an_interpreter(("wol",), agency=world.agency)
    request = a_request(world.requester, language="wol", **changes)
    services.accept_offer(offer_to(request, who.id), by=acting(who))
    return who.id, request


def asked(request: RequestRow) -> list[int]:
    return [it.interpreter_id for it in queries.offers_of(request.id)]


def test_after_a_cancellation_she_is_offered_what_is_open_then(world: World) -> None:
    who, lost = only_speaker_with_work(world)
    same_hour = a_request(world.requester, language="wol")
    later_that_day = a_request(world.requester, language="wol", starts_at=lost.starts_at + timedelta(hours=3))
    next_week = a_request(world.requester, language="wol", starts_at=a_weekday(14))
    assert (asked(same_hour), asked(later_that_day), asked(next_week)) == ([], [who], [who])
    requests.cancel_request(lost.id, by=world.requester, reason=CancelReason.CLIENT_CANCELLED)
    assert do_freed_jobs() == 1  # who was asked for the other two is not asked again
    assert asked(same_hour) == [who]
    row = queries.decisions_of(same_hour.id)[0]
    assert row.explanation["policy"] == "by_name"
    _, again = queries.decision_again(row.id, same_hour.id)
    assert again is not None and dict(again.explanation) == row.explanation


def test_doing_the_job_twice_offers_once(world: World) -> None:
    _, lost = only_speaker_with_work(world)
    open_still = a_request(world.requester, language="wol")
    requests.cancel_request(lost.id, by=world.requester, reason=CancelReason.CLIENT_CANCELLED)
    assert (do_freed_jobs(), do_freed_jobs(), len(asked(open_still))) == (1, 0, 1)


def test_hard_rules_hold_for_whoever_was_freed(world: World) -> None:
    who, lost = only_speaker_with_work(world)
    too_far = a_request(world.requester, language="wol", place=Place(None, "6700", "Aarlen"))
    unwanted = a_request(world.requester, language="wol")
    exclude(who, unwanted.organisation_id, by=world.requester)
    requests.cancel_request(lost.id, by=world.requester, reason=CancelReason.CLIENT_CANCELLED)
    assert do_freed_jobs() == 0
    assert (asked(too_far), asked(unwanted)) == ([], [])


def test_who_gives_work_back_herself_is_not_offered_other_work(world: World) -> None:
    who, lost = only_speaker_with_work(world)
    [row] = db.session.execute(text("SELECT id FROM assignments WHERE request_id = :r"), {"r": lost.id})
    assignments.withdraw_assignment(row[0], by=SYSTEM, reason=WithdrawReason.ILL)
    assert freed_jobs() == []


def test_a_moved_assignment_frees_its_old_hour(world: World) -> None:
    who, moved = only_speaker_with_work(world)
    old_hour = a_request(world.requester, language="wol")
    assert asked(old_hour) == []
    there = fresh(moved.id)
    there.starts_at, there.ends_at = there.starts_at + timedelta(days=1), there.ends_at + timedelta(days=1)
    db.session.flush()
    assignments.move_assignment_of(moved.id, ["starts_at"], by=world.requester)
    assert do_freed_jobs() == 1
    assert asked(old_hour) == [who]


def test_a_person_may_be_asked_by_name_and_the_search_goes_on(world: World) -> None:
    one_more = an_interpreter(agency=world.agency)
    request = a_request(world.requester)
    wave, step = request.wave, request.next_step_at
    late = an_interpreter(agency=world.agency)
    assert services.ask_by_name(request.id, [late.id], by=world.coordinator) == 1
    assert services.ask_by_name(request.id, [late.id, one_more.id], by=world.coordinator) <= 1
    after = fresh(request.id)
    assert after.wave == wave and after.next_step_at is not None and step is not None and after.next_step_at <= step
