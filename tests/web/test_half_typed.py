"""A booking that was not sent yet is not lost: not by a reload, not by signing out, not by a fault."""

from datetime import timedelta

from flask import Flask

from dispatch.booking import services
from dispatch.booking.models import HalfTypedRow
from kernel import clock
from kernel.actor import SYSTEM
from kernel.database import db
from people import services as people
from tests.builders.people import a_requester, signed_in
from tests.services.dispatch.conftest import World
from tests.web.test_journeys import booking


def test_what_was_typed_is_there_again_after_signing_in_anew(house: Flask, world: World) -> None:
    typed = booking(note="bel aan bij Sofie", fallback=["video", "telephone"], hour="")
    assert signed_in(house, world.requester).post("/requests/half-typed", data=typed).status_code == 204
    page = signed_in(house, world.requester).get("/requests/new").text
    assert "We bewaarden wat u" in page
    assert "bel aan bij Sofie" in page
    assert page.count('name="fallback" value="video" checked') == 1
    assert "Dit klopt nog niet" not in page


def test_without_a_script_a_button_keeps_it(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    page = client.post("/requests/new", data=booking(language="", subject="intake", keep="1"), follow_redirects=True)
    assert "Bewaard." in page.text
    assert 'value="intake"' in page.text


def test_it_is_the_persons_own(house: Flask, world: World) -> None:
    signed_in(house, world.requester).post("/requests/half-typed", data=booking(note="geheim"))
    colleague = signed_in(house, a_requester(world.organisation))
    assert "geheim" not in colleague.get("/requests/new").text


def test_it_is_gone_when_it_is_sent_or_not_wanted_any_more(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    for last in (
        lambda: client.post("/requests/new", data=booking()),
        lambda: client.post("/requests/half-typed/forget"),
    ):
        client.post("/requests/half-typed", data=booking(note="straks nog"))
        assert last().status_code == 302
        assert "straks nog" not in client.get("/requests/new").text


def test_a_copy_of_an_earlier_request_is_not_overwritten_by_it(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    made = client.post("/requests/new", data=booking(subject="de eerste")).headers["Location"].rsplit("/", 1)[1]
    client.post("/requests/half-typed", data=booking(subject="half"))
    assert 'value="de eerste"' in client.get(f"/requests/new?like={made}").text


def test_hostile_and_endless_input_is_kept_within_bounds(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    hostile = {"note": "x" * 90_000, "subject": '"><script>alert(1)</script>'} | {f"n{n}": "y" for n in range(200)}
    assert client.post("/requests/half-typed", data=hostile).status_code == 204
    kept = db.session.get_one(HalfTypedRow, world.requester.person_id)
    assert len(kept.fields) <= 60
    assert len(kept.fields["note"][0]) == 5000
    assert "<script>alert" not in client.get("/requests/new").text


def test_it_is_forgotten_after_its_term_and_with_the_person(house: Flask, world: World) -> None:
    services.keep_half_typed({"note": ["x"]}, by=world.requester)
    with clock.frozen(clock.now() + timedelta(days=29)):
        assert services.forget_old_half_typed() == 0
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert services.forget_old_half_typed() == 1
    services.keep_half_typed({"note": ["x"]}, by=world.requester)
    people.erase_person(world.requester.person_id or 0, by=SYSTEM)
    assert db.session.query(HalfTypedRow).count() == 0
