"""Dutch is complete by definition: it is the source. Every other language of the screen says all of it too."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from people.domain import LOCALES

ROOT = Path(__file__).resolve().parents[2]
PLACES = re.compile(r"%\(\w+\)s")
TRANSLATED = [it for it in LOCALES if it != "nl"]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    target = tmp_path_factory.mktemp("words") / "messages.pot"
    pybabel = Path(sys.executable).with_name("pybabel")
    command = [str(pybabel), "-q", "extract", "-F", "babel.cfg", "-k", "_", "-o"]
    subprocess.run([*command, str(target), "."], cwd=ROOT, check=True, capture_output=True)
    return read_po(io.BytesIO(target.read_bytes()))


def catalogue(locale: str) -> Catalog:
    return read_po(io.BytesIO((ROOT / f"translations/{locale}/LC_MESSAGES/messages.po").read_bytes()), locale=locale)


def forms(message: Message | None) -> list[str]:
    """The translation, or every plural form of it; empty when there is none."""
    if message is None or "fuzzy" in message.flags:
        return []
    found = [message.string] if isinstance(message.string, str) else list(message.string)
    return found if all(found) else []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_word_of_the_pages_is_there_in_every_language(source: Catalog, locale: str) -> None:
    there = catalogue(locale)
    missing = [it.id for it in source if it.id and not forms(there.get(it.id))]
    assert not missing, f"{len(missing)} to translate in translations/{locale}/LC_MESSAGES/messages.po"


@pytest.mark.parametrize("locale", TRANSLATED)
def test_a_translation_keeps_the_gaps_of_its_source(locale: str) -> None:
    for it in catalogue(locale):
        if not it.id or not (said := forms(it)):
            continue
        gaps = set(PLACES.findall(it.id if isinstance(it.id, str) else it.id[1]))
        assert set(PLACES.findall(said[-1])) == gaps, it.id
        assert all(set(PLACES.findall(form)) <= gaps for form in said), it.id


@pytest.mark.parametrize("locale", TRANSLATED)
def test_a_plural_has_the_forms_of_its_language(locale: str) -> None:
    there = catalogue(locale)
    wrong = [it.id for it in there if isinstance(it.id, tuple) and len(it.string) != there.num_plurals]
    assert not wrong


def test_arabic_is_written_in_arabic() -> None:
    latin_only = re.compile(r"^[\x00-\u024f\u2010-\u2027]*$")
    same = [it.id for it in catalogue("ar") if it.id for said in forms(it) if said and latin_only.match(said)]
    assert not same
