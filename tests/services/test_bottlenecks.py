"""Bottleneck languages of a quarter, and what two more interpreters would have meant."""

from datetime import date, timedelta

import pytest
from flask import Flask

from dispatch.offers import services as offers
from dispatch.requests import services as requests
from dispatch.requests.domain import CancelReason
from kernel import clock
from kernel.actor import Role
from kernel.errors import Forbidden, NotFound
from reporting import queries, services
from reporting.domain import Counts, Quarter, bottlenecks
from tests.builders.people import a_staff_member, an_agency, signed_in
from tests.builders.requests import a_request, a_weekday, fresh, offer_to
from tests.services.dispatch.conftest import World, a_world


@pytest.fixture
def world(house: Flask) -> World:
    return a_world()


def missed(world: World, language: str, count: int) -> Quarter:
    """Let so many requests for a language end without anybody; return their quarter."""
    for n in range(count):
        request = a_request(world.requester, language=language, starts_at=a_weekday(3, 9 + 2 * n))
        offers.close_unanswered(request.id, by=world.coordinator)
    return Quarter.of(fresh(request.id).held_on)


def test_a_quarter_is_read_written_and_follows_the_one_before() -> None:
    quarter = Quarter.parse(" 2020q3 ")
    assert (str(quarter), quarter.first, quarter.last) == ("2020Q3", date(2020, 7, 1), date(2020, 9, 30))
    assert str(Quarter.parse("2020-Q4").next) == "2021Q1" and str(Quarter.parse("2021Q1").previous) == "2020Q4"
    assert {str(Quarter.of(date(2024, month, 1))) for month in (1, 2, 3)} == {"2024Q1"}
    for wrong in ("2020", "2020Q5", "Q3", "", "1820Q1"):
        with pytest.raises(ValueError, match="not a quarter"):
            Quarter.parse(wrong)


def test_the_worst_ten_come_in_order_and_a_language_never_missed_is_none() -> None:
    languages = {f"l{n:02}": Counts({"completed": 10, "not_available": n}) for n in range(14)}
    languages["tir"] = Counts({"completed": 0, "not_available": 13})
    found = bottlenecks(languages)
    assert [it[0] for it in found][:3] == ["tir", "l13", "l12"] and len(found) == 10
    assert bottlenecks({"arb": Counts({"completed": 4})}) == []


def test_missed_languages_are_counted_with_what_two_more_would_have_done(world: World) -> None:
    quarter = missed(world, "wol", 3)
    told: list[str] = []
    [row] = services.count_bottlenecks(world.agency.id, quarter, draws=5, progress=told.append)
    assert told == ["wol"]
    assert (row["requested"], row["not_available"], row["success_ratio"], row["missed_there"]) == (3, 3, 0.0, 3)
    assert row["region"] == "Oost-Vlaanderen" and row["newcomers"] == 2
    assert 0 < row["gain"]["more"] <= 3 and row["gain"]["missed"] == 3
    kept = queries.bottleneck_report(world.agency.id, quarter)
    assert kept is not None and kept.rows == [row]
    assert services.count_bottlenecks(world.agency.id, quarter, draws=5) == [row]  # counting again says the same


def test_answered_requests_of_other_agencies_and_quarters_stay_out(world: World) -> None:
    quarter = missed(world, "wol", 1)
    answered = a_request(world.requester, starts_at=a_weekday(3, 14))
    offers.accept_offer(offer_to(answered, world.interpreters[0].id), by=world.actors[0])
    requests.cancel_request(answered.id, by=world.requester, reason=CancelReason.NO_LONGER_NEEDED)
    assert set(queries.languages_of(world.agency.id, quarter)) == {"wol", "arb"}
    assert [it["language"] for it in services.count_bottlenecks(world.agency.id, quarter, draws=1)] == ["wol"]
    assert queries.languages_of(world.agency.id, quarter.next.next) == {}
    assert queries.languages_of(an_agency().id, quarter) == {}


def test_the_quarter_that_is_over_is_counted_by_itself_once(world: World) -> None:
    quarter = missed(world, "wol", 1)
    with clock.frozen(clock.now().replace(year=quarter.next.year, month=quarter.next.first.month, day=2)):
        assert services.ask_due_bottlenecks() == 1
        services.count_bottlenecks(world.agency.id, quarter, draws=1)
        assert services.ask_due_bottlenecks() == 0


def test_only_managers_of_the_agency_have_it_counted(world: World) -> None:
    with pytest.raises(Forbidden):
        services.ask_bottlenecks(world.agency.id, Quarter(2020, 3), by=world.coordinator)
    with pytest.raises(NotFound):
        services.ask_bottlenecks(world.agency.id, Quarter(2020, 3), by=a_staff_member(an_agency(), Role.MANAGER))


def test_the_page_and_the_file_show_it(house: Flask, world: World) -> None:
    quarter = missed(world, "wol", 2)
    browser = signed_in(house, a_staff_member(world.agency, Role.MANAGER))
    before = browser.get(f"/reports/bottlenecks?quarter={quarter}")
    assert before.status_code == 200 and "Wolof" in before.text and "nog niet berekend" in before.text
    assert browser.post("/reports/bottlenecks", data={"quarter": str(quarter)}).status_code == 302
    services.count_bottlenecks(world.agency.id, quarter, draws=5)
    after = browser.get(f"/reports/bottlenecks?quarter={quarter}").text
    assert "2 tolken meer in Oost-Vlaanderen" in after and "nog niet berekend" not in after
    text = browser.get(f"/reports/bottlenecks.csv?quarter={quarter}").data.decode("utf-8-sig")
    head, line = text.strip().split("\r\n")
    assert head.startswith("agency;quarter;language;requested") and f";{quarter};wol;2;" in line
    assert browser.get("/reports/bottlenecks?quarter=nonsense").status_code == 200


def test_the_terminal_prints_it_and_refuses_what_is_no_quarter(house: Flask, world: World) -> None:
    quarter = missed(world, "wol", 1)
    terminal = house.test_cli_runner()
    found = terminal.invoke(args=["reporting", "bottlenecks", "--quarter", str(quarter), "--draws", "3"])
    assert found.exit_code == 0 and "Wolof" in found.output and "2 more in Oost-Vlaanderen" in found.output
    as_file = terminal.invoke(args=["reporting", "bottlenecks", "--quarter", str(quarter), "--format", "csv"])
    assert f",{quarter},wol,1," in as_file.output
    for wrong in (["--quarter", "2020"], ["--quarter", "2020Q3", "--agency", "nowhere"]):
        refused = terminal.invoke(args=["reporting", "bottlenecks", *wrong])
        assert refused.exit_code != 0 and "Traceback" not in refused.output


def test_days_around_midnight_belong_to_one_quarter() -> None:
    quarter = Quarter(2020, 1)
    assert quarter.last + timedelta(days=1) == quarter.next.first
