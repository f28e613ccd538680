"""The screens and the messages speak the language of whoever reads, and remember it with the account."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale, ngettext, refresh

from dispatch.terms.domain import Unit
from kernel import clock
from kernel.clock import BRUSSELS
from messages import tasks
from messages.models import DeliveryRow, MessageRow
from people import queries as people
from people.domain import LOCALES
from tests.builders.people import signed_in
from tests.services.dispatch.conftest import World
from web import locale
from web.words_of_terms import measured

MOMENT = datetime(2026, 12, 2, 9, 0, tzinfo=BRUSSELS)


def test_a_choice_is_kept_with_the_account(house: Flask, world: World) -> None:
    signed_in(house, world.requester).post("/me/language", data={"locale": "ar"})
    page = signed_in(house, world.requester).get("/requests").text
    assert '<html lang="ar" dir="rtl">' in page
    assert people.find_person(world.requester.person_id or 0).locale == "ar"


def test_a_language_that_is_none_changes_nothing(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    assert client.post("/me/language", data={"locale": "tlh"}).status_code == 302
    assert people.find_person(world.requester.person_id or 0).locale == "nl"


def test_before_signing_in_the_browser_remembers(house: Flask, world: World) -> None:
    client = house.test_client()
    client.post("/language", data={"locale": "fr"})
    refresh()  # the test and its requests share a context, which keeps the language
    assert "Se connecter" in client.get("/sign-in").text


@pytest.mark.parametrize("code", LOCALES)
def test_moments_numbers_and_languages_are_written_as_there(code: str) -> None:
    said = {"nl": "wo 2 dec 2026 09:00", "fr": "mer. 2 déc. 2026 09:00", "en": "Wed 2 Dec 2026 09:00"}
    told = locale._moment(MOMENT, "EEE d MMM yyyy HH:mm", code)
    assert told == said.get(code, told)
    assert re.search(r"2026 09:00", told), "digits of a time are those of the clock on the wall"


@pytest.mark.parametrize(("minutes", "said"), [(0, "nu"), (3, "over 3 minuten"), (-120, "2 uur geleden")])
def test_how_far_away_a_moment_is(house: Flask, minutes: int, said: str) -> None:
    with house.test_request_context():
        assert locale.relative(clock.now() + timedelta(minutes=minutes)) == said
        assert (locale.decimal(0.0), locale.decimal(1204.25)) == ("0", "1.204,2")


@pytest.mark.parametrize("unit", Unit)
def test_the_value_of_a_term_is_told_with_what_it_counts_in(house: Flask, unit: Unit) -> None:
    said = {
        Unit.SECONDS: ("1 seconde", "2,5 seconden"),
        Unit.MINUTES: ("1 minuut", "2,5 minuten"),
        Unit.WORKING_HOURS: ("1 werkuur", "2,5 werkuren"),
        Unit.WORKING_DAYS: ("1 werkdag", "2,5 werkdagen"),
        Unit.COUNT: ("1", "2,5"),
        Unit.PERCENT: ("1 procent", "2,5 procent"),
        Unit.KM: ("1 kilometer", "2,5 kilometer"),
    }
    with house.test_request_context():
        assert (measured(1.0, unit), measured(2.5, unit)) == said[unit]


@pytest.mark.parametrize(
    ("code", "word"), [("nl", "Tolk"), ("fr", "interprète"), ("en", "interpreter"), ("ar", "مترجم")]
)
def test_a_message_is_in_the_language_of_its_reader(house: Flask, world: World, code: str, word: str) -> None:
    person = people.find_person(world.requester.person_id or 0)
    person.locale = code
    facts = {"reference": "2026-000001", "moment_at": MOMENT.isoformat()}
    message = MessageRow(person=person, kind="request_assigned", request_id=1, facts=facts)
    envelope = tasks.write(DeliveryRow(message=message, channel="mail"), "d1", person.email, {})
    assert word.casefold() in (envelope.subject + envelope.text).casefold()
    assert "2026-000001" in envelope.subject


def test_a_plural_in_arabic_has_its_own_form(house: Flask, world: World) -> None:
    with house.test_request_context(), force_locale("ar"):
        forms = [ngettext("%(num)s rij", "%(num)s rijen", n) for n in (1, 2, 5, 25)]
    assert len({re.sub(r"\d+", "", it) for it in forms}) == 4


@pytest.mark.parametrize(("service", "question"), [("on_site", "Kunt u tolken?"), ("translation", "Kunt u vertalen?")])
def test_who_is_asked_reads_what_for_and_that_the_first_yes_counts(
    house: Flask, world: World, service: str, question: str
) -> None:
    moment = MOMENT.isoformat()
    facts = {"language": "tir", "service": service, "moment_at": moment, "expires_at": moment}
    person = people.find_person(world.requester.person_id or 0)
    message = MessageRow(person=person, kind="offer_made", request_id=1, facts=facts)
    envelope = tasks.write(DeliveryRow(message=message, channel="mail"), "d1", person.email, {})
    assert envelope.subject.startswith(question)
    assert "Wie eerst ja zegt, doet het; antwoorden kan tot wo 2 dec 2026 09:00" in envelope.text
