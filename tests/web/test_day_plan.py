"""The plan of a day: everything open together, near sites in one tour, and whoever it names can be asked at once."""

from datetime import timedelta

from flask import Flask

from dispatch.interpreters.models import InterpreterLanguageRow
from dispatch.offers import queries
from kernel.clock import BRUSSELS
from kernel.database import db
from tests.builders.interpreters import an_interpreter
from tests.builders.people import signed_in
from tests.builders.requests import a_request, a_weekday
from tests.services.dispatch.conftest import a_world


def test_a_tour_is_shown_and_its_interpreter_is_asked(house: Flask) -> None:
    world = a_world(0)
    desk = signed_in(house, world.coordinator)
    start = a_weekday(7, 9)
    jobs = [a_request(world.requester, language="wol", starts_at=start + n * timedelta(minutes=90)) for n in range(3)]
    who = an_interpreter(("wol",), agency=world.agency, municipality="Aalst", postcode="9300")
    page = desk.get(f"/desk/plan?on={start.date()}").text
    assert who.person.name in page and "één rit" in page and "Blijft over" not in page
    pairs = [f"{it.id}-{who.id}" for it in jobs]
    assert all(f'value="{it}"' in page for it in pairs)
    answer = desk.post("/desk/plan/ask", data={"pair": [*pairs, "nonsense", "1-2-3"], "on": str(start.date())})
    assert answer.status_code == 302
    assert [[it.interpreter_id for it in queries.offers_of(job.id)] for job in jobs] == [[who.id]] * 3


def test_another_agency_is_not_planned_and_an_empty_day_says_so(house: Flask) -> None:
    world, stranger = a_world(), a_world()
    request = a_request(world.requester)
    day = request.starts_at.astimezone(BRUSSELS).date()
    desk = signed_in(house, stranger.coordinator)
    assert "niets meer open" in desk.get(f"/desk/plan?on={day}").text
    assert desk.post("/desk/plan/ask", data={"pair": f"{request.id}-1"}).status_code == 404
    assert desk.get("/desk/plan?on=gisteren").status_code == 200


def test_a_way_by_a_third_language_is_offered_to_the_desk_only_where_nobody_can_come(house: Flask) -> None:
    world = a_world(0)
    an_interpreter(("eng",), agency=world.agency)
    both = an_interpreter(("eng",), agency=world.agency)
    from_register(both.id)
    request = a_request(world.requester, language="twi")
    page = signed_in(house, world.coordinator).get(f"/desk/requests/{request.id}").text
    assert "Via een tussentaal" in page and both.person.name in page
    an_interpreter(("twi",), agency=world.agency)
    again = signed_in(house, world.coordinator).get(f"/desk/requests/{request.id}").text
    assert "Via een tussentaal" not in again


def from_register(interpreter_id: int) -> None:
    """Let somebody speak Twi as well, without a certificate."""
    db.session.add(InterpreterLanguageRow(interpreter_id=interpreter_id, language="twi", direction="both"))
    db.session.flush()
