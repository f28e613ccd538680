"""Dutch is complete by definition: it is the source. English says all of it too."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
PLACES = re.compile(r"%\(\w+\)s")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    target = tmp_path_factory.mktemp("words") / "messages.pot"
    pybabel = Path(sys.executable).with_name("pybabel")
    command = [str(pybabel), "-q", "extract", "-F", "babel.cfg", "-k", "_", "-o"]
    subprocess.run([*command, str(target), "."], cwd=ROOT, check=True, capture_output=True)
    return read_po(io.BytesIO(target.read_bytes()))


def catalogue() -> Catalog:
    return read_po(io.BytesIO((ROOT / "translations/en/LC_MESSAGES/messages.po").read_bytes()))


def test_every_word_of_the_pages_is_there_in_english(source: Catalog) -> None:
    english = catalogue()
    missing = [it.id for it in source if it.id and not (english.get(it.id) and english.get(it.id).string)]
    assert not missing, "translate these in translations/en/LC_MESSAGES/messages.po"


def test_a_translation_keeps_the_gaps_of_its_source(source: Catalog) -> None:
    english = catalogue()
    for it in english:
        if isinstance(it.id, str) and it.id:
            assert set(PLACES.findall(it.id)) == set(PLACES.findall(str(it.string))), it.id
