"""Webhooks of the carrier: only its own words count, whatever is in them."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from kernel import clock
from kernel.database import db
from tests.builders.carrier.people import always
from tests.builders.people import a_staff_member, an_agency, signed_in
from tests.builders.telephone import NUMBER, PUBLIC, TOKEN, TelephoneHouse, TelephoneWorld, a_telephone_house
from tests.services.calls.conftest import YES, caller

HOOKS = (
    "/webhooks/twilio/voice", "/webhooks/twilio/voice/status", "/webhooks/twilio/legs/1", "/webhooks/twilio/wait",
    "/webhooks/twilio/legs/1/keys/1", "/webhooks/twilio/legs/1/status", "/webhooks/twilio/legs/1/done",
    "/webhooks/twilio/calls/1/conference",
)  # fmt: skip
CALL = {"CallSid": "CA1", "From": "+32475111111", "To": NUMBER, "CallStatus": "in-progress"}


@pytest.fixture
def line(house: Flask) -> Iterator[TelephoneHouse]:
    with a_telephone_house(house) as made:
        yield made


def sign(path: str, said: dict[str, str], token: str = TOKEN) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(f"{PUBLIC}{path}", said)}


def count(table: str) -> int:
    return int(db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar() or 0)


@pytest.mark.parametrize("path", HOOKS)
def test_a_forged_word_is_refused_before_it_is_read(line: TelephoneHouse, path: str) -> None:
    TelephoneWorld(line, 0)
    client, good = line.app.test_client(), sign(path, CALL)
    forged = [
        (CALL, {}),
        (CALL, {"X-Twilio-Signature": ""}),
        (CALL, {"X-Twilio-Signature": "x" * 5000}),
        (CALL, sign(path, CALL, token="another account's")),
        (CALL, sign("/webhooks/twilio/sms", CALL)),
        (CALL | {"From": "+32475999999"}, good),
        (CALL | {"Extra": "1"}, good),
        ({"CallSid": "CA1"}, good),
        ({f"F{n}": "1" for n in range(200)}, sign(path, {f"F{n}": "1" for n in range(200)})),
    ]
    for said, head in forged:
        assert client.post(path, data=said, headers=head).status_code == 403
    assert client.get(path).status_code in {404, 405}
    assert count("calls") == 0


def test_a_call_told_twice_is_one(line: TelephoneHouse) -> None:
    TelephoneWorld(line, 0)
    client, path = line.app.test_client(), HOOKS[0]
    with clock.frozen(line.now):
        answers = {client.post(path, data=CALL, headers=sign(path, CALL)).get_data() for _ in range(3)}
    assert len(answers) == 1
    assert count("calls") == 1


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        "1" * 5000,
        "\x00",
        "9" * 8 + "'; DROP TABLE calls; --",
        "😀",
        "<Say>hallo</Say>",
        "-1",
        "1e9",
        "#*#*",
        "\u202e1",
    ],
)
def test_hostile_keys_and_words_are_only_a_wrong_answer(line: TelephoneHouse, rubbish: str) -> None:
    TelephoneWorld(line, 1)
    client = line.app.test_client()
    with clock.frozen(line.now):
        client.post(HOOKS[0], data=CALL, headers=sign(HOOKS[0], CALL))
        leg = db.session.execute(text("SELECT id FROM call_legs")).scalar()
        for step in (1, 2, 3, 4, 99, 2**31):
            path = f"/webhooks/twilio/legs/{leg}/keys/{step}"
            said = CALL | {"Digits": rubbish, "SpeechResult": rubbish, "Timestamp": rubbish, "AnsweredBy": rubbish}
            answer = client.post(path, data=said, headers=sign(path, said))
            assert answer.status_code == 200
            assert b"<Say>hallo" not in answer.get_data()
    assert count("requests") == 0


def test_nobody_guesses_a_code(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1)
    for _ in range(4):
        call = line.dial("+32475666666", hears=always("klantcode", "12345678"))
        line.run(20)
        assert call.status == "completed"
    # five wrong ones from this number: now not even the right one is listened to, from here
    line.dial("+32475666666", hears=always("klantcode", world.code))
    line.run(30)
    assert "taal" not in " ".join(line.exchange.phones["+32475666666"].heard)
    # and whoever calls from her own number is served
    line.dial("+32475777777", hears=always("klantcode", world.code))
    line.run(10)
    assert "taal" in " ".join(line.exchange.phones["+32475777777"].heard)


def test_a_code_that_ended_or_is_over_opens_nothing(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 1)
    db.session.execute(text("UPDATE call_codes SET valid_from = valid_from - 9, valid_until = valid_from - 1"))
    db.session.commit()
    line.dial("+32475111111", hears=caller(world))
    line.run(30)
    assert count("requests") == 0


def test_numbers_and_codes_are_in_no_trail_no_job_and_no_log(
    line: TelephoneHouse, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    world = TelephoneWorld(line, 1, picks_up=3.0, hears=always(YES, "1"))
    line.dial("+32475111111", hears=caller(world), hangs_up=30.0)
    line.run(100)
    kept = [str(it) for it in db.session.execute(text("SELECT facts FROM events")).scalars()]
    kept += [str(it) for it in db.session.execute(text("SELECT facts FROM conversation_events")).scalars()]
    kept += [it.getMessage() for it in caplog.records if not it.name.startswith("urllib3")]
    for secret in ("475111111", world.code, "470000000"):
        assert not [it for it in kept if secret in it]


def test_the_desk_makes_a_code_that_is_shown_once_and_ends_it(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 0)
    client = signed_in(line.app, a_staff_member(world.agency))
    made = client.post("/telephone/codes", data={"organisation": world.organisation.id})
    shown = made.get_data(as_text=True)
    code = shown.split("<strong>")[1].split("</strong>")[0]
    assert made.status_code == 200
    assert len(code) == 8
    later = client.get("/telephone").get_data(as_text=True)
    assert code not in later
    assert NUMBER in later
    for row in db.session.execute(text("SELECT id FROM call_codes")).scalars().all():
        assert client.post(f"/telephone/codes/{row}/end").status_code == 302
    assert "Nog geen: zonder klantcode" in client.get("/telephone").get_data(as_text=True)


def test_another_agencys_codes_are_not_there(line: TelephoneHouse) -> None:
    world = TelephoneWorld(line, 0)
    stranger = signed_in(line.app, a_staff_member(an_agency()))
    assert stranger.post(f"/telephone/codes/{world.code_id}/end").status_code == 404
    assert stranger.post("/telephone/codes", data={"organisation": world.organisation.id}).status_code == 422
    assert world.organisation.name not in stranger.get("/telephone").get_data(as_text=True)
