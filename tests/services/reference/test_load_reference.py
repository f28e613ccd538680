"""Loading the reference data, again and again, and asking it."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from kernel.database import Base, transaction
from reference import queries
from reference.models import LanguageRow, MunicipalityRow, UnderstandsRow
from reference.services import load_reference

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def fresh(house: Flask) -> Iterator[None]:
    queries.forget()
    yield
    queries.forget()


def count(kind: type[Base]) -> int:
    with transaction() as tx:
        return tx.session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0


def test_loading_twice_is_loading_once() -> None:
    before = [count(kind) for kind in (LanguageRow, UnderstandsRow, MunicipalityRow)]
    load_reference()
    assert [count(kind) for kind in (LanguageRow, UnderstandsRow, MunicipalityRow)] == before
    assert before[0] == 7080 and before[2] == 565


def test_loading_repairs_what_was_changed_and_drops_what_the_release_does_not_know() -> None:
    with transaction() as tx:
        tx.session.execute(sa.update(LanguageRow).values(name_nl="kapot", parent=None))
        tx.session.add(UnderstandsRow(speaker_of="nld", understands="zho"))
        gone = {"name_nl": "Oudstad", "name_fr": "Vieilleville", "postcodes": "9999", "area": "Limburg"}
        tx.session.add(MunicipalityRow(nis_code="00001", **gone, lat=51.0, lon=4.0))
    load_reference()
    assert queries.language_name("tir") == "Tigrinya"
    assert queries.languages()["ary"].parent == "ara"
    assert queries.speakers_serving("zho") == {"zho", "cmn", "yue", "hak", "nan", "wuu"}
    assert queries.find_municipality(None, "Oudstad") is None


def test_a_language_is_named_in_the_readers_language() -> None:
    assert [queries.language_name("pus", locale) for locale in ("nl", "fr", "en")] == ["Pashtu", "pachto", "Pashto"]
    assert queries.language_name("xx?") == "xx?"
    assert queries.language_exists("ber") and not queries.language_exists("xx?")


def test_typed_words_find_languages() -> None:
    assert queries.search_languages("tigrnya", 3)[0].iso639_3 == "tir"
    assert len(queries.search_languages("a", 3)) == 3


@pytest.mark.parametrize(
    ("postcode", "name", "nis_code"),
    [
        ("9100", "Saint-Nicolas", "46021"),
        ("4420", "Saint-Nicolas", "62093"),
        ("8501", "Heule", "34022"),  # a part of Kortrijk: by its postcode
        (" 9000 ", None, "44021"),
        (None, "GAND", "44021"),
        ("1050", None, "21009"),
        ("1050", "Bruxelles", "21004"),
        ("0000", "Nergens", None),
        (None, None, None),
        ("", "", None),
    ],
)
def test_a_place_is_found(postcode: str | None, name: str | None, nis_code: str | None) -> None:
    found = queries.find_municipality(postcode, name)
    assert (found.nis_code if found else None) == nis_code
