"""The desk: many at once, what helps now and why, on behalf of somebody, a colleague, search, a day on paper."""

import pytest
from sqlalchemy import text

from dispatch.booking import queries as booking
from dispatch.desk import queries, services
from dispatch.desk.queries import Choice
from dispatch.offers import services as offers
from dispatch.partners import services as partners
from dispatch.requests import services as request_services
from dispatch.requests.models import RequestRow
from kernel import clock
from kernel.actor import SYSTEM, Role
from kernel.clock import BRUSSELS
from kernel.database import db
from kernel.errors import Invalid, NotFound
from messages.models import MessageRow
from people import services as people
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.people import a_staff_member
from tests.builders.requests import a_request, a_weekday, fresh, offer_to
from tests.services.dispatch.conftest import World, a_world


@pytest.fixture
def three(world: World) -> list[RequestRow]:
    return [a_request(world.requester, starts_at=a_weekday(7 + n)) for n in range(3)]


def board(world: World, **chosen: object) -> list[queries.BoardRow]:
    found, _ = queries.board_page(world.coordinator, Choice(**chosen), None, limit=100, now=clock.now())  # type: ignore[arg-type]
    return found


def test_many_are_done_together_or_not_at_all(world: World, three: list[RequestRow]) -> None:
    request_services.escalate_request(three[1].id, "x", by=world.coordinator)
    ids = [it.id for it in three]
    done = services.do_to_many(
        ids, lambda it: request_services.escalate_request(it, "x", by=world.coordinator), together=True
    )
    assert [it.refused for it in done] == ["not_done_together", "not_allowed_now", "not_done_together"]
    assert [fresh(it).status for it in ids] == ["searching", "escalated", "searching"]


def test_many_are_done_each_and_the_refused_is_named(world: World, three: list[RequestRow]) -> None:
    request_services.escalate_request(three[1].id, "x", by=world.coordinator)
    ids = [it.id for it in three]
    done = services.do_to_many(
        ids, lambda it: request_services.escalate_request(it, "x", by=world.coordinator), together=False
    )
    assert [it.refused for it in done] == [None, "not_allowed_now", None]
    assert [fresh(it).status for it in ids] == ["escalated"] * 3


def test_what_another_agency_has_is_not_done_to(world: World, three: list[RequestRow]) -> None:
    stranger = a_world().coordinator
    done = services.do_to_many([three[0].id], lambda it: request_services.take_over(it, by=stranger), together=False)
    assert [it.refused for it in done] == ["not_found"]
    with pytest.raises(Invalid):
        services.do_to_many([], lambda it: None, together=False)
    with pytest.raises(Invalid):
        services.do_to_many(range(1, 300), lambda it: None, together=False)


@pytest.mark.usefixtures("in_waves")
def test_the_board_shows_what_can_still_be_done_with_each(world: World, three: list[RequestRow]) -> None:
    rows = {it.id: it for it in board(world)}
    assert set(rows) == {it.id for it in three}
    assert [step for step, _ in rows[three[0].id].steps] == ["call", "propose"]
    offers_seen = acting(world.interpreters[0])
    for who in world.interpreters:
        offers.see_offers(by=acting(who))
    assert offers_seen.interpreter_id
    assert [step for step, _ in {it.id: it for it in board(world)}[three[0].id].steps] == ["propose"]


def test_the_board_is_narrowed_and_turned_over_page_by_page(world: World, three: list[RequestRow]) -> None:
    request_services.take_over(three[2].id, by=world.coordinator)
    assert [it.id for it in board(world, mine=world.coordinator.person_id)] == [three[2].id]
    assert board(world, lane="tell") == []
    now, seen, place = clock.now(), [], None
    for _ in range(3):
        page, place = queries.board_page(world.coordinator, Choice(), place, limit=1, now=now)
        seen += [it.id for it in page]
    assert sorted(seen) == [it.id for it in three]
    assert place is None


def test_a_colleague_hears_that_a_request_is_hers_now(world: World, three: list[RequestRow]) -> None:
    colleague = a_staff_member(world.agency, Role.COORDINATOR)
    request_services.hand_over(three[0].id, colleague.person_id or 0, by=world.coordinator)
    assert fresh(three[0].id).owner_id == colleague.person_id
    kinds = db.session.scalars(text("SELECT kind FROM messages WHERE person_id = :who"), {"who": colleague.person_id})
    assert "request_handed_over" in list(kinds)
    with pytest.raises(Invalid):
        request_services.hand_over(three[0].id, world.requester.person_id or 0, by=world.coordinator)


