"""What a provider tells us counts only when it really is the provider's, and then only forwards."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from twilio.request_validator import RequestValidator

from messages import queries, services
from messages.ports import Receipt
from messages.services import Words
from tests.builders.people import a_person

TOKEN, HOOK = "the-agencys-own-token", "/webhooks/twilio/sms"
SAID = {"MessageSid": "SM1", "MessageStatus": "delivered", "AccountSid": "AC1", "To": "+32470123456"}


@pytest.fixture
def twilio(house: Flask) -> Iterator[Flask]:
    before = house.config["SETTINGS"]
    house.config["SETTINGS"] = replace(before, twilio_auth_token=TOKEN, public_url="https://tolken.example")
    yield house
    house.config["SETTINGS"] = before


@pytest.fixture
def sent(twilio: Flask) -> int:
    """Return a text message Twilio has taken."""
    message_id = services.send_message(a_person(phone="0470 12 34 56").id, "assignment_made", Words()) or 0
    [row] = queries.deliveries_of(message_id)
    services.record_outcome(row.id, Receipt("SM1"))
    return message_id


def signature(said: dict[str, str], token: str = TOKEN, address: str = f"https://tolken.example{HOOK}") -> str:
    return str(RequestValidator(token).compute_signature(address, said))


def status_of(message_id: int) -> str:
    return queries.deliveries_of(message_id)[0].status


def test_a_signed_word_counts(twilio: Flask, sent: int) -> None:
    answer = twilio.test_client().post(HOOK, data=SAID, headers={"X-Twilio-Signature": signature(SAID)})
    assert (answer.status_code, status_of(sent)) == (204, "delivered")


@pytest.mark.parametrize(
    ("said", "signed"),
    [
        (SAID, None),
        (SAID, ""),
        (SAID, "x" * 5000),
        (SAID, signature(SAID, token="another account's")),
        (SAID, signature(SAID, address="https://evil.example" + HOOK)),
        (SAID, signature(SAID, address="http://tolken.example" + HOOK)),
        (SAID | {"MessageStatus": "failed"}, signature(SAID)),
        (SAID | {"MessageSid": "SM2"}, signature(SAID)),
        (SAID | {"Extra": "1"}, signature(SAID)),
        ({"MessageSid": "SM1", "MessageStatus": "delivered"}, signature(SAID)),
    ],
)
def test_a_forged_or_altered_word_changes_nothing(
    twilio: Flask, sent: int, said: dict[str, str], signed: str | None
) -> None:
    head = {} if signed is None else {"X-Twilio-Signature": signed}
    assert twilio.test_client().post(HOOK, data=said, headers=head).status_code == 403
    assert status_of(sent) == "sent"


def test_replayed_late_and_unknown_words_change_nothing(twilio: Flask, sent: int) -> None:
    client = twilio.test_client()
    for status in ("delivered", "delivered", "sent", "queued", "failed", "undelivered", "read", "nonsense"):
        said = SAID | {"MessageStatus": status}
        assert client.post(HOOK, data=said, headers={"X-Twilio-Signature": signature(said)}).status_code == 204
    stranger = SAID | {"MessageSid": "SM-unknown"}
    assert client.post(HOOK, data=stranger, headers={"X-Twilio-Signature": signature(stranger)}).status_code == 204
    assert status_of(sent) == "delivered"


def test_without_a_token_nobody_is_believed(house: Flask) -> None:
    head = {"X-Twilio-Signature": signature(SAID, token="")}
    assert house.test_client().post(HOOK, data=SAID, headers=head).status_code == 403
