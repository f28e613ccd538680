"""A house with a telephone, and a caller who knows what she wants."""

import sys
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.builders.carrier.people import Hears, presses
from tests.builders.telephone import TelephoneHouse, TelephoneWorld, a_telephone_house

YES = "Druk 1 om het aan te nemen"


@pytest.fixture
def line(house: Flask) -> Iterator[TelephoneHouse]:
    """The house with its telephone; whatever it asked of the carrier must be what Twilio's own document allows."""
    with a_telephone_house(house) as made:
        yield made
        assert made.exchange.violations == []


def caller(world: TelephoneWorld, *more: tuple[str, str], language: str = "Arabisch", after: float = 2.0) -> Hears:
    """Return a caller who keys her code, says a language and asks for somebody now."""
    first = [("klantcode", world.code), ("naam van de taal", f"say {language}"), ("Welke taal", "1")]
    first += [("Bent u samen", "1")]
    return presses(*more, *first, after=after)


@pytest.fixture(autouse=True)
def told(line: TelephoneHouse) -> Iterator[None]:
    """Print what happened: pytest shows it of a test that fails."""
    yield
    sys.stdout.write(line.transcript)
