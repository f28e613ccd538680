"""What the columns of a register, of customers and of past requests mean, and what is wrong in them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.spreadsheets.domain import cells
from dispatch.spreadsheets.domain.cells import BadCell
from dispatch.spreadsheets.domain.checks import World, customers_of, interpreters_of, requests_of
from dispatch.spreadsheets.domain.sheets import COLUMNS, Kind, Sheet, read_sheet, write_sheet

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
LANGUAGES = {"arb": "arb", "arabisch": "arb", "tur": "tur", "prs": "prs"}
SAMIRA = {"number": "T1", "name": "Samira", "email": "s@t.example", "gender": "vrouw", "postcode": "9000",
          "municipality": "Gent", "language": "arb"}  # fmt: skip
OCMW = {"customer_code": "K1", "name": "OCMW Gent", "sector": "welzijn"}
TALK = {"external_reference": "2019-1", "customer_code": "K1", "service": "telefoon", "language": "arb",
        "received_at": "2019-03-01 09:00", "day": "2019-03-04", "clock": "10:00", "duration_minutes": "30",
        "outcome": "volbracht", "interpreter_number": "T1"}  # fmt: skip
UNANSWERED = {"outcome": "niet beschikbaar", "interpreter_number": ""}
MEANING = {Kind.REGISTER: interpreters_of, Kind.CUSTOMERS: customers_of, Kind.REQUESTS: requests_of}


def a_world(**changes) -> World:
    usual = {
        "language": lambda text: LANGUAGES.get(text.lower()),
        "place_is_wrong": lambda postcode, name: name == "Nergenshuizen",
        "now": NOW,
        "customers": {"K1": True, "K2": False},
        "interpreters": {"T1": 1, "T2": 2},
    }
    return World(**(usual | changes))


def a_sheet(kind: Kind, *lines: dict[str, str]) -> Sheet:
    names = [column.name for column in COLUMNS[kind]]
    return read_sheet(kind, [names, *([line.get(name, "") for name in names] for line in lines)])


def checked(kind: Kind, *lines: dict[str, str], **changes):
    """Return what the lines mean and, as (row, column, code), what is wrong."""
    sheet = a_sheet(kind, *lines)
    usual = {} if kind is Kind.REQUESTS else {"customers": {}}
    things = MEANING[kind](sheet, a_world(**(usual | changes)))
    return things, [(it.row, it.column, it.code) for it in sheet.errors]


# headings


@pytest.mark.parametrize("write", [lambda it: it.heading, lambda it: it.english, lambda it: it.name])
def test_headings_are_understood_in_dutch_in_english_and_by_code(write):
    headings = [write(column).upper() for column in COLUMNS[Kind.REGISTER]]
    assert read_sheet(Kind.REGISTER, [headings, ["T1"]]).lines[0]["number"] == "T1"


def test_columns_may_stand_in_any_order_and_unknown_ones_are_named():
    sheet = read_sheet(
        Kind.CUSTOMERS, [["Sector", "Kleur", "Klantnummer", "Organisatie"], ["welzijn", "rood", "K1", "X"]]
    )
    assert (sheet.ignored, sheet.errors, sheet.lines[0]["customer_code"]) == (["Kleur"], [], "K1")


def test_a_missing_and_a_double_heading_are_errors_of_row_one_and_nothing_is_read_of_it():
    sheet = read_sheet(Kind.CUSTOMERS, [["Sector", "Klantnummer", "klantnummer"], ["welzijn", "K1", "K1"]])
    wanted = [(1, "customer_code", "duplicate_column"), (1, "name", "missing_column")]
    assert [(it.row, it.column, it.code) for it in sheet.errors] == wanted
    assert customers_of(sheet, a_world()) == []


def test_a_file_with_headings_only_says_so():
    assert [it.code for it in a_sheet(Kind.CUSTOMERS).errors] == ["no_rows"]


def test_empty_rows_between_are_skipped_and_rows_keep_the_number_of_the_spreadsheet():
    names = [column.name for column in COLUMNS[Kind.CUSTOMERS]]
    sheet = read_sheet(Kind.CUSTOMERS, [names, [], ["K1", "X", "zorg"]])
    assert [(it.row, it.column, it.code, it.typed) for it in sheet.errors] == [(3, "sector", "unknown_choice", "zorg")]


# cells


@pytest.mark.parametrize("text", ["2020-03-14", "14/03/2020", "14/3/2020", "14-03-2020", "14.3.2020"])
def test_a_day_is_read_in_the_usual_ways(text):
    assert cells.DAY.read(text) == date(2020, 3, 14)


@pytest.mark.parametrize(
    ("cell", "text", "code"),
    [
        (cells.DAY, "30/02/2020", "bad_date"),
        (cells.DAY, "morgen", "bad_date"),
        (cells.CLOCK, "25:00", "bad_time"),
        (cells.CLOCK, "10:00+03:00", "bad_time"),
        (cells.MOMENT, "2020-03-29 02:30", "time_does_not_exist"),
        (cells.MOMENT, "2020-10-25 02:30", "time_exists_twice"),
        (cells.WHOLE, "²", "bad_number"),
        (cells.WHOLE, "-3", "bad_number"),
        (cells.KILOMETRES, "nan", "bad_number"),
        (cells.KILOMETRES, "501", "out_of_range"),
        (cells.EMAIL, "jan@", "bad_email"),
        (cells.PHONE, "0900 12345", "bad_phone"),
        (cells.words(3), "vier", "too_long"),
        (cells.words(9), "a\x07", "unreadable_text"),
    ],
)
def test_a_cell_that_means_nothing_says_why(cell, text, code):
    with pytest.raises(BadCell) as refused:
        cell.read(text)
    assert refused.value.code == code


@given(st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_every_moment_is_written_so_that_it_is_read_again_also_in_the_hour_that_exists_twice(moment):
    whole = moment.replace(second=0, microsecond=0)
    assert cells.MOMENT.read(cells.MOMENT.write(whole)) == whole


@given(st.floats(0, 500).map(lambda it: round(it, 1)))
def test_kilometres_are_read_as_they_are_written(number):
    assert cells.KILOMETRES.read(cells.KILOMETRES.write(number)) == pytest.approx(number)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_choice_is_read_as_word_and_as_code_and_headings_are_unique(kind):
    headings = [text.casefold() for it in COLUMNS[kind] for text in {it.heading, it.english}]
    assert len(headings) == len(set(headings))


# the register


def test_the_languages_of_somebody_stand_on_as_many_rows():
    [samira], errors = checked(
        Kind.REGISTER,
        SAMIRA | {"certificate": "sociaal tolk", "certified_from": "2019-01-01"},
        SAMIRA | {"language": "Tur", "direction": "naar het Nederlands"},
    )
    assert errors == []
    assert [(it.language, it.direction, it.certified_from) for it in samira.skills] == [
        ("arb", "both", date(2019, 1, 1)), ("tur", "to_dutch", None),
    ]  # fmt: skip


def test_what_differs_from_the_first_row_of_somebody_is_an_error():
    _, errors = checked(Kind.REGISTER, SAMIRA, SAMIRA | {"language": "tur", "municipality": "Aalst"})
    assert errors == [(3, "municipality", "differs_from_first_row")]


def test_a_language_twice_a_foreign_number_and_a_shared_address_are_errors():
    _, errors = checked(
        Kind.REGISTER, SAMIRA, SAMIRA, SAMIRA | {"number": "T9"}, SAMIRA | {"number": "T2", "email": "x@t.example"},
        numbers=frozenset({"T2"}),
    )  # fmt: skip
    assert errors == [
        (3, "language", "duplicate"), (4, "email", "duplicate"), (5, "number", "already_registered"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"language": "klingon"}, "language", "unknown_language"),
        ({"municipality": "Nergenshuizen"}, "municipality", "unknown_place"),
        ({"certified_until": "2020-01-01"}, "certified_until", "not_positive"),
        ({"certified_from": "2020-01-02", "certified_until": "2020-01-01"}, "certified_until", "not_positive"),
        ({"active_from": "2020-01-02", "active_until": "2020-01-01"}, "active_until", "not_positive"),
        ({"gender": "x"}, "gender", "unknown_choice"),
        ({"name": ""}, "name", "required"),
    ],
)
def test_an_error_in_the_register_is_named_by_row_and_column(change, column, code):
    assert checked(Kind.REGISTER, SAMIRA | change)[1] == [(2, column, code)]


def test_one_unreadable_cell_does_not_hide_what_else_is_wrong_nor_echo_elsewhere():
    twice = [
        SAMIRA | {"gender": "?", "language": "klingon", "municipality": "Nergenshuizen"},
        SAMIRA | {"language": "tur"},
    ]
    assert checked(Kind.REGISTER, *twice)[1] == [
        (2, "gender", "unknown_choice"), (2, "municipality", "unknown_place"), (2, "language", "unknown_language"),
    ]  # fmt: skip


# customers


def test_units_and_people_of_an_organisation_are_spread_over_its_rows():
    [ocmw], errors = checked(
        Kind.CUSTOMERS,
        OCMW | {"unit": "Balie", "person_name": "An", "person_email": "an@o.example"},
        OCMW | {"unit": "Zorg"},
    )
    assert (errors, ocmw.units, ocmw.people) == ([], ["Balie", "Zorg"], {"an@o.example": ("An", None)})


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"services": "telefoon"}, "valid_from", "required"),
        ({"valid_from": "2020-01-01"}, "services", "required"),
        ({"services": "video", "valid_from": "2020-01-02", "valid_until": "2020-01-01"}, "valid_until", "not_positive"),
        ({"services": "rooksignalen", "valid_from": "2020-01-02"}, "services", "unknown_choice"),
        ({"person_name": "An"}, "person_email", "required"),
        ({"person_email": "an@o.example"}, "person_name", "required"),
        ({"municipality": "Nergenshuizen"}, "municipality", "unknown_place"),
    ],
)
def test_an_error_in_the_customers_is_named_by_row_and_column(change, column, code):
    assert checked(Kind.CUSTOMERS, OCMW | change)[1] == [(2, column, code)]


def test_a_customer_who_is_known_already_is_refused_by_row():
    assert checked(Kind.CUSTOMERS, OCMW, customers={"K1": True})[1] == [(2, "customer_code", "already_registered")]
    assert checked(Kind.CUSTOMERS, OCMW, OCMW | {"customer_code": "K7"})[1] == [(3, "name", "duplicate")]


# past requests


def test_a_talk_of_the_past_lasts_its_minutes_in_brussels_time():
    [past], errors = checked(Kind.REQUESTS, TALK)
    assert errors == []
    assert past.request.starts_at == datetime(2019, 3, 4, 9, tzinfo=UTC)
    assert past.request.ends_at - past.request.starts_at == timedelta(minutes=30)
    assert past.interpreter_id == 1


def test_a_translation_runs_from_its_receipt_to_its_deadline():
    [past], _ = checked(Kind.REQUESTS, TALK | {"service": "vertaling", "duration_minutes": ""})
    assert (past.request.starts_at, past.request.ends_at) == (
        datetime(2019, 3, 1, 8, tzinfo=UTC), datetime(2019, 3, 4, 9, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"duration_minutes": ""}, "duration_minutes", "required"),
        ({"duration_minutes": "0"}, "duration_minutes", "out_of_range"),
        ({"day": "2027-01-01"}, "day", "not_past"),
        ({"received_at": "2019-03-04 10:01"}, "received_at", "after_the_start"),
        ({"day": "2019-03-31", "clock": "02:30"}, "clock", "time_does_not_exist"),
        ({"day": "2019-10-27", "clock": "02:30"}, "clock", "time_exists_twice"),
        ({"service": "video"}, "service", "video_too_early"),
        ({"service": "ter plaatse", "customer_code": "K2"}, "municipality", "required"),
        ({"customer_code": "K3"}, "customer_code", "unknown_customer"),
        ({"interpreter_number": "T8"}, "interpreter_number", "unknown_interpreter"),
        ({"outcome": "geannuleerd"}, "timely", "required"),
        ({"timely": "ja"}, "timely", "only_cancelled"),
        ({"reason": "dubbel"}, "reason", "does_not_fit_outcome"),
        (UNANSWERED, "reason", "required"),
        (UNANSWERED | {"reason": "dubbel"}, "reason", "does_not_fit_outcome"),
        (UNANSWERED | {"outcome": "andere reden", "reason": "taal niet beschikbaar"}, "reason", "does_not_fit_outcome"),
        ({"outcome": "andere reden", "reason": "dubbel"}, "interpreter_number", "does_not_fit_outcome"),
    ],
)  # fmt: skip
def test_an_error_in_past_requests_is_named_by_row_and_column(change, column, code):
    assert checked(Kind.REQUESTS, TALK | change)[1] == [(2, column, code)]


def test_the_hour_that_exists_twice_may_be_told_apart_by_its_offset():
    twice = {"day": "2019-10-27", "received_at": "2019-10-20"}
    [first], _ = checked(Kind.REQUESTS, TALK | twice | {"clock": "02:30+02:00"})
    [second], _ = checked(Kind.REQUESTS, TALK | twice | {"clock": "02:30+01:00"})
    assert second.request.starts_at - first.request.starts_at == timedelta(hours=1)


def test_a_reference_that_was_imported_before_and_one_that_comes_twice_are_refused_by_row():
    again = TALK | {"external_reference": "2019-2", "clock": "14:00"}
    _, errors = checked(Kind.REQUESTS, TALK, again, again, references=frozenset({"2019-1"}))
    assert errors == [(2, "external_reference", "already_imported"), (4, "external_reference", "duplicate")]


@pytest.mark.parametrize(
    ("clock", "overlaps"), [("09:30", False), ("09:31", True), ("10:00", True), ("10:29", True), ("10:30", False)]
)
def test_nobody_interprets_in_two_places_at_once(clock, overlaps):
    second = TALK | {"external_reference": "2019-2", "clock": clock}
    wanted = [(3, "interpreter_number", "double_booking")] if overlaps else []
    assert checked(Kind.REQUESTS, TALK, second)[1] == wanted
    start = datetime(2019, 3, 4, 9, tzinfo=UTC)
    known = {1: [(start, start + timedelta(minutes=30))]}
    assert checked(Kind.REQUESTS, second, taken=known)[1] == [(2, *it[1:]) for it in wanted]


def test_others_cancelled_talks_and_translations_do_not_overlap():
    others = [
        {"interpreter_number": "T2"}, {"outcome": "geannuleerd", "timely": "ja"},
        {"service": "vertaling", "duration_minutes": ""},
    ]  # fmt: skip
    lines = [TALK | change | {"external_reference": f"n{n}"} for n, change in enumerate(others)]
    assert checked(Kind.REQUESTS, TALK, *lines)[1] == []


def test_twenty_thousand_rows_of_one_interpreter_are_checked_in_no_time():
    first = datetime(2018, 1, 1)
    moments = [first + timedelta(minutes=30 * n) for n in range(20_000)]
    lines = [
        TALK | {"external_reference": str(n), "received_at": "2017-01-01", "day": f"{it:%Y-%m-%d}",
                "clock": f"{it:%H:%M}", "duration_minutes": "5"}
        for n, it in enumerate(moments)
    ]  # fmt: skip
    things, errors = checked(Kind.REQUESTS, *lines)
    assert len(things) > 19_900
    assert {code for *_, code in errors} <= {"time_exists_twice", "time_does_not_exist"}


def test_an_unreadable_row_of_the_past_names_everything_that_is_wrong_in_it():
    row = TALK | {
        "day": "gisteren",
        "language": "klingon",
        "outcome": "?",
        "customer_code": "K3",
        "duration_minutes": "x",
    }
    assert {(column, code) for _, column, code in checked(Kind.REQUESTS, row)[1]} == {
        ("day", "bad_date"), ("language", "unknown_language"), ("outcome", "unknown_choice"),
        ("customer_code", "unknown_customer"), ("duration_minutes", "bad_number"),
    }  # fmt: skip


@given(
    st.lists(
        st.dictionaries(st.sampled_from([it.name for it in COLUMNS[Kind.REQUESTS]]), st.text(max_size=12)), max_size=6
    )
)
def test_whatever_is_typed_is_either_understood_or_named(lines):
    for kind in Kind:
        sheet = a_sheet(kind, *[{name: text for name, text in line.items() if text.strip()} for line in lines])
        usual = {} if kind is Kind.REQUESTS else {"customers": {}}
        MEANING[kind](sheet, a_world(**usual))
        assert sheet.errors, "texts like these are never a whole line"
        assert len({(it.row, it.column) for it in sheet.errors}) == len(sheet.errors)


@pytest.mark.parametrize("kind", list(Kind))
def test_an_export_without_lines_has_the_dutch_headings(kind):
    assert list(write_sheet(kind, [])) == [[column.heading for column in COLUMNS[kind]]]
