"""What was to be forgotten is nowhere in the database, also after an older backup came back."""

from datetime import timedelta
from pathlib import Path
from stat import S_IMODE

from flask import Flask
from sqlalchemy import text

from dispatch.interpreters import services as register
from dispatch.offers import services as offers
from dispatch.performances import services as performances
from dispatch.performances.domain import Report
from dispatch.requests import services as requests
from dispatch.requests.domain import CancelReason, Service
from dispatch.requests.models import RequestRow
from dispatch.translations import services as translations
from dispatch.translations.domain import Upload
from kernel import clock
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import db
from people import queries as people
from people import services as people_services
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.requests import a_request, a_weekday, fresh, offer_to
from tests.services.dispatch.conftest import World, a_world

CANARY = "Kanarievogel"


def where(word: str) -> set[str]:
    """Return every table in which a word stands anywhere, in any case; bytes are read as text."""
    tables = db.session.scalars(
        text("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
    ).all()  # fmt: skip
    found = set()
    hexed = word.encode().hex()
    for table in tables:
        query = text(f"SELECT 1 FROM {table} t WHERE t::text ILIKE :word OR t::text LIKE :hexed LIMIT 1")
        if db.session.scalar(query, {"word": f"%{word}%", "hexed": f"%{hexed}%"}):
            found.add(table)
    return found


def erase(app: Flask, person_id: int) -> None:
    done = app.test_cli_runner().invoke(args=["people", "erase", str(person_id), "--yes"])
    assert done.exit_code == 0, done.output


def a_canary(world: World) -> Actor:
    """Return an interpreter whose name stands wherever one can write it."""
    row = an_interpreter(
        agency=world.agency, name=f"{CANARY} Samira", email=f"{CANARY}@voorbeeld.example", number=f"{CANARY}1"
    )
    actor = acting(row)
    people_services.change_profile(by=actor, name=f"Samira {CANARY}", phone="0470 12 34 56", locale="nl")
    start = a_weekday(40)
    reason = f"{CANARY} is op reis"
    register.add_exception(row.id, start, start + timedelta(hours=2), available=False, reason=reason, by=actor)
    register.exclude(row.id, world.organisation.id, by=actor, reason=f"{CANARY} werkt daar zelf")
    people_services.open_session(actor.person_id or 0, Role.INTERPRETER, user_agent=f"{CANARY}phone")
    people_services.issue_token(actor.person_id or 0, Role.INTERPRETER, name=CANARY, by=SYSTEM)
    people_services.make_link(f"{CANARY}@voorbeeld.example", "reset", by=SYSTEM)
    return actor


def test_of_a_person_who_is_erased_no_table_holds_a_trace(own_house: Flask) -> None:
    world = a_world(0)
    canary = a_canary(world)
    db.session.expire_all()
    assert {"persons", "interpreters", "sessions", "availability_exceptions"} <= where(CANARY)
    erase(own_house, canary.person_id or 0)
    assert where(CANARY) == set()
    assert where("+32470123456") == set()


def test_whoever_was_erased_does_not_come_back_with_an_older_backup(own_house: Flask, tmp_path: Path) -> None:
    world, run = a_world(0), own_house.test_cli_runner().invoke
    first, second, stays = a_canary(world), an_interpreter(agency=world.agency, name="Tweede Vogel"), world.requester
    file = tmp_path / "house.dump"
    assert run(args=["backup", "create", str(file)]).exit_code == 0
    assert S_IMODE(file.stat().st_mode) == 0o600
    erase(own_house, first.person_id or 0)
    erase(own_house, second.person_id)
    db.session.remove()
    done = run(args=["backup", "restore", str(file), "--yes"])
    assert "2 persons were erased again" in done.output
    assert (where(CANARY), where("Tweede Vogel")) == (set(), set())
    assert people.find_person(stays.person_id or 0).erased_at is None


def test_a_lost_database_does_not_bring_the_erased_back_and_a_strangers_list_erases_nobody(
    own_house: Flask, tmp_path: Path
) -> None:
    world, run = a_world(0), own_house.test_cli_runner().invoke
    canary = a_canary(world)
    file = tmp_path / "house.dump"
    assert run(args=["backup", "create", str(file)]).exit_code == 0
    erase(own_house, canary.person_id or 0)
    db.session.execute(text("UPDATE persons SET erased_at = NULL"))  # as if the database had been lost
    db.session.commit()
    listed = own_house.config["SETTINGS"].data_dir / "erased.txt"
    with listed.open("a") as more:
        more.write(f"{world.requester.person_id} 2001-01-01T00:00:00+00:00\n")
    db.session.remove()
    assert "1 persons were erased again" in run(args=["backup", "restore", str(file), "--yes"]).output
    assert where(CANARY) == set()
    assert people.find_person(world.requester.person_id or 0).erased_at is None


def test_after_its_term_nothing_that_was_written_about_a_client_is_left(own_house: Flask) -> None:
    world = a_world()
    request = a_request(
        world.requester, subject=f"{CANARY} intake", note=f"vraag naar {CANARY}", client_reference=CANARY
    )
    requests.write_note(request.id, f"{CANARY} belde", by=world.coordinator)
    translations.add_document(request.id, Upload(f"{CANARY}.txt", CANARY.encode()), by=world.requester)
    _performed(world, request)
    assert {"requests", "request_notes", "documents", "document_contents", "performances"} <= where(CANARY)
    with clock.frozen(clock.now() + timedelta(days=400)):
        assert own_house.test_cli_runner().invoke(args=["retention", "run"]).exit_code == 0
    assert where(CANARY) == set()
    assert fresh(request.id).outcome == "completed"


def test_a_translation_without_a_word_about_it_still_loses_its_documents(own_house: Flask) -> None:
    world = a_world(0)
    deadline = clock.now() + timedelta(days=10)
    facts = {"subject": None, "note": None, "phone": None, "place": None}
    request = a_request(world.requester, search=False, service=Service.TRANSLATION, deadline_at=deadline, **facts)
    translations.add_document(request.id, Upload("brief.txt", CANARY.encode()), by=world.requester)
    requests.cancel_request(request.id, by=world.requester, reason=CancelReason.OTHER)
    with clock.frozen(clock.now() + timedelta(days=400)):
        assert requests.forget_details() == 1
        assert requests.forget_details() == 0
    assert where(CANARY) == set()


def _performed(world: World, request: RequestRow) -> None:
    actor = world.actors[0]
    assignment_id = offers.accept_offer(offer_to(request, actor.interpreter_id or 0), by=actor)
    report = Report(started_at=request.starts_at, ended_at=request.ends_at, note=f"{CANARY} kwam te laat")
    with clock.frozen(request.ends_at + timedelta(hours=1)):
        performance_id = performances.submit_performance(assignment_id, report, by=actor)
        performances.confirm_performance(performance_id, by=world.requester)
