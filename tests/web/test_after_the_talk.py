"""A request that lies open stays true; afterwards both sides say how it was; a calendar reads the appointments."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from icalendar import Calendar

from dispatch.assignments.services import binding
from dispatch.offers import services as offers
from dispatch.performances import queries as performances
from dispatch.performances import services as performance_services
from dispatch.performances.domain import Report
from dispatch.requests import services as requests
from dispatch.requests.domain import CancelReason
from kernel import clock
from kernel.actor import SYSTEM
from kernel.errors import Forbidden, Invalid, NotFound
from people import services as people
from tests.builders.people import a_requester, an_organisation, signed_in
from tests.builders.requests import a_request, offer_to
from tests.services.dispatch.conftest import World


def performed(world: World) -> tuple[int, int, int]:
    """Return request, assignment and performance of a talk that took place."""
    request, winner = a_request(world.requester), world.actors[0]
    assignment_id = offers.accept_offer(offer_to(request, winner.interpreter_id or 0), by=winner)
    report = Report(started_at=request.starts_at, ended_at=request.ends_at, travel_km=12)
    return request.id, assignment_id, performance_services.submit_performance(assignment_id, report, by=winner)


def test_a_page_that_lies_open_is_told_only_what_changed(house: Flask, world: World) -> None:
    request, client = a_request(world.requester), signed_in(house, world.requester)
    page = client.get(f"/requests/{request.id}")
    version = re.search(r"data-version='([^']+)'", page.text)
    assert version
    same = client.get(f"/requests/{request.id}/now", headers={"If-None-Match": version.group(1)})
    assert (same.status_code, same.data) == (304, b"")
    winner = world.actors[0]
    offers.accept_offer(offer_to(request, winner.interpreter_id or 0), by=winner)
    changed = client.get(f"/requests/{request.id}/now", headers={"If-None-Match": version.group(1)})
    assert changed.status_code == 200
    assert "Uw tolk is" in changed.text
    assert "<html" not in changed.text


def test_what_cancelling_costs_is_told_before_the_click(house: Flask, world: World) -> None:
    request, client = a_request(world.requester), signed_in(house, world.requester)
    assert "annuleren kost niets" in client.get(f"/requests/{request.id}").text
    winner = world.actors[0]
    offers.accept_offer(offer_to(request, winner.interpreter_id or 0), by=winner)
    assert re.search(r"Annuleren is gratis tot .* Daarna kost het €\s8,00", client.get(f"/requests/{request.id}").text)


def test_a_talk_waits_for_the_requester_once_the_interpreter_wrote_down_how_it_went(house: Flask, world: World) -> None:
    request, winner = a_request(world.requester), world.actors[0]
    assignment_id = offers.accept_offer(offer_to(request, winner.interpreter_id or 0), by=winner)
    client = signed_in(house, world.requester)
    with clock.frozen(request.ends_at + timedelta(hours=1)):
        binding._finish(assignment_id, request.id)
        page = client.get(f"/requests/{request.id}").text
        assert "Uw tolk was" in page and "schrijft nog op" in page
        assert "Dit wacht op u" not in client.get("/requests").text
        report = Report(started_at=request.starts_at, ended_at=request.ends_at, travel_km=12)
        performance_services.submit_performance(assignment_id, report, by=winner)
        assert "schrijft nog op" not in client.get(f"/requests/{request.id}").text
        assert "Dit wacht op u" in client.get("/requests").text


def test_the_list_goes_from_the_next_talk_to_the_last_and_then_back_in_time(
    house: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = clock.now().replace(minute=0, second=0, microsecond=0)
    starts = {name: today + timedelta(hours=n) for name, n in (("soon", 1), ("far", 2000), ("next", 200), ("off", 300))}
    ids = {name: a_request(world.requester, starts_at=it, search=False).id for name, it in starts.items()}
    requests.cancel_request(ids["off"], by=world.requester, reason=CancelReason.OTHER)
    for name, hours in (("past", -50), ("long_ago", -9000)):
        fresh_one = a_request(world.requester, starts_at=starts["next"], search=False)
        fresh_one.starts_at, fresh_one.ends_at = today + timedelta(hours=hours), today + timedelta(hours=hours + 1)
        ids[name] = fresh_one.id
    client = signed_in(house, world.requester)
    order = ["soon", "next", "far", "off", "past", "long_ago"]
    page = client.get("/requests").text
    assert lines(page) == [ids[it] for it in order]
    assert page.index("<h2>Later</h2>") < page.index("<h2>Voorbij</h2>")
    monkeypatch.setattr("dispatch.booking.views.following._PAGE", 2)
    seen, address = [], "/requests"
    while address:
        page = client.get(address).text
        seen += lines(page)
        onward = re.search(r'href="(/requests\?[^"]*cursor=[^"]+)"', page)
        address = onward.group(1).replace("&amp;", "&") if onward else ""
    assert seen == [ids[it] for it in order]


def lines(page: str) -> list[int]:
    return [int(it) for it in re.findall(r'<td><a href="/requests/(\d+)"', page)]


def test_an_act_on_a_page_that_is_old_says_so_and_leads_to_what_is_true(house: Flask, world: World) -> None:
    request, client = a_request(world.requester), signed_in(house, world.requester)
    requests.cancel_request(request.id, by=world.requester, reason=CancelReason.OTHER)
    page = f"http://localhost/requests/{request.id}"
    answer = client.post(f"/requests/{request.id}/cancel", data={"reason": "other"}, headers={"Referer": page})
    assert answer.status_code in {302, 409}
    assert answer.status_code == 302 or "Toon wat nu waar is" in answer.text


def test_both_sides_say_how_it_was_and_neither_reads_the_other(house: Flask, world: World) -> None:
    request_id, assignment_id, performance_id = performed(world)
    requester, interpreter = signed_in(house, world.requester), signed_in(house, world.actors[0])
    said = {"score": "5", "note": "zeer geduldig"}
    assert requester.post(f"/requests/{request_id}/rate/{performance_id}", data=said).status_code == 302
    path = f"/assignments/{assignment_id}/rate/{performance_id}"
    assert interpreter.post(path, data={"score": "2", "note": "geen stille kamer"}).status_code == 302
    theirs, hers = requester.get(f"/requests/{request_id}").text, interpreter.get(f"/assignments/{assignment_id}").text
    assert "zeer geduldig" in theirs
    assert "stille kamer" not in theirs
    assert "geduldig" not in hers
    ratings = [performances.rating_of(performance_id, side) for side in ("requester", "interpreter")]
    assert [it.score for it in ratings if it] == [5, 2]


def test_a_second_thought_replaces_the_first(world: World) -> None:
    _, _, performance_id = performed(world)
    for score in (2, 4):
        performance_services.rate_performance(performance_id, score, "", by=world.requester)
    rating = performances.rating_of(performance_id, "requester")
    assert rating is not None
    assert rating.score == 4


def test_nobody_else_rates_and_nothing_odd(world: World) -> None:
    _, _, performance_id = performed(world)
    stranger = a_requester(an_organisation(world.agency))
    with pytest.raises(NotFound):
        performance_services.rate_performance(performance_id, 5, "", by=stranger)
    with pytest.raises(Forbidden):
        performance_services.rate_performance(performance_id, 5, "", by=world.coordinator)
    for score, note in ((0, ""), (6, ""), (3, "x" * 2001)):
        with pytest.raises(Invalid):
            performance_services.rate_performance(performance_id, score, note, by=world.requester)


def test_words_of_a_rating_are_forgotten_with_the_request(world: World) -> None:
    request_id, _, performance_id = performed(world)
    performance_services.rate_performance(performance_id, 3, "over mevrouw X", by=world.requester)
    performance_services.forget_words_of(request_id)
    rating = performances.rating_of(performance_id, "requester")
    assert rating is not None
    assert (rating.score, rating.note) == (3, None)


def address(client, *, make: bool = True) -> str:  # type: ignore[no-untyped-def]
    if make:
        client.post("/calendar")
    found = re.search(r'value="http://[^/]+(/calendar/[^"]+\.ics)"', client.get("/calendar").text)
    assert found
    return found.group(1)


def test_a_calendar_reads_own_appointments_without_a_name_in_them(house: Flask, world: World) -> None:
    request = a_request(world.requester, subject="GEHEIM", note="GEHEIM", client_reference="GEHEIM")
    winner = world.actors[0]
    offers.accept_offer(offer_to(request, winner.interpreter_id or 0), by=winner)
    for actor in (world.requester, winner):
        client = signed_in(house, actor)
        anybody = house.test_client()
        answer = anybody.get(address(client))
        assert answer.mimetype == "text/calendar"
        [event] = Calendar.from_ical(answer.data).walk("VEVENT")
        assert event.start == request.starts_at
        assert request.reference in event["SUMMARY"]
        assert "GEHEIM" not in answer.text
        for name in (world.requester.name, winner.name, world.organisation.name):
            assert name not in answer.text


def test_what_is_called_off_is_called_off_in_the_calendar_too(house: Flask, world: World) -> None:
    request, client = a_request(world.requester), signed_in(house, world.requester)
    feed = address(client)
    [before] = Calendar.from_ical(client.get(feed).data).walk("VEVENT")
    requests.cancel_request(request.id, by=world.requester, reason=CancelReason.OTHER)
    [after] = Calendar.from_ical(client.get(feed).data).walk("VEVENT")
    assert (before["STATUS"], after["STATUS"]) == ("TENTATIVE", "CANCELLED")
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_an_address_taken_back_or_made_up_gives_nothing(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    first = address(client)
    second = address(client)
    assert first != second
    assert client.get(first).status_code == 404
    client.post("/calendar/end")
    assert client.get(second).status_code == 404
    assert client.get("/calendar/1.ics").status_code == 404
    third = address(client)
    people.deactivate_person(world.requester.person_id or 0, by=SYSTEM)
    assert house.test_client().get(third).status_code == 404


def test_one_request_is_a_file_for_its_own_side_only(house: Flask, world: World) -> None:
    request, winner = a_request(world.requester), world.actors[0]
    assignment_id = offers.accept_offer(offer_to(request, winner.interpreter_id or 0), by=winner)
    assert signed_in(house, world.requester).get(f"/calendar/requests/{request.id}.ics").status_code == 200
    assert signed_in(house, winner).get(f"/calendar/assignments/{assignment_id}.ics").status_code == 200
    stranger = a_requester(an_organisation(world.agency))
    assert signed_in(house, stranger).get(f"/calendar/requests/{request.id}.ics").status_code == 404
    assert signed_in(house, world.actors[1]).get(f"/calendar/assignments/{assignment_id}.ics").status_code == 404
