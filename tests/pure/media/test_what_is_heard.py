"""What callers hear, as TwiML: nothing is recorded, nothing a person typed becomes an instruction."""

import re
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from media.call.domain import Prompt
from media.telephone import words
from media.telephone.passes import LIFE_S, Passes, make_pass
from media.telephone.twiml import IntoRoom, Meeting, Question, Transfer, Waiting, Words, write

ROOT = Path(__file__).resolve().parents[3]
MEETING = Meeting(name="x", begins=True, wait="/w", events="/e", then="/t", limit_s=60)


def test_a_conference_is_never_recorded() -> None:
    noun = ElementTree.fromstring(write(MEETING)).find("Dial/Conference")
    assert noun is not None
    assert noun.get("record") == "do-not-record"
    assert noun.get("beep") == "false"


def test_nobody_asks_for_a_recording_anywhere() -> None:
    asked = re.compile(r"record=(?!RECORD|False)|<Record|recording_|\.record\(")
    ours = [it for package in ("media", "dispatch/calls", "gateways") for it in (ROOT / package).rglob("*.py")]
    assert len(ours) > 20
    assert [it.name for it in ours if asked.search(it.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "scene",
    [
        Question(words="a < b & c", action="/a"), Words(words="<Dial>0900</Dial>"), MEETING,
        Transfer(words="x", number="+3225550199", caller="+3225550100", then="/t", limit_s=9),
        IntoRoom(url="wss://x/stream/phone", token="<t>", then="/t"), Waiting(words="x", silence_s=3, again="/w"),
    ],
    ids=lambda it: type(it).__name__,
)  # fmt: skip
def test_every_scene_is_well_formed_and_words_stay_words(scene) -> None:  # type: ignore[no-untyped-def]
    response = ElementTree.fromstring(write(scene))
    assert response.tag == "Response"
    assert "0900" not in "".join(it.text or "" for it in response.iter("Dial"))


@pytest.mark.parametrize("prompt", list(Prompt))
def test_every_prompt_has_its_sentence(prompt: Prompt) -> None:
    said = words.sentence(prompt, ["Arabisch", "Turks"], again=True)
    assert len(said) > 10
    assert "{" not in said


def test_who_cannot_be_called_back_is_not_offered_it() -> None:
    assert "Druk 2" not in words.sentence(Prompt.CHOICE, can_call_back=False)
    assert "Druk 2" in words.sentence(Prompt.CHOICE)


def test_a_pass_opens_once_and_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    passes, token = Passes("key"), make_pass("key", "room", "who")
    assert passes.use(token) == ("room", "who")
    assert passes.use(token) is None
    late = make_pass("key", "room", "who")
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + LIFE_S + 2)
    assert passes.use(late) is None
    assert Passes("another").use(make_pass("key", "room", "who")) is None
