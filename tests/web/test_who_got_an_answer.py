"""Who got an interpreter today and this quarter: a sentence, a picture, a table, a file."""

from datetime import date

import pytest
from flask import Flask

from dispatch.assignments import queries as assignments
from dispatch.assignments import services as assignment_services
from dispatch.assignments.domain import WithdrawReason
from dispatch.offers import services as offers
from kernel import clock
from kernel.actor import SYSTEM, Role
from reporting import queries
from reporting.domain import Answered, quarter_of
from tests.builders.people import a_staff_member, signed_in
from tests.builders.requests import a_request, offer_to
from tests.services.dispatch.conftest import World, a_world


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 11, 25), date(2026, 10, 1), date(2026, 12, 31)),
        (date(2028, 2, 29), date(2028, 1, 1), date(2028, 3, 31)),
        (date(2026, 6, 30), date(2026, 4, 1), date(2026, 6, 30)),
    ],
)
def test_a_quarter_is_three_months(day: date, first: date, last: date) -> None:
    assert quarter_of(day) == (first, last)


def test_answered_open_and_missed_are_the_whole(house: Flask, world: World) -> None:
    answered, still_open = a_request(world.requester), a_request(world.requester)
    winner = world.actors[0]
    offers.accept_offer(offer_to(answered, winner.interpreter_id or 0), by=winner)
    desk = a_staff_member(world.agency, Role.MANAGER)
    found = queries.answered(still_open.held_on, still_open.held_on, "service", by=desk)
    assert found == {"on_site": Answered(answered=1, still_open=1)}
    assert found["on_site"].share == 50
    bound = assignments.assignment_of(answered.id)
    assert bound
    assignment_services.withdraw_assignment(bound.id, by=winner, reason=WithdrawReason.ILL)
    found = queries.answered(still_open.held_on, still_open.held_on, "service", by=desk)
    assert found == {"on_site": Answered(still_open=2)}, "who fell away does not come"


def test_the_page_shows_only_the_own_agency(house: Flask, world: World) -> None:
    elsewhere = a_world()
    request = a_request(elsewhere.requester)
    assert queries.answered(request.held_on, request.held_on, "service", by=world.coordinator) == {}
    assert queries.answered(request.held_on, request.held_on, "service", by=SYSTEM)


def test_every_picture_has_its_sentence_its_table_and_its_file(house: Flask, world: World) -> None:
    request = a_request(world.requester)
    client = signed_in(house, a_staff_member(world.agency, Role.MANAGER))
    request.held_on = clock.now().date()
    page = client.get("/reports/answered?period=quarter").text
    assert "aanvragen van" in page
    assert page.count("<table") == 3
    assert page.count('class="bars"') == 3
    for group in ("service", "language", "region"):
        rows = client.get(f"/reports/answered.csv?period=quarter&group={group}").data.decode("utf-8-sig").splitlines()
        assert rows[0].startswith(f"{group};requested")
        assert len(rows) == 2


@pytest.mark.parametrize(
    ("group", "name"), [("month", "december"), ("language", "Arabisch"), ("organisation", "'=OCMW")]
)
def test_a_year_is_there_by_any_group_as_page_and_as_a_file_no_spreadsheet_runs(
    house: Flask, world: World, group: str, name: str
) -> None:
    world.organisation.name = "=OCMW"
    request = a_request(world.requester)
    offers.close_unanswered(request.id, by=world.coordinator)
    request.held_on = date(2026, 12, 1)
    client = signed_in(house, a_staff_member(world.agency, Role.MANAGER))
    page = client.get(f"/reports?year=2026&group={group}").text
    assert f'group={group}" aria-current="page"' in page and name.strip("'=") in page
    rows = client.get(f"/reports/breakdown.csv?year=2026&group={group}").data.decode("utf-8-sig").splitlines()
    assert rows[0] == f"{group};requested;answered;completed;not_answered"
    assert rows[1].startswith(name) and rows[1].endswith(";1;0;0;1") and len(rows) == 2


def test_an_empty_day_says_so(house: Flask, world: World) -> None:
    client = signed_in(house, a_staff_member(world.agency, Role.MANAGER))
    assert "niets aangevraagd" in client.get("/reports/answered").text
