"""What each of the three people does in the pages, without a browser's scripts."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from dispatch.assignments import queries as assignments
from dispatch.offers import services as offers
from dispatch.performances import queries as performance_queries
from dispatch.performances import services as performances
from dispatch.performances.domain import Report
from dispatch.requests.models import RequestRow
from kernel.clock import BRUSSELS
from kernel.database import db
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.people import a_requester, a_staff_member, an_agency, an_organisation, signed_in
from tests.builders.requests import a_request, a_weekday, fresh, offer_to, the_night_the_clock_moves
from tests.services.dispatch.conftest import World


def booking(**changes: object) -> dict[str, object]:
    start = a_weekday().astimezone(BRUSSELS)
    usual = {"language": "Arabisch-Modern Standaard", "service": "on_site", "day": start.date().isoformat()}
    usual |= {"hour": "10:00", "minutes": "60", "street": "Markt 1", "postcode": "9000", "municipality": "Gent"}
    return usual | changes


def newest() -> RequestRow:
    return db.session.query(RequestRow).order_by(RequestRow.id.desc()).first()


def test_a_social_worker_books_and_reads_the_summary(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    answer = client.post("/requests/new", data=booking(subject="intake"), follow_redirects=True)
    assert answer.status_code == 200
    assert "Arabisch" in answer.text
    assert "intake" in answer.text
    assert newest().status == "searching"


def test_a_mistake_keeps_everything_that_was_typed(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    answer = client.post("/requests/new", data=booking(municipality="", note="bel bij Sofie", language="Somali"))
    assert answer.status_code == 422
    assert "bel bij Sofie" in answer.text
    assert 'value="Somali"' in answer.text
    assert "Dit klopt nog niet" in answer.text


def test_an_unclear_language_is_asked_about(house: Flask, world: World) -> None:
    answer = signed_in(house, world.requester).post("/requests/new", data=booking(language="Koerdisch ("))
    assert answer.status_code == 422
    assert "bedoelt u" in answer.text


def test_double_submission_makes_one_request(house: Flask, world: World) -> None:
    client, data = signed_in(house, world.requester), booking(_once="the-same-key")
    first, second = (client.post("/requests/new", data=data) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert db.session.query(RequestRow).filter_by(requester_id=world.requester.person_id).count() == 1


def test_the_hour_that_exists_twice_is_asked_about(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    night = the_night_the_clock_moves(10)
    data = booking(day=night.isoformat(), hour="02:30")
    answer = client.post("/requests/new", data=data)
    assert answer.status_code == 422
    assert "twee keer" in answer.text
    assert client.post("/requests/new", data=data | {"fold": "1"}).status_code == 302
    assert newest().starts_at.isoformat() == f"{night}T01:30:00+00:00"


def test_the_hour_that_does_not_exist_is_refused(house: Flask, world: World) -> None:
    night = the_night_the_clock_moves(3)
    answer = signed_in(house, world.requester).post("/requests/new", data=booking(day=night.isoformat(), hour="02:30"))
    assert answer.status_code == 422
    assert "bestaat die nacht niet" in answer.text


def test_several_days_are_a_series(house: Flask, world: World) -> None:
    later = [(a_weekday(days)).strftime("%d/%m/%Y") for days in (14, 21)]
    signed_in(house, world.requester).post("/requests/new", data=booking(extra_days=" ".join(later)))
    assert db.session.query(RequestRow).filter_by(series_id=newest().series_id).count() == 3


def test_a_translation_travels_from_source_to_delivery(house: Flask, world: World) -> None:
    requester, desk = signed_in(house, world.requester), signed_in(house, world.coordinator)
    deadline = a_weekday(14).date().isoformat()
    data = booking(service="translation", deadline_day=deadline, documents=(BytesIO(b"%PDF-1.7 brief"), "brief.pdf"))
    assert requester.post("/requests/new", data=data, content_type="multipart/form-data").status_code == 302
    request_id = newest().id
    quote = {"words": "250", "price": "60", "day": deadline}
    assert desk.post(f"/desk/requests/{request_id}/quote", data=quote).status_code == 302
    assert "250 woorden" in requester.get(f"/requests/{request_id}").text
    requester.post(f"/requests/{request_id}/quote", data={"accept": "1"})
    assert fresh(request_id).status == "searching"
    document = re.search(r"/requests/documents/(\d+)", requester.get(f"/requests/{request_id}").text)
    assert document
    opened = requester.get(document.group(0))
    assert opened.data == b"%PDF-1.7 brief"
    assert opened.headers["Content-Disposition"].startswith("attachment")
    translator = an_interpreter(agency=world.agency, services_=("translation",))
    offers.advance_search(request_id)
    hers = signed_in(house, acting(translator))
    page = hers.get("/offers").text
    assert "klaar tegen" in page and "€\xa060,00" in page, "what was agreed is what she gets"
    hers.post(f"/offers/{offer_to(fresh(request_id), translator.id)}/accept")
    bound = assignments.assignment_of(request_id)
    assert bound and "klaar tegen" in hers.get("/agenda").text
    [kept] = hers.get("/agenda/kept").json["items"]
    assert kept["held_at"] == bound.ends_at.isoformat() and kept["phone"] is None, "a fortnight is not a day"
    [event] = Calendar.from_ical(hers.get(f"/calendar/assignments/{bound.id}.ics").data).walk("VEVENT")
    assert (event.start, event.end) == (bound.ends_at - timedelta(minutes=30), bound.ends_at)
    assert "Ik begin eraan" in hers.get(f"/assignments/{bound.id}").text
    read = requester.get(f"/requests/{request_id}").text
    assert "Uw vertaler is" in read and "De tolk is er niet" not in read
    began = bound.starts_at
    report = Report(started_at=began, ended_at=began + timedelta(hours=3))
    performances.submit_performance(bound.id, report, by=acting(translator))
    record = performance_queries.performance_of(request_id)
    assert record and (record.fee_cents, record.travel_cents) == (6000, 0)


def test_a_file_that_is_not_what_it_says_is_refused(house: Flask, world: World) -> None:
    deadline = a_weekday(14).date().isoformat()
    bad = booking(service="translation", deadline_day=deadline, documents=(BytesIO(b"<html><script>"), "brief.pdf"))
    answer = signed_in(house, world.requester).post("/requests/new", data=bad, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert db.session.query(RequestRow).filter_by(requester_id=world.requester.person_id).count() == 0


def test_an_interpreter_sees_nothing_of_the_client_before_yes(house: Flask, world: World) -> None:
    request = a_request(
        world.requester, subject="GEHEIM-ONDERWERP", client_reference="GEHEIM-DOSSIER", note="GEHEIM-NOTA"
    )
    client = signed_in(house, world.actors[0])
    page = client.get("/offers").text
    data = client.get("/api/v1/offers").text
    assert "Ik doe het" in page
    assert "GEHEIM" not in page + data
    assert world.organisation.name not in page + data
    accepted = client.post(f"/offers/{offer_to(request, world.interpreters[0].id)}/accept", follow_redirects=True)
    assert "GEHEIM-ONDERWERP" in accepted.text
    assert "Van u." in accepted.text


@pytest.mark.usefixtures("in_waves")
def test_pressing_too_late_says_so_kindly(house: Flask, world: World) -> None:
    request = a_request(world.requester)
    first, second = world.actors[:2]
    offers.accept_offer(offer_to(request, first.interpreter_id or 0), by=first)
    late = signed_in(house, second).post(f"/offers/{offer_to(request, second.interpreter_id or 0)}/accept")
    assert late.status_code == 409
    assert "Net door iemand anders aangenomen" in late.text


def test_the_record_is_written_at_the_door_and_confirmed(house: Flask, world: World) -> None:
    request, who = a_request(world.requester), world.actors[0]
    assignment_id = offers.accept_offer(offer_to(request, who.interpreter_id or 0), by=who)
    start = request.starts_at.astimezone(BRUSSELS)
    data = {"day": start.date().isoformat(), "start": "10:00", "end": "11:15", "travel_km": "12"}
    client = signed_in(house, who)
    assert client.post(f"/assignments/{assignment_id}/perform", data=data | {"end": "09:00"}).status_code == 422
    assert client.post(f"/assignments/{assignment_id}/perform", data=data).status_code == 302
    requester = signed_in(house, world.requester)
    link = re.search(r"/requests/\d+/confirm/\d+", requester.get(f"/requests/{request.id}").text)
    assert link
    requester.post(link.group(0))
    assert fresh(request.id).outcome == "completed"


def test_a_coordinator_sees_urgency_candidates_and_reasons(house: Flask, world: World) -> None:
    request = a_request(world.requester, starts_at=a_weekday(2))
    client = signed_in(house, world.coordinator)
    assert f'id="request-{request.id}"' in client.get("/desk/board").text
    page = client.get(f"/desk/requests/{request.id}").text
    assert all(it.person.name in page for it in world.interpreters)
    assert (
        client.post(
            f"/desk/requests/{request.id}/assign", data={"interpreter_id": world.interpreters[0].id}
        ).status_code
        == 302
    )
    assert f'id="request-{request.id}"' not in client.get("/desk/board").text


def test_another_agency_reads_404_for_everything_of_ours(house: Flask, world: World) -> None:
    other = an_agency(second_factor_required=False)
    stranger, coordinator = a_requester(an_organisation(other)), a_staff_member(other)
    request = a_request(world.requester)
    assignment_id = offers.accept_offer(offer_to(request, world.interpreters[0].id), by=world.actors[0])
    assert assignments.assignment_of(request.id)
    for path in (f"/requests/{request.id}", f"/api/v1/requests/{request.id}", f"/api/v1/assignments/{assignment_id}"):
        assert signed_in(house, stranger).get(path).status_code == 404, path
    desk = signed_in(house, coordinator)
    for path in (
        f"/desk/requests/{request.id}",
        f"/interpreters/{world.interpreters[0].id}",
        f"/customers/{world.organisation.id}",
    ):
        assert desk.get(path).status_code == 404, path
    unknown = desk.get("/api/v1/requests/999999999")
    foreign = desk.get(f"/api/v1/requests/{request.id}")
    assert {**unknown.json, "request_id": ""} == {**foreign.json, "request_id": ""}
    assert world.organisation.name not in desk.get("/desk/requests").text + desk.get("/api/v1/board").text


def test_a_key_with_another_body_is_refused_and_the_same_is_replayed(house: Flask, world: World) -> None:
    client: FlaskClient = signed_in(house, world.requester)
    body = {"service": "telephone", "language": "arb", "phone": "+3292000000"}
    body["starts_at"] = (a_weekday() + timedelta(hours=1)).isoformat()
    head = {"Idempotency-Key": "k-1"}
    first = client.post("/api/v1/requests", json=body, headers=head)
    again = client.post("/api/v1/requests", json=body, headers=head)
    assert (first.status_code, again.status_code, first.data == again.data) == (201, 201, True)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = client.post("/api/v1/requests", json=body | {"language": "tur"}, headers=head)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")


def test_every_page_sends_the_strict_policy(house: Flask, world: World) -> None:
    policy = signed_in(house, world.coordinator).get("/desk/board").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