def test_the_requester_reads_what_the_desk_wrote_and_the_message_says_only_that(
    world: World, three: list[RequestRow]
) -> None:
    request_services.write_to_requester(three[0].id, "Mag het om elf uur?", by=world.coordinator)
    request_services.write_note(three[0].id, "lastige klant", by=world.coordinator)
    picture = booking.picture_of(three[0].id, by=world.requester)
    assert [note.text for note, _ in picture.messages] == ["Mag het om elf uur?"]
    told = db.session.query(MessageRow).filter_by(kind="desk_wrote").one()
    assert told.person_id == world.requester.person_id
    assert "elf" not in str(told.facts)


def test_a_yes_by_telephone_has_both_names_in_the_trail(world: World, three: list[RequestRow]) -> None:
    offer_id = offer_to(three[0], world.interpreters[0].id)
    offers.accept_offer(offer_id, by=world.coordinator)
    picture = booking.picture_of(three[0].id, by=world.coordinator)
    trail = queries.Trail(picture.course, picture.request)
    [accepted] = [it for it, _ in picture.course if it.name == "offer_accepted"]
    assert trail.actor(accepted) == world.coordinator.name
    assert trail.on_behalf(accepted) == world.interpreters[0].person.name
    assert [trail.on_behalf(it) for it, _ in picture.course if it.name == "search_started"] == [""]


@pytest.mark.usefixtures("in_waves")
def test_the_funnel_names_who_fell_out_where_and_why(world: World) -> None:
    without = an_interpreter(agency=world.agency, services_=("telephone",))
    far = an_interpreter(agency=world.agency, postcode="8620", municipality="Nieuwpoort", travel_limit_km=5)
    request = a_request(world.requester)
    stages = {it["stage"]: it for it in queries.insight_of(request).funnel}
    assert stages["registered"]["left"] == 5
    assert stages["right_language"]["left"] == 5
    assert [it["interpreter_id"] for it in stages["service"]["out"]] == [without.id]
    [lost] = stages["reachable"]["out"]
    assert lost["interpreter_id"] == far.id
    assert "within_travel_limit" in lost["reasons"]
    assert stages["reachable"]["left"] == stages["offered"]["left"] == 3
    assert (stages["seen"]["left"], stages["answered"]["left"]) == (0, 0)


def test_what_helps_most_comes_with_its_gain(world: World) -> None:
    request = a_request(world.requester)
    insight = queries.insight_of(request)
    calls = [it for it in insight.actions if it.kind == "call"]
    assert {it.who for it in calls} <= {it.id for it in world.interpreters}
    assert all(0 < it.points <= 100 for it in insight.actions)
    gains = [it.gain for it in insight.actions]
    assert gains == sorted(gains, reverse=True)
    offers.see_offers(by=acting(world.interpreters[0]))
    again = [it.who for it in queries.insight_of(fresh(request.id)).actions if it.kind == "call"]
    assert world.interpreters[0].id not in again


def test_search_finds_by_number_name_language_and_town_whatever_the_marks(world: World) -> None:
    who = an_interpreter(["tir"], agency=world.agency, name="Zoë Çelik-Ñúñez", municipality="Brugge", postcode="8000")
    request = a_request(world.requester, language="tir")
    offers.accept_offer(offer_to(request, who.id), by=acting(who))

    def found(words: str) -> tuple[list[int], list[int], list[int]]:
        it = queries.search(words, by=world.coordinator)
        return [r.id for r in it.requests], [r.id for r in it.interpreters], [r.id for r in it.customers]

    assert found(request.reference)[0] == [request.id]
    assert found("celik zoe")[:2] == ([request.id], [who.id])
    assert found("ZOË")[1] == [who.id]
    assert request.id in found("tigrinya gent")[0]
    assert found("tigrinya antwerpen")[0] == []
    assert found("brugge tigrinya")[1] == [who.id]
    assert found(world.organisation.name)[2] == [world.organisation.id]
    assert found("a") == ([], [], [])
    assert found("%_") == found("\0\0x%") == ([], [], [])


