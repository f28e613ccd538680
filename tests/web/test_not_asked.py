"""An interpreter reads why she was not asked, and nothing about anybody else."""

from datetime import time

from flask import Flask

from dispatch.interpreters.services import exclude, set_week
from kernel.actor import SYSTEM
from matching.hours import Stretch
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.people import signed_in
from tests.builders.requests import a_request
from tests.services.dispatch.conftest import a_world


def test_she_reads_her_own_reason_and_nothing_of_the_client(house: Flask) -> None:
    world = a_world()
    away = an_interpreter(agency=world.agency)
    set_week(away.id, [Stretch(6, time(1), time(2))], by=SYSTEM)
    stranger = an_interpreter(("tur",), agency=world.agency)
    a_request(world.requester, subject="HIV-consultatie", client_reference="DOS-77")
    page = signed_in(house, acting(away)).get("/offers/not-asked").text
    assert "Oost-Vlaanderen" in page and "buiten de uren die u opgaf" in page
    names = [it.person.name for it in world.interpreters]
    assert not any(it in page for it in ("HIV", "DOS-77", "Botermarkt", world.organisation.name, *names))
    assert "Niets: u werd voor alles gevraagd" in signed_in(house, acting(stranger)).get("/offers/not-asked").text


def test_who_was_asked_is_not_told_that_she_was_not(house: Flask) -> None:
    world = a_world()
    a_request(world.requester)
    page = signed_in(house, world.actors[0]).get("/offers/not-asked").text
    assert "Niets: u werd voor alles gevraagd" in page


def test_that_somebody_does_not_want_her_stays_with_them(house: Flask) -> None:
    world = a_world()
    unwanted = an_interpreter(agency=world.agency)
    exclude(unwanted.id, world.organisation.id, by=world.requester)
    a_request(world.requester)
    page = signed_in(house, acting(unwanted)).get("/offers/not-asked").text
    assert "Niets: u werd voor alles gevraagd" in page
