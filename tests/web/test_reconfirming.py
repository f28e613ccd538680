"""The pages around the second yes: on her telephone, and at the desk when she stays silent."""

from datetime import timedelta

from flask import Flask

from dispatch.assignments.models import AssignmentRow
from dispatch.offers import services as offers
from kernel import clock
from kernel.actor import Role
from kernel.database import db
from people import services as people
from tests.builders.people import signed_in
from tests.builders.requests import a_request, offer_to
from tests.services.dispatch.conftest import World


def asked_again(world: World, *, silent: bool = False) -> AssignmentRow:
    request = a_request(world.requester)
    who = world.actors[0]
    row = db.session.get_one(AssignmentRow, offers.accept_offer(offer_to(request, who.interpreter_id or 0), by=who))
    row.reconfirm_until = None if silent else clock.now() + timedelta(hours=3)
    row.reconfirm_missed_at = clock.now() if silent else None
    db.session.flush()
    return row


def test_she_says_yes_with_one_press(house: Flask, world: World) -> None:
    row = asked_again(world)
    client = signed_in(house, world.actors[0])
    assert "Komt u?" in client.get("/agenda").text
    assert "Ja, ik kom" in client.get(f"/assignments/{row.id}").text
    page = client.post(f"/assignments/{row.id}/reconfirm", follow_redirects=True)
    assert "we rekenen op u" in page.text
    assert "Ja, ik kom" not in page.text


def test_the_desk_sees_who_is_silent_and_notes_what_she_says(house: Flask, world: World) -> None:
    row = asked_again(world, silent=True)
    client = signed_in(house, world.coordinator)
    assert "niet herbevestigd" in client.get("/desk/board").text
    assert "Zegt dat hij komt" in client.get("/desk/waiting").text
    answer = client.post(f"/desk/requests/{row.request_id}/reconfirmed/{row.id}", follow_redirects=True)
    assert "Herbevestigd" in answer.text
    assert "Niet herbevestigd" not in client.get("/desk/waiting").text


def test_the_api_takes_it_too(house: Flask, world: World) -> None:
    row, who = asked_again(world), world.actors[0]
    token = people.issue_token(who.person_id or 0, Role.INTERPRETER, name="t", by=who)
    head = {"Authorization": f"Bearer {token}"}
    for _ in range(2):
        answer = house.test_client().post(f"/api/v1/assignments/{row.id}/reconfirm", headers=head)
        assert (answer.status_code, answer.json["status"]) == (200, "booked")
