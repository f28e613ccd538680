"""The voice gateway, by the real `twilio` package, against the carrier's stand-in and Twilio's own document."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatch.calls.ports import LegStatus, NotRung, Result, Ring
from gateways import twilio_http
from gateways.local_telephone import LocalTelephone
from gateways.twilio_voice import TwilioTelephone
from kernel.settings import Settings
from tests.builders.carrier.calls import ACCOUNT
from tests.builders.carrier.contract import document, problems
from tests.builders.carrier.exchange import Exchange
from tests.builders.carrier.server import rest_api

RING = Ring(leg_id=7, to="+32470000001", caller="+3225550100", ring_s=15, limit_s=7200)
QUIET = '<?xml version="1.0"?><Response><Pause length="600"/></Response>'


@pytest.fixture
def carrier() -> Iterator[tuple[Exchange, TwilioTelephone]]:
    asked: list[str] = []

    def post(address: str, form: dict[str, str], signature: str) -> tuple[int, str]:
        asked.append(address)
        return 200, QUIET

    exchange = Exchange("token", post, datetime.now(UTC))
    with rest_api(exchange) as address:
        settings = Settings(
            data_dir=Path("."),
            public_url="https://t.example",
            twilio_account_sid=ACCOUNT,
            twilio_auth_token="token",
            twilio_api_url=address,
        )
        yield exchange, TwilioTelephone(settings)
    assert exchange.violations == []
    assert all(it.startswith("https://t.example/webhooks/twilio/legs/7") for it in asked)


def later(exchange: Exchange, seconds: float) -> None:
    exchange.run_until(exchange.now + timedelta(seconds=seconds))


def test_a_telephone_is_rung_found_and_hung_up(carrier: tuple[Exchange, TwilioTelephone]) -> None:
    exchange, telephone = carrier
    exchange.phone(RING.to, picks_up=5.0)
    assert telephone.find(RING) is None
    sid = telephone.ring(RING)
    later(exchange, 1)
    assert telephone.find(RING) == sid
    assert telephone.word_of(sid) is None  # it rings: nothing new
    later(exchange, 6)
    word = telephone.word_of(sid)
    assert word is not None and word.status is LegStatus.ANSWERED
    telephone.ask_again(sid, RING.leg_id)
    telephone.hang_up(sid)
    later(exchange, 1)
    word = telephone.word_of(sid)
    assert word is not None and (word.status, word.result) == (LegStatus.ENDED, Result.COMPLETED)
    telephone.hang_up(sid)  # over is over
    telephone.ask_again(sid, RING.leg_id)
    telephone.close("no such conference")


@pytest.mark.parametrize(("how", "result"), [("busy", Result.BUSY), ("off", Result.FAILED)])
def test_how_a_ring_ended_is_known(carrier: tuple[Exchange, TwilioTelephone], how: str, result: Result) -> None:
    exchange, telephone = carrier
    exchange.phone(RING.to, state=how)
    sid = telephone.ring(RING)
    later(exchange, 3)
    word = telephone.word_of(sid)
    assert word is not None and word.result is result


def test_a_call_that_never_was_is_over(carrier: tuple[Exchange, TwilioTelephone]) -> None:
    word = carrier[1].word_of("CAunknown")
    assert word is not None and word.result is Result.FAILED


def test_without_credentials_nobody_is_rung_and_it_is_written_down(tmp_path: Path) -> None:
    telephone = LocalTelephone(Settings(data_dir=tmp_path))
    with pytest.raises(NotRung):
        telephone.ring(RING)
    assert RING.to in (tmp_path / "outbox" / "call.jsonl").read_text()


def test_the_log_of_the_package_tells_no_numbers() -> None:
    assert twilio_http.logging.getLogger("twilio.http_client").level >= twilio_http.logging.WARNING


@pytest.mark.skipif(document() is None, reason="TWILIO_OPENAPI names no document on this machine")
def test_control_the_document_finds_what_is_wrong() -> None:
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    good = [("To", "+3247"), ("From", "+322"), ("Url", "https://x"), ("Timeout", "15")]
    assert problems("POST", path, good) == []
    assert problems("POST", path, good[1:]) == ["missing To"]
    assert problems("POST", path, [*good[:3], ("Timeout", "soon")]) == ["Timeout is no whole number: soon"]
    assert problems("POST", path, [*good, ("Bogus", "1")]) == ["unknown field Bogus"]
    assert problems("POST", path.replace("Calls", "Cals"), good)
