"""What an interpreter reads of herself: what her telephone keeps, what she earned, her share, her certificates."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from dispatch.fieldwork import queries
from dispatch.interpreters import services as register
from dispatch.interpreters.domain import Skill
from dispatch.offers import services as offers
from dispatch.offers.queries import open_offers
from dispatch.performances import services as performances
from dispatch.performances.domain import Report
from dispatch.requests.models import RequestRow
from kernel import clock
from kernel.actor import SYSTEM, Actor
from kernel.clock import BRUSSELS
from kernel.database import db
from tests.builders.interpreters import SINCE, acting, an_interpreter
from tests.builders.requests import a_request, a_weekday, fresh, offer_to
from tests.services.dispatch.conftest import World

CANARY = "Kanarievogel"


@pytest.fixture
def who(world: World) -> Actor:
    return acting(world.interpreters[0])


@pytest.fixture
def request_(world: World, who: Actor) -> RequestRow:
    details = {"subject": CANARY, "note": CANARY, "client_reference": CANARY}
    request = a_request(world.requester, starts_at=a_weekday(5), **details)
    offers.accept_offer(offer_to(request, who.interpreter_id or 0), by=who)
    return fresh(request.id)


def test_a_telephone_keeps_only_what_gets_her_there(request_: RequestRow, who: Actor) -> None:
    [far] = queries.kept_agenda(who, request_.starts_at - timedelta(days=3))
    assert (far["municipality"], far["street"], far["phone"]) == ("Gent", None, None)
    [near] = queries.kept_agenda(who, request_.starts_at - timedelta(hours=5))
    assert (near["street"], near["phone"]) == (request_.street, request_.phone)
    assert CANARY not in str(near) and CANARY not in str(far)
    assert near["keep_until"] == (request_.ends_at + timedelta(hours=2)).isoformat()
    assert queries.kept_agenda(who, request_.ends_at + timedelta(hours=2)) == []


@pytest.mark.usefixtures("in_waves")
def test_an_offer_says_how_it_fits_between_her_own(world: World, request_: RequestRow, who: Actor) -> None:
    hour = timedelta(hours=1)
    later = a_request(world.requester, starts_at=request_.ends_at + 2 * hour, service="telephone")
    offer = offer_to(later, who.interpreter_id or 0)
    [fit] = [it for key, it in queries.fits_of(open_offers(who, clock.now()), by=who).items() if key == offer]
    assert fit.before == request_.ends_at
    assert not fit.collides


def test_what_she_earned_stands_in_its_month(request_: RequestRow, who: Actor) -> None:
    with clock.frozen(request_.ends_at):
        [assignment] = db.session.execute(text("SELECT id FROM assignments")).all()
        report = Report(started_at=request_.starts_at, ended_at=request_.ends_at, travel_km=10)
        number = performances.submit_performance(assignment.id, report, by=who)
    here = request_.starts_at.astimezone(BRUSSELS)
    [month] = queries.earned(who, here.year)
    assert (month.month, month.count, month.minutes) == (here.date().replace(day=1), 1, 60)
    assert month.confirmed_cents == 0 and month.waiting_cents > 0
    performances.confirm_performance(number, by=SYSTEM)
    [confirmed] = queries.earned(who, here.year)
    assert (confirmed.confirmed_cents, confirmed.waiting_cents) == (month.waiting_cents, 0)
    assert queries.earned(who, here.year - 1) == []


def test_her_share_stands_beside_a_group_that_is_large_enough(world: World, request_: RequestRow, who: Actor) -> None:
    assert queries.share_of(who, clock.now()) is None
    for _ in range(2):
        an_interpreter(agency=world.agency)
    an_interpreter(["som"], agency=world.agency)
    an_interpreter(certified=False, agency=world.agency)
    share = queries.share_of(who, clock.now() + timedelta(days=30))
    assert share is not None
    assert (share.group, share.offers, share.hours) == (5, 1, 1.0)


def test_whoever_has_a_certificate_that_ends_hears_it_once(world: World) -> None:
    row = world.interpreters[0]
    today = clock.now().astimezone(BRUSSELS).date()
    ending = Skill("arb", certified_from=SINCE, certified_until=today + timedelta(days=59))
    register.certify_language(row.id, ending, by=SYSTEM)
    assert (register.warn_of_expiry(), register.warn_of_expiry()) == (1, 0)
    told = db.session.execute(text("SELECT person_id, facts FROM messages WHERE kind = 'certificate_expires'")).one()
    assert told.person_id == row.person_id
    assert told.facts["language"] == "arb"
    later = Skill("arb", certified_from=SINCE, certified_until=today + timedelta(days=60))
    register.certify_language(row.id, later, by=SYSTEM)
    assert register.warn_of_expiry() == 1
    register.certify_language(row.id, Skill("arb", certified_from=SINCE), by=SYSTEM)
    assert register.warn_of_expiry() == 0
