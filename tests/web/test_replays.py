"""Another way of asking is tried on the past year before it may come into force."""

from datetime import timedelta

import pytest
from flask import Flask

from dispatch.offers import queries, services
from dispatch.offers.domain import TRIED_FIRST, WEIGHTS
from dispatch.offers.errors import ReplayFirst
from dispatch.offers.models import PolicyReplayRow
from dispatch.terms import queries as terms
from dispatch.terms import services as term_services
from dispatch.terms.models import TermRow
from kernel import clock
from kernel.actor import Actor, Role
from kernel.database import db
from kernel.errors import Forbidden, Invalid
from matching.ranking import Weights
from tests.builders.people import a_staff_member, an_agency, signed_in
from tests.builders.requests import a_request, offer_to
from tests.services.dispatch.conftest import World

TOMORROW = timedelta(days=1)


@pytest.fixture
def administrator(world: World) -> Actor:
    return a_staff_member(world.agency, Role.ADMINISTRATOR)


def tried(world: World, by: Actor, term: str, value: float) -> PolicyReplayRow:
    replay_id = services.ask_replay(world.agency.id, term, value, by=by)
    services.run_replay(replay_id)
    services.run_replay(replay_id)  # a worker that repeats a job changes nothing
    return db.session.get_one(PolicyReplayRow, replay_id)


def change(by: Actor, term: str, value: float) -> None:
    row = db.session.query(TermRow).filter_by(name=term, valid_until=None).one()
    day = (clock.now() + TOMORROW).date()
    term_services.change_term(row.id, by=by, value=value, valid_from=day, source="proef")


def test_every_price_of_matching_is_a_term_with_the_value_it_always_had(house: Flask) -> None:
    in_force = terms.terms_at(clock.now().date())
    assert {field: in_force.value(name) for name, field in WEIGHTS.items()} == {
        field: getattr(Weights(), field) for field in WEIGHTS.values()
    }


def test_a_value_that_loses_nothing_may_come_into_force(world: World, administrator: Actor) -> None:
    a_request(world.requester)
    row = tried(world, administrator, "weight_travel", 2)
    assert (row.status, row.requests) == ("passed", 1)
    [result] = row.result
    assert result["answered_now"] == result["answered_then"]
    change(administrator, "weight_travel", 2)
    later = terms.terms_at((clock.now() + 2 * TOMORROW).date())
    assert later.value("weight_travel") == 2


def test_a_value_that_was_not_tried_is_refused(world: World, administrator: Actor) -> None:
    a_request(world.requester)
    tried(world, administrator, "weight_travel", 2)
    with pytest.raises(ReplayFirst):
        change(administrator, "weight_travel", 3)
    with clock.frozen(clock.now() + timedelta(days=31)), pytest.raises(ReplayFirst):
        change(administrator, "weight_travel", 2)


def test_a_value_that_loses_answers_is_refused(world: World, administrator: Actor) -> None:
    a_request(world.requester)
    row = tried(world, administrator, "weight_travel", 2)
    row.status = "failed"
    db.session.flush()
    with pytest.raises(ReplayFirst) as refused:
        change(administrator, "weight_travel", 2)
    assert refused.value.facts["fields"] == {"value": "replay_lost"}


def test_without_a_past_nothing_has_to_be_tried(world: World, administrator: Actor) -> None:
    change(administrator, "fill_target", 90)
    a_request(world.requester)
    change_of_other = db.session.query(TermRow).filter_by(name="silence", valid_until=None).one()
    day = (clock.now() + TOMORROW).date()
    term_services.change_term(change_of_other.id, by=administrator, value=90, valid_from=day, source="proef")


def test_real_answers_are_used(world: World, administrator: Actor) -> None:
    request = a_request(world.requester)
    who = world.actors[0]
    services.accept_offer(offer_to(request, who.interpreter_id or 0), by=who)
    assert queries.real_answers(request.id) == {(who.interpreter_id, 0): True}
    row = tried(world, administrator, "fill_target", 50)
    assert row.result[0]["answered_now"] == 1


@pytest.mark.parametrize(("term", "value"), [("silence", 60), ("weight_travel", -1), ("fill_target", 101), ("x", 1)])
def test_odd_wishes_are_refused(world: World, administrator: Actor, term: str, value: float) -> None:
    with pytest.raises(Invalid):
        services.ask_replay(world.agency.id, term, value, by=administrator)


def test_only_an_administrator_of_the_agency_tries(world: World, administrator: Actor) -> None:
    for other in (world.coordinator, a_staff_member(an_agency(), Role.ADMINISTRATOR)):
        with pytest.raises(Forbidden):
            services.ask_replay(world.agency.id, "fill_target", 90, by=other)


def test_the_page_shows_what_was_tried(house: Flask, world: World, administrator: Actor) -> None:
    a_request(world.requester)
    client = signed_in(house, administrator)
    asked = client.post("/replays", data={"term": "fill_target", "value": "90"}, follow_redirects=True)
    assert "wordt gespeeld" in asked.text
    services.run_replay(queries.replays_of([world.agency.id])[0].id)
    page = client.get("/replays").text
    assert "verliest niets" in page
    assert "1 aanvraag" in page
    for name in TRIED_FIRST:
        assert f'value="{name}"' in page
    assert client.post("/replays", data={"term": "fill_target", "value": "500"}).status_code == 422
    assert client.post("/replays", data={"term": "silence", "value": "5"}).status_code == 422
