"""What is not yours does not exist: on every route with a number in it, for every role, the answer about somebody
else's thing is the answer about no thing at all, and nothing happens."""

import io
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from dispatch.calls import services as calls
from dispatch.conversations import services as conversations
from dispatch.desk import queries as board
from dispatch.desk import services as desk
from dispatch.interpreters import services as register
from dispatch.offers import services as offers
from dispatch.partners import services as partners
from dispatch.performances import services as performances
from dispatch.performances.domain import Report
from dispatch.spreadsheets import services as spreadsheets
from dispatch.spreadsheets.domain.sheets import Kind, write_sheet
from dispatch.translations import services as translations
from dispatch.translations.domain import Upload
from kernel import clock
from kernel.actor import Actor, Role
from kernel.database import db
from kernel.tables import write_csv
from people import queries as people
from people import services as people_services
from tests.architecture.test_routes import expected
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.people import a_requester, a_staff_member, an_agency, an_organisation, signed_in
from tests.builders.requests import a_request, a_weekday, offer_to
from tests.services.dispatch.conftest import World, a_world
from tests.services.dispatch.test_conversations import a_video

UNKNOWN = "999999999"
# Of the house as a whole, not of an agency: an administrator of any agency looks after them.
OF_THE_HOUSE = {"term_id", "job_id"}
START = a_weekday(30).isoformat()
BODIES = {
    "assign": {"interpreter_id": 1},
    "perform": {"started_at": START, "ended_at": (a_weekday(30) + timedelta(hours=1)).isoformat()},
    "close": {"outcome": "not_answered", "reason": "other", "note": "x"},
    "decline": {"reason": "too_far"},
    "withdraw": {"reason": "ill"},
    "<id:performance_id>": {"why": "te kort"},
    "resubmit": {"note": "x"},
    "notes": {"text": "x"},
    "question": {"question": "x"},
}


@pytest.fixture
def theirs(house: Flask) -> Iterator[World]:
    """The agency whose things nobody else may see or touch."""
    house.config["WTF_CSRF_ENABLED"] = False
    yield a_world()
    house.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def things(theirs: World) -> dict[str, int]:
    """Return one real thing of every kind, by the name routes give its number."""
    request = a_request(theirs.requester)
    asked = offer_to(request, _asked(request.id))
    document_id = translations.add_document(request.id, Upload("brief.txt", b"geheim"), by=theirs.requester)
    other = a_request(theirs.requester, starts_at=a_weekday(10, hour=14))
    who = next(it for it in theirs.actors if it.interpreter_id == _asked(other.id))
    assignment_id = offers.accept_offer(offer_to(other, who.interpreter_id or 0), by=who)
    with clock.frozen(other.ends_at + timedelta(hours=1)):
        report = Report(started_at=other.starts_at, ended_at=other.ends_at)
        performance_id = performances.submit_performance(assignment_id, report, by=who)
    start, row = a_weekday(40), theirs.interpreters[0]
    facts = {"available": False, "reason": "x", "by": acting(row)}
    administrator = a_staff_member(theirs.agency, Role.ADMINISTRATOR)
    sheet = write_csv(write_sheet(Kind.CUSTOMERS, []))
    people_services.open_session(theirs.coordinator.person_id or 0, Role.COORDINATOR)
    return {
        "request_id": request.id,
        "offer_id": asked,
        "document_id": document_id,
        "assignment_id": assignment_id,
        "performance_id": performance_id,
        "interpreter_id": row.id,
        "organisation_id": theirs.organisation.id,
        "person_id": theirs.coordinator.person_id or 0,
        "session_id": people.sessions_of(theirs.coordinator.person_id or 0)[0].id,
        "exception_id": register.add_exception(row.id, start, start + timedelta(hours=1), **facts),
        "import_id": spreadsheets.upload_sheet(theirs.agency.id, Kind.CUSTOMERS, "x.csv", sheet, by=administrator),
        "decision_id": int(db.session.scalar(text("SELECT max(id) FROM decisions")) or 0),
        "agreement_id": int(db.session.scalar(text("SELECT max(id) FROM agreements")) or 0),
        **_a_room(theirs),
        "membership_id": people.memberships_of(theirs.coordinator.person_id or 0)[0].id,
        "agency_id": theirs.agency.id,
        "view_id": _kept_view(theirs.coordinator),
        "partnership_id": _a_partnership(theirs),
        "code_id": calls.make_code(theirs.organisation.id, by=theirs.coordinator)[0],
        "unit_id": people_services.add_unit(theirs.organisation.id, "Spoed", by=administrator),
    }


def _a_room(theirs: World) -> dict[str, int]:
    """Return a conversation and a file that is shown in it."""
    _, row = a_video(theirs, starts_at=a_weekday(12))
    host = conversations.enter_as(row.id, by=theirs.requester)
    file_id = conversations.show_file(row.id, conversations.Leaflet("image/png", b"x", 1), by=host)
    return {"conversation_id": row.id, "file_id": file_id}


