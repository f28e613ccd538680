"""The terms as an administrator reads and changes them: in words, with their code beside."""

import re

from flask import Flask

from dispatch.terms.models import TermRow
from kernel.actor import Role
from kernel.database import db
from tests.builders.people import a_staff_member, signed_in
from tests.services.dispatch.conftest import World


def test_terms_are_told_in_words_and_keep_what_is_typed(house: Flask, world: World) -> None:
    browser = signed_in(house, a_staff_member(world.agency, Role.ADMINISTRATOR))
    page = browser.get("/terms").text
    assert "hoelang op een antwoord gewacht wordt" in page and "offer_life" in page
    assert "7,5 minuten" in page and "1 werkdag<" in page
    assert not re.search(r"\d (minutes|count|working_days|percent)\b", page)

    life = db.session.query(TermRow).filter_by(name="offer_life", value=7.5, valid_until=None).first()
    assert life is not None
    address = f"/terms/{life.id}"
    assert re.search(r'name="value"[^>]* value="7.5"', browser.get(address).text)
    refused = browser.post(address, data={"value": "8,25 of zo", "valid_from": "2030-01-01", "source": "proef"})
    assert refused.status_code == 422 and "8,25 of zo" in refused.text
