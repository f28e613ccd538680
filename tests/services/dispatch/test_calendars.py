"""The calendar of an agency: its first closing days, and who changes them."""

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from dispatch.calendars import queries, services
from kernel.actor import SYSTEM, Role
from kernel.audit import EventRow
from kernel.database import transaction
from kernel.errors import Forbidden, Invalid, NotFound
from people.models import AgencyRow
from tests.builders.calendars import CLOSED, moment
from tests.builders.people import a_staff_member, an_agency

DAY = date(2027, 6, 1)


@pytest.fixture
def agency(house: Flask) -> Iterator[AgencyRow]:
    queries.forget()
    yield an_agency()
    queries.forget()


def events(agency: AgencyRow) -> list[str]:
    mine = (
        EventRow.subject == "agency",
        EventRow.subject_id == agency.id,
        EventRow.name.in_(["day_closed", "day_reopened"]),
    )
    with transaction() as tx:
        return list(tx.session.scalars(sa.select(EventRow.name).where(*mine).order_by(EventRow.id)))


def test_the_first_closing_days_are_those_written_out_by_hand(agency: AgencyRow) -> None:
    services.seed_closing_days(agency.id, (year for year in (2026, 2027)))
    closed = queries.calendar_of(agency.id).closed_on
    assert {day for day in closed if day.weekday() < 5} == CLOSED


def test_a_year_has_the_ten_days_of_the_law_and_four_of_the_flemish_government(agency: AgencyRow) -> None:
    services.seed_closing_days(agency.id, [2027])
    names = {it.day: it.name for it in queries.closing_days(agency.id, date(2027, 1, 1))}
    sundays_of_every_year = {date(2027, 3, 28), date(2027, 5, 16)}  # Easter and Pentecost
    assert len(names.keys() - sundays_of_every_year) == 14
    assert names[date(2027, 3, 29)] == "Paasmaandag"
    assert names[date(2027, 7, 11)] == "Feest van de Vlaamse Gemeenschap"


def test_seeding_again_keeps_what_an_administrator_named(agency: AgencyRow) -> None:
    administrator = a_staff_member(agency, Role.ADMINISTRATOR)
    services.close_day(agency.id, date(2027, 7, 21), "Verhuis", by=administrator)
    services.seed_closing_days(agency.id, [2027])
    services.seed_closing_days(agency.id, [2027])
    services.seed_closing_days(agency.id, [])
    days = [it for it in queries.closing_days(agency.id, date(2027, 7, 21)) if it.day == date(2027, 7, 21)]
    assert [it.name for it in days] == ["Verhuis"]


def test_a_closed_day_counts_from_the_next_question_on(agency: AgencyRow) -> None:
    administrator = a_staff_member(agency, Role.ADMINISTRATOR)
    wednesday = moment("2027-06-02T09:00+02:00")
    assert queries.calendar_of(agency.id).timely_cut_off(wednesday) == moment("2027-06-01T08:00Z")
    services.close_day(agency.id, DAY, "Vorming", by=administrator)
    assert queries.calendar_of(agency.id).timely_cut_off(wednesday) == moment("2027-05-31T08:00Z")
    services.reopen_day(agency.id, DAY, by=administrator)
    assert queries.calendar_of(agency.id).timely_cut_off(wednesday) == moment("2027-06-01T08:00Z")
    assert events(agency) == ["day_closed", "day_reopened"]


def test_what_changes_nothing_is_no_fact(agency: AgencyRow) -> None:
    services.reopen_day(agency.id, DAY, by=SYSTEM)
    services.close_day(agency.id, DAY, "Vorming", by=SYSTEM)
    services.close_day(agency.id, DAY, "Nog eens", by=SYSTEM)
    assert events(agency) == ["day_closed"]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.MANAGER])
def test_only_administrators_change_it(agency: AgencyRow, role: Role) -> None:
    somebody = a_staff_member(agency, role)
    with pytest.raises(Forbidden):
        services.close_day(agency.id, DAY, "Vorming", by=somebody)
    with pytest.raises(Forbidden):
        services.reopen_day(agency.id, DAY, by=somebody)
    assert queries.closing_days(agency.id, DAY) == []


def test_another_agencys_calendar_does_not_exist(agency: AgencyRow) -> None:
    other = a_staff_member(an_agency(), Role.ADMINISTRATOR)
    with pytest.raises(NotFound):
        services.close_day(agency.id, DAY, "Vorming", by=other)
    with pytest.raises(NotFound):
        services.reopen_day(agency.id, DAY, by=other)


@pytest.mark.parametrize(("name", "code"), [("  ", "required"), ("x" * 101, "too_long")])
def test_a_day_has_a_name(agency: AgencyRow, name: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.close_day(agency.id, DAY, name, by=SYSTEM)
    assert refused.value.facts["fields"] == {"name": code}


def test_an_agency_that_does_not_exist_has_no_calendar(house: Flask) -> None:
    with pytest.raises(NotFound):
        queries.calendar_of(2**40)
