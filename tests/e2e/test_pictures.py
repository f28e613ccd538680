"""What only a picture shows: every component from the right, the board, and the board on paper, beside kept pictures.

Time stands still, every letter is a box, and the application itself answers the browser: no machine's font, clock or
load is in a picture. What was seen is laid out in `var/pictures`; `--renew-pictures` keeps it, after a change that was
meant.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from dispatch.offers import services as offers
from dispatch.requests import services as requests
from dispatch.requests.domain import Service
from kernel import clock
from kernel.actor import Actor
from tests.builders.browsers import answered_by
from tests.builders.customers import an_agreement
from tests.builders.interpreters import an_interpreter
from tests.builders.matching import MONDAY_9H
from tests.builders.people import a_requester, a_staff_member, an_agency, an_organisation, signed_in
from tests.builders.requests import a_request
from tests.e2e.comparing import difference, in_boxes, keep, lay_out, on_paper, on_screen
from web.app import create_app

HOUR = timedelta(hours=1)
# Ahead of the database's own clock, by which a sign-in ends; the same day of the same week.
MONDAY = MONDAY_9H.replace(year=2037)


@dataclass(frozen=True)
class Sight:
    """`client`: the fixture that answers. `taken`: what makes grey values of the page."""

    client: str
    address: str
    taken: Callable[[Page], np.ndarray]
    locale: str = "nl"


SIGHTS = {
    "styleguide": Sight("anybody", "/styleguide", on_screen, "ar"),
    "board": Sight("desk", "/desk/board", on_screen),
    "paper": Sight("desk", "/desk/paper", on_paper),
}
# What somebody could write by mistake, for each.
MISTAKES = [
    ("styleguide", "html { direction: ltr }"),
    ("styleguide", ".notice { border-inline-start: 0; border-left: 6px solid }"),
    ("styleguide", "th, td { text-align: left }"),
    ("styleguide", "input { direction: inherit !important }"),
    ("board", "tr td:first-child { box-shadow: none !important }"),
    ("board", ".bulk.idle { display: flex }"),
    ("paper", "@page { size: A4 portrait }"),
    ("paper", ".paper .write { border: 0 }"),
    ("paper", "@media print { .top { display: flex !important } }"),
]


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


@pytest.fixture
def anybody(house: Flask) -> FlaskClient:
    """A browser of nobody, where people work on the components."""
    return create_app(replace(house.config["SETTINGS"], development=True)).test_client()


@pytest.fixture
def desk(house: Flask) -> FlaskClient:
    """A coordinator's browser on a busy morning."""
    agency = an_agency(second_factor_required=False)
    organisation = an_organisation(agency, name="OCMW Gent")
    an_agreement(organisation)
    coordinator = a_staff_member(agency, name="An Coppens")
    a_morning(a_requester(organisation, name="Sofie Maes", phone="+32470000003"), coordinator)
    return signed_in(house, coordinator)


def a_morning(requester: Actor, coordinator: Actor) -> None:
    """Let talks of today and tomorrow be met, and others be searched for, given up, checked and taken over."""
    usual = {"languages": ("arb", "tur"), "agency_ids": coordinator.agency_ids}
    near = an_interpreter(**usual, name="Samira El Amrani", phone="+32470000001")
    far = an_interpreter(**usual, name="Fatima Benali", phone="+32470000002", postcode="9300", municipality="Aalst")
    for who, hours in ((near, 3), (far, 25)):
        met = a_request(requester, starts_at=MONDAY + hours * HOUR)
        offers.assign_by_hand(met.id, who.id, by=coordinator)
    a_request(requester, starts_at=MONDAY + 96 * HOUR)
    a_request(requester, service=Service.VIDEO, language="tur", starts_at=MONDAY + 24 * HOUR)
    a_request(requester, service=Service.TELEPHONE, language="tir", immediate=True)
    a_request(requester, service=Service.TRANSLATION, language="rus", deadline_at=MONDAY + 72 * HOUR)
    mine = a_request(requester, language="som", starts_at=MONDAY + 4 * HOUR)
    requests.take_over(mine.id, by=coordinator)


@pytest.fixture
def look(browser: Browser, request: pytest.FixtureRequest) -> Callable[..., np.ndarray]:
    """Return what takes the picture of a page, with a rule of style more if there is one."""

    def take(name: str, rule: str = "") -> np.ndarray:
        sight = SIGHTS[name]
        looks = {"locale": sight.locale, "viewport": {"width": 1280, "height": 800}, "bypass_csp": True}
        with browser.new_page(base_url="http://tolk.example", **looks) as page:  # type: ignore[arg-type]
            answered_by(page, request.getfixturevalue(sight.client))
            page.goto(sight.address)
            in_boxes(page, rule)
            return sight.taken(page)

    return take


@pytest.mark.parametrize("name", SIGHTS)
def test_a_page_looks_as_it_did(look: Callable[..., np.ndarray], name: str, pytestconfig: pytest.Config) -> None:
    seen = look(name)
    lay_out(name, seen)
    if pytestconfig.getoption("renew_pictures"):
        keep(name, seen)
    where = difference(name, seen)
    assert not where


@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_a_mistake_is_seen(look: Callable[..., np.ndarray], name: str, mistake: str) -> None:
    assert difference(name, look(name, mistake))
