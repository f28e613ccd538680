"""An agency brings its spreadsheets along, and takes them away again."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from dispatch.interpreters import services as interpreters
from dispatch.interpreters.models import InterpreterRow
from dispatch.performances.models import PerformanceRow
from dispatch.requests.models import RequestRow
from dispatch.spreadsheets import queries, services
from dispatch.spreadsheets.domain.files import read_rows
from dispatch.spreadsheets.domain.sheets import COLUMNS, Kind
from dispatch.spreadsheets.errors import ImportHasErrors, ImportOver, UnreadableFile
from dispatch.spreadsheets.services import importing
from kernel.actor import Role
from kernel.audit import EventRow
from kernel.clock import frozen
from kernel.database import db
from kernel.errors import Forbidden, NotFound
from kernel.tables import write_csv
from people.models import OrganisationRow, PersonRow
from tests.builders.interpreters import an_interpreter
from tests.builders.people import a_staff_member, an_agency, an_organisation

TODAY = datetime(2026, 12, 1, 12, tzinfo=UTC)
REGISTER = [
    ["T-1", "Samira El Amrani", "samira@t.example", "+32470111111", "vrouw", "9000", "Gent", "45,5", "2019-01-01", "",
     "ter plaatse, telefoon", "arb", "beide", "sociaal tolk", "2019-01-01", "2027-01-01"],
    ["T-1", "Samira El Amrani", "samira@t.example", "+32470111111", "vrouw", "9000", "Gent", "45,5", "2019-01-01", "",
     "ter plaatse, telefoon", "fra", "naar het Nederlands", "", "", ""],
    ["T-2", "-Yilmaz", "yilmaz@t.example", "", "man", "3600", "Genk", "", "2020-02-29", "2030-01-01", "",
     "tur", "beide", "", "", ""],
]  # fmt: skip
CUSTOMERS = [
    ["K1", "OCMW Gent", "welzijn", "Botermarkt 1", "9000", "Gent", "+3292665211", "info@ocmw.example",
     "ter plaatse, telefoon, video", "2019-01-01", "", "Balie", "An Maes", "an@ocmw.example", ""],
    ["K1", "OCMW Gent", "welzijn", "Botermarkt 1", "9000", "Gent", "+3292665211", "info@ocmw.example",
     "ter plaatse, telefoon, video", "2019-01-01", "", "Zorg", "", "", ""],
    ["K2", "=School", "onderwijs", "", "", "", "", "", "", "", "", "", "", "", ""],
]  # fmt: skip
REQUESTS = [
    ["2019-1", "K1", "telefoon", "arb", "2019-03-01 09:00", "2019-03-04", "10:00", "30", "", "",
     "volbracht", "", "", "T-1"],
    ["2019-2", "K1", "ter plaatse", "tur", "2019-03-01 09:00", "2019-03-05", "10:00", "60", "3600", "Genk",
     "geannuleerd", "", "nee", "T-1"],
    ["2019-3", "K2", "telefoon", "prs", "2019-10-20 08:00", "2019-10-27", "02:30+01:00", "20", "", "",
     "niet beschikbaar", "taal niet beschikbaar", "", ""],
    ["2020-1", "K1", "vertaling", "fra", "2019-12-30 09:00", "2020-01-02", "17:00", "", "", "",
     "volbracht", "", "", "T-1"],
]  # fmt: skip


@pytest.fixture(autouse=True)
def today(house: Flask):
    with frozen(TODAY):
        yield


@pytest.fixture
def agency(house: Flask):
    return an_agency()


@pytest.fixture
def administrator(agency):
    return a_staff_member(agency, Role.ADMINISTRATOR)


def a_file(kind: Kind, lines: list[list[str]]) -> bytes:
    return write_csv([[column.heading for column in COLUMNS[kind]], *lines])


def uploaded(agency, kind: Kind, lines: list[list[str]], by) -> int:
    return services.upload_sheet(agency.id, kind, f"{kind}.csv", a_file(kind, lines), by=by)


def imported(agency, kind: Kind, lines: list[list[str]], by) -> int:
    import_id = uploaded(agency, kind, lines, by)
    assert queries.find_import(import_id, by=by).errors == []
    services.approve_import(import_id, by=by)
    assert queries.find_import(import_id, by=by).applied_at == TODAY
    return import_id


def exported(agency, kind: Kind, by, file_format: str = "csv") -> list[list[str]]:
    return read_rows(services.export_sheet(agency.id, kind, file_format, by=by))[1:]


def count(kind: type) -> int:
    return db.session.scalar(select(func.count()).select_from(kind))


def trimmed(lines: list[list[str]]) -> list[list[str]]:
    return read_rows(write_csv([["x"] * 20, *lines]))[1:]


def everything(agency, by) -> None:
    imported(agency, Kind.REGISTER, REGISTER, by)
    imported(agency, Kind.CUSTOMERS, CUSTOMERS, by)
    imported(agency, Kind.REQUESTS, REQUESTS, by)


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_what_was_imported_goes_out_again_cell_for_cell(agency, administrator, file_format):
    everything(agency, administrator)
    for kind, lines in ((Kind.REGISTER, REGISTER), (Kind.CUSTOMERS, CUSTOMERS)):
        assert exported(agency, kind, administrator, file_format) == trimmed(lines)
    wanted = [list(line) for line in REQUESTS]
    wanted[0][8:10] = wanted[3][8:10] = ["", ""]
    assert exported(agency, Kind.REQUESTS, administrator, file_format) == trimmed(wanted)


def test_an_export_fills_an_empty_agency_with_the_same_customers_and_requests(agency, administrator):
    everything(agency, administrator)
    other = an_agency()
    boss = a_staff_member(other, Role.ADMINISTRATOR)
    for row in db.session.scalars(select(InterpreterRow)):
        row.agencies.append(type(row.agencies[0])(agency_id=other.id))
    db.session.flush()
    lines_out = [line[:-1] if line[-1] == "T-1" else line for line in exported(agency, Kind.REQUESTS, administrator)]
    imported(other, Kind.CUSTOMERS, exported(agency, Kind.CUSTOMERS, administrator), boss)
    imported(other, Kind.REQUESTS, lines_out, boss)
    assert exported(other, Kind.CUSTOMERS, boss) == exported(agency, Kind.CUSTOMERS, administrator)
    assert exported(other, Kind.REQUESTS, boss) == trimmed(lines_out)


def test_past_requests_come_with_who_had_them_and_count_in_the_year_they_were_held(agency, administrator):
    everything(agency, administrator)
    rows = {it.reference: it for it in db.session.scalars(select(RequestRow))}
    translation = rows[f"{agency.id}-2020-1"]
    assert translation.held_on == date(2020, 1, 2)
    assert rows[f"{agency.id}-2019-2"].timely is False
    assert count(PerformanceRow) == 2


def test_importing_the_same_requests_again_is_refused_by_row(agency, administrator):
    everything(agency, administrator)
    row = queries.find_import(uploaded(agency, Kind.REQUESTS, REQUESTS, administrator), by=administrator)
    references = [(it["row"], it["code"]) for it in row.errors if it["column"] == "external_reference"]
    assert references == [(n, "already_imported") for n in (2, 3, 4, 5)]
    with pytest.raises(ImportHasErrors):
        services.approve_import(row.id, by=administrator)


def test_one_wrong_cell_keeps_the_whole_file_out_and_is_named(agency, administrator):
    wrong = [REGISTER[0], [*REGISTER[2][:4], "onbekend", *REGISTER[2][5:]]]
    row = queries.find_import(uploaded(agency, Kind.REGISTER, wrong, administrator), by=administrator)
    assert row.errors == [{"row": 3, "column": "gender", "code": "unknown_choice", "typed": "onbekend"}]
    with pytest.raises(ImportHasErrors):
        services.approve_import(row.id, by=administrator)
    assert count(InterpreterRow) == 0


def test_when_the_world_changed_between_preview_and_yes_nothing_is_written(agency, administrator):
    import_id = uploaded(agency, Kind.REGISTER, REGISTER, administrator)
    an_interpreter(agency=agency, number="T-2")
    services.approve_import(import_id, by=administrator)
    row = queries.find_import(import_id, by=administrator)
    assert (row.applied_at, row.approved_at, row.error_count) == (None, None, 1)
    assert row.errors[0] == {"row": 4, "column": "number", "code": "already_registered", "typed": "T-2"}
    assert count(InterpreterRow) == 1
    assert db.session.scalar(select(PersonRow).where(PersonRow.email == "samira@t.example")) is None


def test_a_refusal_halfway_undoes_every_row_before_it(agency, administrator, monkeypatch):
    import_id = uploaded(agency, Kind.REGISTER, REGISTER, administrator)
    register = interpreters.register_interpreter

    def refusing(new, *, by):
        if new.number == "T-2":
            raise Forbidden()
        return register(new, by=by)

    monkeypatch.setattr("dispatch.spreadsheets.services.writing.interpreters.register_interpreter", refusing)
    services.approve_import(import_id, by=administrator)
    row = queries.find_import(import_id, by=administrator)
    assert (row.applied_at, row.errors) == (None, [{"row": 4, "column": None, "code": "forbidden", "typed": ""}])
    assert count(InterpreterRow) == 0


def test_what_the_database_itself_refuses_halfway_undoes_everything_too(agency, administrator, monkeypatch):
    import_id = uploaded(agency, Kind.REGISTER, REGISTER, administrator)
    an_interpreter(agency=agency, number="T-2")
    monkeypatch.setattr("dispatch.spreadsheets.queries.interpreters.ids_by_number", lambda numbers: {})
    services.approve_import(import_id, by=administrator)
    row = queries.find_import(import_id, by=administrator)
    assert [(it["row"], it["code"]) for it in row.errors] == [(4, "already_registered")]
    assert count(InterpreterRow) == 1


def test_yes_said_twice_is_said_once_and_personal_data_do_not_stay_behind(agency, administrator):
    import_id = imported(agency, Kind.REGISTER, REGISTER, administrator)
    services.approve_import(import_id, by=administrator)
    services.apply_approved(import_id)
    row = queries.find_import(import_id, by=administrator)
    assert (row.content, row.sample, count(InterpreterRow)) == (b"", [], 2)


def test_a_long_file_is_applied_by_the_worker_in_the_name_of_who_said_yes(agency, administrator, monkeypatch):
    monkeypatch.setattr(importing, "AT_ONCE", 1)
    import_id = uploaded(agency, Kind.REGISTER, REGISTER, administrator)
    services.approve_import(import_id, by=administrator)
    assert count(InterpreterRow) == 0
    waiting = text("SELECT args->>'import_id' FROM procrastinate_jobs WHERE task_name = 'spreadsheets.apply'")
    assert db.session.scalars(waiting).all() == [str(import_id)]
    with pytest.raises(ImportOver):
        services.discard_import(import_id, by=administrator)
    services.apply_approved(import_id)
    services.apply_approved(import_id)
    assert count(InterpreterRow) == 2
    applied = db.session.scalars(select(EventRow).where(EventRow.name == "import_applied")).one()
    assert (applied.actor_id, applied.actor_role) == (administrator.person_id, "administrator")


def test_a_thrown_away_file_leaves_nothing_and_cannot_be_applied(agency, administrator):
    import_id = uploaded(agency, Kind.REGISTER, REGISTER, administrator)
    services.discard_import(import_id, by=administrator)
    assert queries.find_import(import_id, by=administrator).content == b""
    with pytest.raises(ImportOver):
        services.approve_import(import_id, by=administrator)


def test_the_desk_of_another_agency_sees_nothing_of_it(agency, administrator):
    import_id = uploaded(agency, Kind.REGISTER, REGISTER, administrator)
    stranger = a_staff_member(an_agency(), Role.ADMINISTRATOR)
    for act in (services.approve_import, services.discard_import):
        with pytest.raises(NotFound):
            act(import_id, by=stranger)
    with pytest.raises(NotFound):
        services.export_sheet(agency.id, Kind.REGISTER, "csv", by=stranger)
    with pytest.raises(NotFound):
        uploaded(agency, Kind.REGISTER, REGISTER, stranger)
    assert queries.list_imports(stranger) == []


@pytest.mark.parametrize(
    ("role", "kind"), [(Role.COORDINATOR, Kind.REQUESTS), (Role.MANAGER, Kind.REGISTER), (Role.MANAGER, Kind.REQUESTS)]
)
def test_who_may_not_bring_a_kind_may_not_take_it_either(agency, role, kind):
    somebody = a_staff_member(agency, role)
    with pytest.raises(Forbidden):
        uploaded(agency, kind, [], somebody)
    with pytest.raises(Forbidden):
        services.export_sheet(agency.id, kind, "csv", by=somebody)


def test_a_request_of_another_agencys_interpreter_or_customer_is_refused_by_row(agency, administrator):
    other = an_agency()
    an_interpreter(agency=other, number="T-1")
    an_organisation(other, customer_code="K1")
    row = queries.find_import(uploaded(agency, Kind.REQUESTS, REQUESTS[:1], administrator), by=administrator)
    assert {(it["column"], it["code"]) for it in row.errors} == {
        ("customer_code", "unknown_customer"), ("interpreter_number", "unknown_interpreter"),
    }  # fmt: skip


def test_a_file_we_cannot_read_is_not_kept(agency, administrator):
    with pytest.raises(UnreadableFile):
        services.upload_sheet(agency.id, Kind.REGISTER, "x.xlsx", b"PK\x03\x04", by=administrator)
    assert queries.list_imports(administrator) == []


def test_an_export_carries_no_formula_and_its_taking_is_written_down(agency, administrator):
    imported(agency, Kind.CUSTOMERS, CUSTOMERS, administrator)
    assert b"'=School" in services.export_sheet(agency.id, Kind.CUSTOMERS, "csv", by=administrator)
    taken = db.session.scalars(select(EventRow).where(EventRow.name == "sheet_exported")).one()
    assert (taken.facts, taken.actor_id) == ({"kind": "customers", "rows": 3}, administrator.person_id)
    assert db.session.scalars(select(OrganisationRow.name).order_by(OrganisationRow.id)).all() == [
        "OCMW Gent",
        "=School",
    ]