def test_search_shows_nothing_of_another_agency(world: World) -> None:
    request = a_request(world.requester)
    stranger = a_world().coordinator
    for words in (request.reference, world.interpreters[0].person.name, world.organisation.name):
        it = queries.search(words, by=stranger)
        mine = {r.id for r in it.requests} | {r.id for r in it.customers}
        assert request.id not in mine
        assert world.organisation.id not in mine
        assert not {r.id for r in it.interpreters} & {i.id for i in world.interpreters}


def test_a_day_and_a_week_show_who_goes_where_and_how_much(world: World, three: list[RequestRow]) -> None:
    who = world.interpreters[0]
    offers.accept_offer(offer_to(three[0], who.id), by=acting(who))
    day = three[0].starts_at.astimezone(BRUSSELS).date()
    [booked] = queries.day_of(world.coordinator, day).assignments
    assert (booked.interpreter_id, booked.municipality) == (who.id, "Gent")
    assert len(queries.day_of(world.coordinator, day).on_map) == 1
    week = queries.week_of(world.coordinator, day)
    assert [(it.interpreter_id, it.minutes[day.weekday()], it.usual[day.weekday()]) for it in week.loads] == [
        (who.id, 60, 600)
    ]
    assert queries.day_of(a_world().coordinator, day).assignments == []


def test_paper_says_how_many_there_are_where_it_does_not_hold_them_all(
    world: World, three: list[RequestRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.desk.queries.planning._PRINTED", 2)
    paper = queries.printed_board(world.coordinator, clock.now())
    first = sorted(three, key=lambda it: it.hard_stop_at or it.starts_at)[:2]
    assert {it.id for it in paper["waiting"]} == {it.id for it in first} and paper["unanswered"] == 3


def test_the_board_on_paper_has_whom_to_call_and_is_kept(world: World, three: list[RequestRow]) -> None:
    for row in world.interpreters:
        people.change_profile(by=acting(row), name="Samira", phone="+32470000001", locale="nl")
    paper = queries.printed_board(world.coordinator, clock.now())
    assert {it.id for it in paper["waiting"]} == {it.id for it in three}
    assert {it["phone"] for it in paper["calls"][three[0].id]} == {"+32470000001"}
    assert paper["unanswered"] == 3
    services.note_printing([it.id for it in three], by=world.coordinator)
    kept = db.session.execute(text("SELECT actor_id, facts FROM events WHERE name = 'board_printed'")).one()
    assert kept == (world.coordinator.person_id, {"requests": [it.id for it in three]})


def test_a_coordinator_keeps_views_and_a_warning_of_her_own(world: World) -> None:
    services.keep_view("dringend", "urgency=now", by=world.coordinator)
    services.keep_view("dringend", "urgency=soon", by=world.coordinator)
    [view] = queries.views_of(world.coordinator)
    assert view.query == "urgency=soon"
    other = a_staff_member(world.agency)
    assert queries.views_of(other) == []
    with pytest.raises(NotFound):
        services.forget_view(view.id, by=other)
    services.forget_view(view.id, by=world.coordinator)
    services.set_alert(5, sound=True, desktop=False, by=world.coordinator)
    alert = queries.alert_of(world.coordinator)
    assert alert is not None and alert.minutes == 5
    with pytest.raises(Invalid):
        services.set_alert(0, sound=True, desktop=False, by=world.coordinator)
    services.keep_view("weg", "mine=1", by=world.coordinator)
    services.forget_person(world.coordinator.person_id or 0)
    db.session.expire_all()
    assert queries.views_of(world.coordinator) == []


def test_a_partner_is_named_with_what_its_people_add(world: World) -> None:
    elsewhere = a_world()
    partnership = {"by": SYSTEM, "valid_from": clock.now().astimezone(BRUSSELS).date()}
    request = a_request(world.requester, language="wol")
    an_interpreter(["wol"], agency=elsewhere.agency)
    assert [it.kind for it in queries.insight_of(request).actions] == []
    partners.make_partnership(world.agency.id, elsewhere.agency.id, **partnership)
    [action] = queries.insight_of(fresh(request.id)).actions
    assert (action.kind, action.who, action.what) == ("partner", elsewhere.agency.id, elsewhere.agency.name)
    assert action.points > 0
    partners.hand_over(request.id, [elsewhere.agency.id], by=world.coordinator)
    assert "partner" not in [it.kind for it in queries.insight_of(fresh(request.id)).actions]