def _a_partnership(theirs: World) -> int:
    partner = an_agency()
    return partners.make_partnership(theirs.agency.id, partner.id, by=theirs.coordinator, valid_from=date(2026, 1, 1))


def strangers(theirs: World) -> dict[str, Actor]:
    """Return people of another agency in every role, and of the same agency on another side."""
    ours = a_world()
    return {
        "requester of another agency": ours.requester,
        "interpreter of another agency": ours.actors[0],
        "coordinator of another agency": ours.coordinator,
        "manager of another agency": a_staff_member(ours.agency, Role.MANAGER),
        "administrator of another agency": a_staff_member(ours.agency, Role.ADMINISTRATOR),
        "requester of another organisation": a_requester(an_organisation(theirs.agency)),
        "interpreter nobody asked": acting(an_interpreter(["som"], agency=theirs.agency)),
    }


# Whoever brings no signature of the carrier is told nothing, of legs that are there and legs that are not.
SIGNED = "/webhooks/"


# What one of the same agency may know of: a requester may wish not to see an interpreter who works for the agency,
# an interpreter may wish not to go to an organisation of hers.
def known_there(name: str, rule: str) -> bool:
    return "another agency" not in name and rule.startswith(("/exclusions", "/availability/exclusions"))


def test_what_is_not_yours_does_not_exist(house: Flask, theirs: World, things: dict[str, int]) -> None:
    tried, told = 0, []
    for name, actor in strangers(theirs).items():
        client = signed_in(house, actor)
        for (method, rule), row in expected().items():
            numbers = set(re.findall(r"<id:([a-z_]+)>", rule))
            passed_over = numbers & OF_THE_HOUSE or rule.startswith(SIGNED) or known_there(name, rule)
            if not numbers or passed_over or row[actor.role.value] != "yes":
                continue
            before = _trail()
            foreign = _knock(client, method, rule, {it: str(things[it]) for it in numbers})
            unknown = _knock(client, method, rule, dict.fromkeys(numbers, UNKNOWN))
            if foreign != unknown or foreign[0] != 404 or _trail() != before:
                told.append((name, method, rule, foreign[0], unknown[0], _trail() - before))
            tried += 1
    assert not told, "\n".join(str(it) for it in told)
    assert tried > 150


def test_no_list_holds_anything_of_theirs(house: Flask, theirs: World, things: dict[str, int]) -> None:
    """Every page and list a stranger may open is without the names and numbers of the other agency."""
    for row in theirs.interpreters:
        people_services.change_profile(by=acting(row), name=f"Kanarievogel {row.id}", phone=None, locale="nl")
    db.session.execute(
        text("UPDATE organisations SET name = 'Kanarievogel' WHERE id = :id"), {"id": theirs.organisation.id}
    )
    db.session.execute(text("UPDATE requests SET subject = 'Kanarievogel', note = 'Kanarievogel'"))
    db.session.expire_all()
    words = {"q": "Kanarie", "words": "Kanarie", "all": "1"}
    for name, actor in strangers(theirs).items():
        client = signed_in(house, actor)
        if name in {"interpreter nobody asked"}:
            continue  # works for them: she may read which organisations they serve
        for (method, rule), row in expected().items():
            if method == "GET" and "<" not in rule and row[actor.role.value] == "yes":
                for query in ({}, words):
                    said = client.get(rule, query_string=query).text.replace('value="Kanarie"', "")
                    assert "Kanarievogel" not in said, f"{name}: {rule}"


def _knock(client: FlaskClient, method: str, rule: str, numbers: dict[str, str]) -> tuple[int, str]:
    """Return status and what was said, without what differs each time."""
    address = re.sub(r"<id:([a-z_]+)>", lambda it: numbers[it[1]], rule)
    address = re.sub(r"<[^>]+>", "arb", address.replace("<day>", "2027-05-03"))
    body = BODIES.get(rule.rpartition("/")[2], {})
    if "/api/" in rule:
        answer = client.open(address, method=method, json=body if method == "POST" else None)
        said = answer.json or {}
        return answer.status_code, f"{said.get('code')} {said.get('facts')}"
    form: dict[str, object] = {it: str(value) for it, value in body.items()}
    if rule.endswith("/documents"):
        form["documents"] = (io.BytesIO(b"een brief"), "brief.txt")
    answer = client.open(address, method=method, data=form)
    main = answer.text.partition("<main")[2]
    return answer.status_code, re.sub(r'(name="(?:_once|csrf_token)" value=")[^"]*', r"\1", main)


def _trail() -> int:
    return int(db.session.scalar(text("SELECT count(*) FROM events")) or 0)


def _kept_view(coordinator: Actor) -> int:
    desk.keep_view("van mij", "mine=1", by=coordinator)
    return board.views_of(coordinator)[0].id


def _asked(request_id: int) -> int:
    query = text("SELECT interpreter_id FROM offers WHERE request_id = :id ORDER BY id LIMIT 1")
    return int(db.session.scalar(query, {"id": request_id}) or 0)
