"""The register: who is in it, what they speak, when they work, who is there, and who is not sent where."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from dispatch.interpreters import queries, services
from dispatch.interpreters.domain import Skill
from dispatch.interpreters.errors import AlreadyRegistered, OverlappingHours
from dispatch.interpreters.models import InterpreterLanguageRow, InterpreterRow
from dispatch.interpreters.queries import Filter
from dispatch.interpreters.services import Registration
from kernel.actor import SYSTEM, Actor, Role
from kernel.clock import frozen
from kernel.database import db
from kernel.errors import Forbidden, Invalid, NotFound
from matching.hours import Stretch, is_available
from people import services as people
from people.queries import memberships_of
from tests.builders.interpreters import OFFICE_HOURS, acting, an_interpreter
from tests.builders.people import a_requester, a_staff_member, an_agency, an_organisation

MONDAY_9H = datetime(2026, 12, 7, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
TODAY = date(2026, 12, 7)


@pytest.fixture(autouse=True)
def monday(house: Flask):
    with frozen(MONDAY_9H):
        yield


@pytest.fixture
def agency(house: Flask):
    return an_agency()


@pytest.fixture
def coordinator(agency) -> Actor:
    return a_staff_member(agency)


@pytest.fixture
def samira(agency) -> InterpreterRow:
    return an_interpreter(agency=agency)


def a_registration(agency, **changes) -> Registration:
    usual = Registration(
        name="Amina", email="amina@t.example", number="T-9", gender="female", postcode="9050",
        municipality="Gentbrugge",
        agency_ids=frozenset({agency.id}), skills=(Skill("arb"),), services=("telephone",),
    )  # fmt: skip
    return replace(usual, **changes)


def facts_of(samira, agency, organisation_id=0, *, start=MONDAY_9H, now=MONDAY_9H, language="arb"):
    crowd = queries.candidate_facts({agency.id}, {language}, (start, start + HOUR), now, organisation_id)
    return next((it for it in crowd if it.interpreter_id == samira.id), None)


def works(samira, agency, *, start=MONDAY_9H):
    facts = facts_of(samira, agency, start=start)
    return facts is not None and is_available(facts.week, facts.deviations, start, start + HOUR)


def wrong_fields(act) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        act()
    return refused.value.facts["fields"]


# who is in it


def test_somebody_new_gets_a_person_a_role_and_the_place_of_her_municipality(agency, coordinator):
    interpreter_id = services.register_interpreter(a_registration(agency), by=coordinator)
    row = queries.find_interpreter(interpreter_id, by=coordinator)
    assert (row.municipality, round(row.home_lat or 0), row.person.email) == ("Gent", 51, "amina@t.example")
    [membership] = memberships_of(row.person_id)
    assert (membership.role, membership.interpreter_id) == ("interpreter", interpreter_id)


def test_somebody_who_is_known_as_a_person_stays_that_person(agency, coordinator):
    person_id = people.find_or_add_person("Amina", "amina@t.example", by=SYSTEM)
    interpreter_id = services.register_interpreter(a_registration(agency), by=coordinator)
    assert queries.person_of(interpreter_id) == person_id


def test_a_place_abroad_has_no_coordinates_and_a_belgian_one_that_does_not_exist_is_refused(agency, coordinator):
    abroad = a_registration(agency, postcode="6211 AB", municipality="Maastricht")
    assert queries.find_interpreter(services.register_interpreter(abroad, by=coordinator), by=SYSTEM).home_lat is None
    nowhere = a_registration(agency, postcode="0001", municipality="Nergenshuizen", number="x", email="x@t.example")
    assert wrong_fields(lambda: services.register_interpreter(nowhere, by=coordinator)) == {
        "municipality": "unknown_place"
    }


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": " "}, "name", "required"),
        ({"number": "9" * 21}, "number", "too_long"),
        ({"gender": "f"}, "gender", "unknown_choice"),
        ({"travel_limit_km": -1.0}, "travel_limit_km", "out_of_range"),
        ({"services": ("smoke",)}, "services", "unknown_choice"),
        ({"skills": (Skill("xxq"),)}, "language", "unknown_language"),
        ({"skills": (Skill("arb", "up"),)}, "direction", "unknown_choice"),
        ({"skills": (Skill("arb", certified_until=TODAY),)}, "certified_until", "not_positive"),
        ({"email": "nobody"}, "email", "bad_email"),
        ({"name": "a\x00b"}, "name", "unreadable_text"),
    ],
)
def test_what_cannot_stand_in_the_register_is_named_by_field(agency, coordinator, change, field, code):
    wrong = wrong_fields(lambda: services.register_interpreter(a_registration(agency, **change), by=coordinator))
    assert wrong == {field: code}


def test_a_number_belongs_to_one(agency, coordinator, samira):
    with pytest.raises(AlreadyRegistered):
        services.register_interpreter(a_registration(agency, number=samira.number), by=coordinator)


@pytest.mark.parametrize("role", [Role.MANAGER])
def test_only_the_desk_registers(agency, role):
    with pytest.raises(Forbidden):
        services.register_interpreter(a_registration(agency), by=a_staff_member(agency, role))


def test_the_desk_registers_for_its_own_agencies_only(agency, coordinator):
    both = frozenset({agency.id, an_agency().id})
    with pytest.raises(Forbidden):
        services.register_interpreter(a_registration(agency, agency_ids=both), by=coordinator)


def every_change(interpreter_id: int, organisation_id: int):
    """Return every use case the desk has over somebody, ready to be tried by an actor."""
    monday = [Stretch(0, time(8), time(9))]
    return [
        lambda by: services.change_interpreter(interpreter_id, by=by, number="T-77"),
        lambda by: services.certify_language(interpreter_id, Skill("tur"), by=by),
        lambda by: services.end_language(interpreter_id, "arb", by=by),
        lambda by: services.set_services(interpreter_id, ["video"], by=by),
        lambda by: services.set_agencies(interpreter_id, [], by=by),
        lambda by: services.set_week(interpreter_id, monday, by=by),
        lambda by: services.add_exception(interpreter_id, MONDAY_9H, MONDAY_9H + HOUR, available=False, by=by),
        lambda by: services.exclude(interpreter_id, organisation_id, by=by),
        lambda by: services.end_interpreter(interpreter_id, TODAY, by=by),
    ]


def test_for_another_agency_and_for_another_interpreter_nobody_here_exists(agency, samira):
    organisation = an_organisation(agency)
    strangers = [a_staff_member(an_agency()), acting(an_interpreter(agency=agency)), a_requester(an_organisation())]
    for stranger in strangers:
        for change in every_change(samira.id, organisation.id):
            with pytest.raises(NotFound):
                change(stranger)
        with pytest.raises(NotFound):
            queries.find_interpreter(samira.id, by=stranger)
        assert samira.id not in [it.id for it in queries.list_interpreters(stranger, Filter())]


def test_a_manager_reads_the_register_and_changes_nothing(agency, samira):
    manager = a_staff_member(agency, Role.MANAGER)
    assert queries.find_interpreter(samira.id, by=manager).id == samira.id
    for change in every_change(samira.id, an_organisation(agency).id):
        with pytest.raises(Forbidden):
            change(manager)


def test_an_interpreter_sets_her_own_limits_and_nothing_else_of_the_register(samira):
    herself = acting(samira)
    services.change_interpreter(samira.id, by=herself, travel_limit_km=30.0, quiet_from=time(22), quiet_until=time(7))
    assert samira.travel_limit_km == 30.0
    for change in ({"number": "T-1"}, {"municipality": "Aalst"}, {"active_until": None}, {"gender": "male"}):
        with pytest.raises(Forbidden):
            services.change_interpreter(samira.id, by=herself, **change)
    for act in (services.certify_language, services.end_language):
        with pytest.raises((Forbidden, NotFound)):
            act(samira.id, Skill("tur") if act is services.certify_language else "arb", by=herself)


def test_who_moves_house_is_found_from_her_new_place(samira, coordinator):
    before = samira.home_lat
    services.change_interpreter(samira.id, by=coordinator, postcode="3600", municipality="genk")
    assert (samira.municipality, samira.home_lat == before) == ("Genk", False)


def test_a_field_nobody_knows_is_refused_by_name(samira, coordinator):
    assert wrong_fields(lambda: services.change_interpreter(samira.id, by=coordinator, person_id=1)) == {
        "person_id": "unknown_field"
    }


def test_a_language_is_changed_by_writing_it_again_and_ended_by_taking_it_away(samira, coordinator, agency):
    services.certify_language(samira.id, Skill("arb", "to_dutch", "nieuw", TODAY), by=coordinator)
    [kept] = db.session.scalars(select(InterpreterLanguageRow).filter_by(interpreter_id=samira.id))
    assert (kept.direction, kept.certificate) == ("to_dutch", "nieuw")
    services.end_language(samira.id, "arb", by=coordinator)
    assert facts_of(samira, agency) is None
    with pytest.raises(NotFound):
        services.end_language(samira.id, "arb", by=coordinator)


def test_the_desk_decides_over_its_own_agencies_and_leaves_the_others_alone(agency, samira):
    second, third = an_agency(), an_agency()
    services.set_agencies(samira.id, [agency.id, third.id], by=SYSTEM)
    boss = replace(a_staff_member(agency), agency_ids=frozenset({agency.id, second.id}))
    services.set_agencies(samira.id, [second.id, 10**6], by=boss)
    assert queries.agencies_of(samira.id) == {second.id, third.id}
    services.set_agencies(samira.id, [second.id], by=SYSTEM)
    assert wrong_fields(lambda: services.set_agencies(samira.id, [], by=boss)) == {"agencies": "required"}


def test_who_is_taken_out_is_not_active_the_day_after(agency, samira, coordinator):
    services.end_interpreter(samira.id, TODAY, by=coordinator)
    assert facts_of(samira, agency).active
    assert not facts_of(samira, agency, start=MONDAY_9H + timedelta(days=1)).active


def test_the_list_is_narrowed_and_paged(agency, coordinator):
    turkish = an_interpreter(
        ("tur",), ("video",), agency=agency, name="Yıldız 100%", municipality="Genk", postcode="3600"
    )
    arab = an_interpreter(agency=agency, name="100 procent")
    services.certify_language(arab.id, Skill("arb", certified_from=TODAY, certified_until=TODAY), by=coordinator)
    services.end_interpreter(turkish.id, TODAY - timedelta(days=1), by=coordinator)

    def found(**chosen) -> list[int]:
        return [it.id for it in queries.list_interpreters(coordinator, Filter(**chosen))]

    assert found(language="tur") == found(service="video", words="100%") == found(words="gEnK") == [turkish.id]
    assert found(words=arab.number) == found(expiring_before=TODAY + timedelta(days=60)) == [arab.id]
    assert turkish.id in found(active_on=turkish.active_until) and turkish.id not in found(active_on=date(2027, 1, 1))
    assert [it.id for it in queries.list_interpreters(coordinator, Filter(), after=turkish.id, limit=1)] == [arab.id]


# when she works


@pytest.mark.parametrize(
    ("week", "refusal"),
    [
        ([Stretch(7, time(8), time(9))], Invalid),
        ([Stretch(0, time(9), time(9))], Invalid),
        ([Stretch(0, time(8), time(12)), Stretch(0, time(11, 59), time(13))], OverlappingHours),
        ([Stretch(0, time(8), time(9))] * 43, Invalid),
    ],
)
def test_a_week_that_cannot_be_is_refused_and_the_old_one_stays(samira, week, refusal):
    with pytest.raises(refusal):
        services.set_week(samira.id, week, by=acting(samira))
    assert queries.week_of(samira.id) == list(OFFICE_HOURS)


def test_two_exceptions_never_overlap_by_the_database_itself(samira):
    herself = acting(samira)
    services.add_exception(samira.id, MONDAY_9H, MONDAY_9H + HOUR, available=False, by=herself)
    services.add_exception(samira.id, MONDAY_9H + HOUR, MONDAY_9H + 2 * HOUR, available=True, by=herself)
    with pytest.raises(OverlappingHours):
        services.add_exception(samira.id, MONDAY_9H, MONDAY_9H + 3 * HOUR, available=True, by=herself)


def test_an_exception_is_taken_back_by_herself_but_not_by_another(agency, samira):
    exception_id = services.add_exception(samira.id, MONDAY_9H, MONDAY_9H + HOUR, available=False, by=acting(samira))
    assert not works(samira, agency)
    with pytest.raises(NotFound):
        services.remove_exception(exception_id, by=acting(an_interpreter(agency=agency)))
    services.remove_exception(exception_id, by=acting(samira))
    assert works(samira, agency)


def test_presence_lasts_a_minute_after_the_last_sign_of_life(agency, samira):
    herself = acting(samira)
    assert not services.beat(by=herself)
    services.switch_available_now(True, by=herself)
    assert facts_of(samira, agency).present
    later = MONDAY_9H + timedelta(seconds=50)
    with frozen(later):
        assert services.beat(by=herself)
    assert facts_of(samira, agency, now=later + timedelta(seconds=59)).present
    assert not facts_of(samira, agency, now=later + timedelta(seconds=60)).present
    services.switch_available_now(False, by=herself)
    assert not facts_of(samira, agency).present
    assert not services.beat(by=herself)


def test_only_an_interpreter_has_a_presence(coordinator):
    with pytest.raises(Forbidden):
        services.beat(by=coordinator)


# what matching reads


def test_matching_reads_everything_of_many_people_in_four_statements(agency):
    for _ in range(3):
        an_interpreter(("arb", "fra"), agency=agency)
    asked: list[str] = []

    def count(connection, cursor, statement, *rest) -> None:
        asked.append(statement)

    engine = db.session.connection().engine
    event.listen(engine, "before_cursor_execute", count)
    crowd = queries.candidate_facts({agency.id}, {"arb"}, (MONDAY_9H, MONDAY_9H + 12 * HOUR), MONDAY_9H)
    event.remove(engine, "before_cursor_execute", count)
    assert len(asked) == 4
    assert [len(it.skills) for it in crowd] == [2, 2, 2]
    assert [len(it.week or ()) for it in crowd] == [5, 5, 5]


def test_matching_knows_who_speaks_for_which_agency_and_who_was_let_go(agency, samira):
    an_interpreter(("tur",), agency=agency)
    an_interpreter(agency=an_agency())
    gone = an_interpreter(agency=agency)
    people.deactivate_person(gone.person_id, by=SYSTEM)
    crowd = queries.candidate_facts({agency.id}, {"arb", "ary"}, (MONDAY_9H, MONDAY_9H + HOUR), MONDAY_9H)
    assert [it.interpreter_id for it in crowd] == [samira.id]
    assert queries.candidate_facts({agency.id}, {"xho"}, (MONDAY_9H, MONDAY_9H + HOUR), MONDAY_9H) == []


def test_matching_tells_who_filled_in_no_week_from_who_does_not_work_that_day(agency):
    never = an_interpreter(agency=agency, week=())
    weekend = an_interpreter(agency=agency, week=[Stretch(5, time(8), time(18))])
    assert works(never, agency)
    assert not works(weekend, agency)


def test_matching_hears_of_quiet_hours(agency, samira):
    services.change_interpreter(samira.id, by=acting(samira), quiet_from=time(8), quiet_until=time(10))
    assert facts_of(samira, agency).quiet
    assert not facts_of(samira, agency, now=MONDAY_9H + 2 * HOUR).quiet


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("arb", "arb"),
        ("ARB", "arb"),
        ("Turks", "tur"),
        ("turkish", "tur"),
        ("Dari", "prs"),
        ("qqqq", None),
        ("ara", "ara"),
    ],
)
def test_a_language_is_understood_by_its_code_and_by_its_whole_name(house, typed, code):
    assert queries.language_meant(typed) == code
