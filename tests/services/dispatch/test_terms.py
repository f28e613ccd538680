"""Changing a term: who, from when, and what was true before stays true."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from dispatch.terms import queries, services
from dispatch.terms.models import TermRow
from kernel import clock
from kernel.actor import SYSTEM, Actor, Role
from kernel.audit import EventRow
from kernel.database import transaction
from kernel.errors import Forbidden, Invalid, NotFound
from tests.builders.calendars import moment
from tests.builders.people import an_agency

ADMINISTRATOR = Actor(None, Role.ADMINISTRATOR)
NOON = moment("2027-06-01T10:00Z")
TODAY, TOMORROW = date(2027, 6, 1), date(2027, 6, 2)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    queries.forget()
    with clock.frozen(NOON):
        yield
    queries.forget()


def term_id(name: str = "confirm_by", service: str = "any") -> int:
    this = (TermRow.name == name, TermRow.service == service, TermRow.valid_until.is_(None))
    with transaction() as tx:
        return tx.session.scalars(sa.select(TermRow.id).where(*this)).one()


def change(term: int, by: Actor = ADMINISTRATOR, **changes: object) -> int:
    usual: dict = {"value": 3, "valid_from": TOMORROW, "source": "Beslissing 2027/4"}
    return services.change_term(term, by=by, **(usual | changes))


def test_the_old_value_counts_until_the_day_before(house: Flask) -> None:
    change(term_id())
    assert queries.terms_at(TODAY).value("confirm_by") == 5
    assert queries.terms_at(TOMORROW).value("confirm_by") == 3
    assert queries.terms_at(TODAY + timedelta(days=900)).value("confirm_by") == 3


def test_a_change_is_kept_with_both_values(house: Flask) -> None:
    new = change(term_id())
    with transaction() as tx:
        this = sa.select(EventRow).where(EventRow.name == "term_changed", EventRow.subject_id == new)
        kept = tx.session.scalars(this).one()
    told = {name: kept.facts[name] for name in ("name", "before", "after", "valid_from")}
    assert told == {"name": "confirm_by", "before": 5, "after": 3, "valid_from": "2027-06-02"}


def test_a_band_changes_alone(house: Flask) -> None:
    with transaction() as tx:
        this = (TermRow.name == "wave_size", TermRow.service == "on_site", TermRow.band_from == 2)
        five = tx.session.scalars(sa.select(TermRow.id).where(*this)).one()
    change(five, value=6)
    sizes = [queries.terms_at(TOMORROW).count("wave_size", "on_site", lead) for lead in (30, 12, 5, 1)]
    assert sizes == [3, 3, 6, None]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.MANAGER, Role.REQUESTER, Role.INTERPRETER])
def test_only_administrators_change_terms(house: Flask, role: Role) -> None:
    with pytest.raises(Forbidden):
        change(term_id(), by=Actor(None, role))
    assert queries.terms_at(TOMORROW).value("confirm_by") == 5


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"value": -1}, {"value": "out_of_range"}),
        ({"value": 2.5}, {"value": "out_of_range"}),
        ({"value": float("nan")}, {"value": "out_of_range"}),
        ({"valid_from": date(2027, 5, 31)}, {"valid_from": "moment_passed"}),
        ({"source": " "}, {"source": "required"}),
        ({"source": "x" * 201}, {"source": "too_long"}),
        ({"value": -1, "source": ""}, {"value": "out_of_range", "source": "required"}),
    ],
)
def test_every_wrong_field_is_named_and_nothing_changes(house: Flask, changes: dict, fields: dict) -> None:
    with pytest.raises(Invalid) as refused:
        change(term_id(), **changes)
    assert refused.value.facts["fields"] == fields
    assert queries.terms_at(TOMORROW).value("confirm_by") == 5


def test_today_is_the_day_in_brussels(house: Flask) -> None:
    """At half past midnight here it is still yesterday in UTC."""
    with clock.frozen(moment("2027-06-01T22:30Z")):
        with pytest.raises(Invalid):
            change(term_id(), valid_from=TODAY)
        change(term_id(), valid_from=TOMORROW)


def test_a_value_that_was_replaced_is_not_changed_again(house: Flask) -> None:
    old = term_id()
    change(old)
    with pytest.raises(Invalid) as refused:
        change(old, value=4, valid_from=TOMORROW + timedelta(days=1))
    assert refused.value.facts["fields"] == {"valid_from": "not_in_force"}


def test_a_term_that_does_not_exist(house: Flask) -> None:
    with pytest.raises(NotFound):
        change(2**40)


def test_the_database_refuses_two_values_in_force(house: Flask) -> None:
    same = {"name": "confirm_by", "service": "any", "band_from": 0, "band_to": 10_000, "unit": "working_days"}
    with pytest.raises(sa.exc.IntegrityError, match="uq_terms_in_force"), transaction() as tx:
        tx.add(TermRow(**same, value=9, valid_from=TODAY, source="naast de dienst om"))


def test_seeding_again_adds_what_is_new_and_keeps_what_was_decided(house: Flask) -> None:
    change(term_id())
    with transaction() as tx:
        tx.session.execute(sa.delete(TermRow).where(TermRow.name == "call_back"))
        before = tx.session.scalar(sa.select(sa.func.count()).select_from(TermRow))
    services.seed_terms()
    services.seed_terms()
    with transaction() as tx:
        assert tx.session.scalar(sa.select(sa.func.count()).select_from(TermRow)) == before + 1
    assert queries.terms_at(TOMORROW).value("confirm_by") == 3
    assert queries.terms_at(TOMORROW).value("call_back", "immediate") == 30


def test_a_deadline_is_counted_on_the_agencys_calendar(house: Flask) -> None:
    agency = an_agency()
    friday = moment("2027-06-04T16:59+02:00")
    assert queries.deadline("review_answer", agency.id, friday) == moment("2027-06-07T10:59+02:00")
    assert queries.deadline("confirm_by", agency.id, friday) == moment("2027-06-11T16:59+02:00")
    with pytest.raises(LookupError, match="no_such_term"):
        queries.deadline("no_such_term", agency.id, friday)


def test_a_term_begins_at_midnight_here(house: Flask) -> None:
    agency = an_agency()
    change(term_id())
    last_minute, first_minute = moment("2027-06-01T21:59Z"), moment("2027-06-01T22:00Z")
    assert queries.deadline("confirm_by", agency.id, last_minute) == moment("2027-06-08T21:59Z")
    assert queries.deadline("confirm_by", agency.id, first_minute) == moment("2027-06-06T22:00Z")


@pytest.mark.parametrize(
    ("stop", "until"),
    [
        ("2027-06-01T12:00Z", "2027-06-01T10:30Z"),  # a quarter of two hours
        ("2027-06-08T10:00Z", "2027-06-01T14:00Z"),  # four office hours
        ("2027-06-01T09:00Z", "2027-06-01T10:00Z"),  # nothing is left
    ],
)
def test_a_proposal_stands_four_hours_or_a_quarter_of_what_is_left(house: Flask, stop: str, until: str) -> None:
    assert queries.proposal_expiry(an_agency().id, NOON, moment(stop)) == moment(until)


def test_the_line_of_a_timely_cancellation_can_be_moved(house: Flask) -> None:
    agency, friday = an_agency(), moment("2027-06-04T09:00+02:00")
    assert queries.timely_cut_off(agency.id, friday, NOON) == moment("2027-06-03T10:00+02:00")
    change(term_id("cancel_cut_off"), value=12 * 60 + 30)
    assert queries.timely_cut_off(agency.id, friday, NOON) == moment("2027-06-03T10:00+02:00")
    assert queries.timely_cut_off(agency.id, friday, NOON + timedelta(days=1)) == moment("2027-06-03T12:30+02:00")


def test_of_two_administrators_at_once_one_wins(own_house: Flask) -> None:
    term, answers, start = term_id(), [], threading.Barrier(2)

    def decide(value: int) -> None:
        with own_house.app_context():
            start.wait()
            try:
                change(term, value=value)
                answers.append("changed")
            except Invalid as refused:
                answers.append(refused.facts["fields"]["valid_from"])

    threads = [threading.Thread(target=decide, args=(value,)) for value in (3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["changed", "not_in_force"]
    with transaction() as tx:
        this = sa.select(sa.func.count()).where(TermRow.name == "confirm_by", TermRow.valid_until.is_(None))
        assert tx.session.scalar(this) == 1


def test_the_system_does_not_decide_terms(house: Flask) -> None:
    with pytest.raises(Forbidden):
        change(term_id(), by=SYSTEM)
