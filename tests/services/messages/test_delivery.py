"""Messages climb their ladder, forward only, and are neither lost nor sent when nobody wants them any more."""

import itertools
import json
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from flask import Flask

from gateways.local import LocalProvider
from kernel import clock
from kernel.settings import Settings
from messages import queries, services, tasks
from messages.models import DeliveryRow, MessageRow
from messages.ports import Envelope, Receipt, Unknown
from messages.services import Words
from people.domain import LOCALES
from people.models import PersonRow
from tests.builders.people import a_person

FACTS = {
    "language": "arb", "service": "on_site", "moment_at": "2027-01-05T09:00:00+00:00",
    "expires_at": "2027-01-04T12:00:00+00:00", "municipality": "Gent", "distance_km": 12.0,
}  # fmt: skip


@pytest.fixture
def person(house: Flask) -> PersonRow:
    return a_person(phone="0470 12 34 56")


def a_message(person: PersonRow, kind: str = "offer_made", offer_id: int = 1) -> int:
    message_id = services.send_message(person.id, kind, Words(offer_id=offer_id, facts=FACTS))
    assert message_id is not None
    return message_id


def deliver_all(message_id: int) -> list[DeliveryRow]:
    for row in queries.deliveries_of(message_id):
        tasks.deliver(row.id)
    return queries.deliveries_of(message_id)


def test_without_push_the_first_channel_is_a_text_message(person: PersonRow) -> None:
    [row] = deliver_all(a_message(person))
    assert (row.channel, row.status) == ("sms", "delivered")


def test_a_silent_device_brings_the_next_channel(person: PersonRow) -> None:
    message_id = a_message(person)
    row = queries.deliveries_of(message_id)[0].message
    row.next_channel_at = clock.now() - timedelta(seconds=1)
    assert services.advance_silent_messages() == 1
    assert [it.channel for it in queries.deliveries_of(message_id)] == ["sms", "mail"]


def test_whoever_saw_the_offer_is_not_asked_again(person: PersonRow) -> None:
    message_id = a_message(person)
    services.mark_seen(1)
    assert services.advance_silent_messages() == 0
    [row] = deliver_all(message_id)
    assert (row.status, row.error) == ("failed", "no_longer_wanted")


def test_what_was_withdrawn_before_it_left_is_not_sent(person: PersonRow, house: Flask) -> None:
    message_id = a_message(person)
    services.cancel_messages_of(1)
    [row] = deliver_all(message_id)
    assert row.status == "failed"


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "sent"])))
def test_receipts_in_any_order_end_the_same(person: PersonRow, order: tuple[str, ...]) -> None:
    message_id = a_message(person)
    row = queries.deliveries_of(message_id)[0]
    services.lease_delivery(row.id)
    services.record_outcome(row.id, Receipt("SM1"))
    for status in order:
        services.record_receipt("sms", "SM1", status)
    assert queries.deliveries_of(message_id)[0].status == "delivered"


def test_a_refusal_goes_to_the_next_channel_at_once(person: PersonRow) -> None:
    message_id = a_message(person)
    row = queries.deliveries_of(message_id)[0]
    services.lease_delivery(row.id)
    services.record_outcome(row.id, None, error="refused")
    assert [it.channel for it in queries.deliveries_of(message_id)] == ["sms", "mail"]


def test_a_lost_answer_is_asked_about_before_it_is_sent_again(
    person: PersonRow, house: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=tmp_path, fake_provider_lose_answer_rate=1.0)
    monkeypatch.setitem(house.extensions["gateways"], "sms", LocalProvider("sms", settings))
    message_id = a_message(person)
    row = queries.deliveries_of(message_id)[0]
    tasks.deliver(row.id)
    assert queries.deliveries_of(message_id)[0].status == "unknown"
    tasks.deliver(row.id)
    assert queries.deliveries_of(message_id)[0].status == "delivered"
    assert len((tmp_path / "outbox" / "sms.jsonl").read_text().splitlines()) == 1


def test_a_job_that_comes_twice_sends_once(person: PersonRow, house: Flask) -> None:
    message_id = a_message(person)
    deliver_all(message_id)
    deliver_all(message_id)
    path = house.config["SETTINGS"].data_dir / "outbox" / "sms.jsonl"
    reference = f"d{queries.deliveries_of(message_id)[0].id}"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert sum(it["reference"] == reference for it in lines) == 1


def test_every_kind_of_message_can_be_written_in_every_language(person: PersonRow, house: Flask) -> None:
    facts = FACTS | {
        "reference": "2027-000001", "reason": "interpreter_unavailable", "timely": False, "purpose": "reset",
        "secret": "x", "confirm_at": FACTS["expires_at"], "until_at": FACTS["expires_at"], "assignment_id": 1,
        "ends_at": FACTS["expires_at"],
    }  # fmt: skip
    kinds = sorted(Path(house.root_path, "..", "templates", "messages").glob("*.txt"))
    others = facts | {"timely": True, "purpose": "invite", "municipality": "Gent", "distance_km": 12}
    for locale, path, told in itertools.product(LOCALES, kinds, (facts, others)):
        message = MessageRow(kind=path.stem, request_id=1, facts=told, person=PersonRow(locale=locale))
        written = tasks.write(DeliveryRow(id=1, channel="mail", message=message), "d1", "x@y.example", {})
        lines = [written.subject, *written.text.split("\n")]
        assert all(lines) and len(lines) == len(path.read_text().splitlines()), (locale, path.stem)
        assert "http" not in written.subject and len(written.subject) < 120


def test_the_local_provider_finds_what_it_wrote(tmp_path: Path) -> None:
    provider = LocalProvider("mail", Settings(data_dir=tmp_path, fake_provider_lose_answer_rate=1.0))
    envelope = Envelope(reference="d7", to="a@b.example", subject="s", text="t", data={})
    assert provider.find(envelope) is None
    with pytest.raises(Unknown):
        provider.send(envelope)
    assert provider.find(envelope) == Receipt("local-d7", delivered=True)
