"""What a browser may run, what a log may say, and what an interpreter reads before her yes."""

import json
import logging
import re
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dispatch.offers import services as offers
from kernel.actor import Role
from kernel.database import db
from kernel.log import JsonLines
from messages import queries as messages
from messages import tasks as message_tasks
from tests.architecture.test_routes import expected
from tests.builders.interpreters import acting
from tests.builders.people import a_staff_member, signed_in
from tests.builders.requests import a_request, offer_to
from tests.services.dispatch.conftest import World

CANARY = "Kanarievogel"
# A script or style inside a page, a handler or style in a tag, an address that is a script.
_INSIDE = re.compile(r"<script(?![^>]*\bsrc=)|<style|<[a-z][^<>]*\s(?:style|on[a-z]+)=|=.?javascript:")
_VALUE = re.compile(r'="(?!javascript:)[^"]*"')  # what stands between quotes is text
TAINT = "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"


def test_every_page_runs_only_our_own_files(house: Flask, world: World) -> None:
    """No script or style inside a page, no handler in a tag, and a policy that would stop them."""
    request = a_request(world.requester, subject=TAINT[:200], note=TAINT, client_reference=TAINT[:60])
    asked = offer_to(request, world.interpreters[0].id) if _was_asked(request.id, world) else 1
    numbers = {"request_id": request.id, "offer_id": asked, "interpreter_id": world.interpreters[0].id,
               "organisation_id": world.organisation.id}  # fmt: skip
    pages = 0
    staff = [a_staff_member(world.agency, it) for it in (Role.ADMINISTRATOR, Role.MANAGER)]
    for actor in (world.requester, world.coordinator, world.actors[0], *staff):
        client = signed_in(house, actor)
        for (method, rule), row in expected().items():
            if method != "GET" or row[actor.role.value] != "yes":
                continue
            address = re.sub(r"<id:([a-z_]+)>", lambda it: str(numbers.get(it[1], 1)), rule)
            answer = client.get(re.sub(r"<[^>]+>", "x", address))
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy, rule
            assert {"X-Content-Type-Options", "Referrer-Policy"} <= set(answer.headers.keys()), rule
            if answer.mimetype == "text/html" and "<html" in answer.text:
                assert "frame-ancestors 'none'" in policy, rule
                assert not _INSIDE.search(_VALUE.sub('="x"', answer.text)), rule
                assert "alert(1)" not in answer.text.replace("&lt;script&gt;alert(1)", ""), rule
                pages += 1
    assert pages > 40


def test_before_her_yes_an_interpreter_reads_nothing_about_the_client(house: Flask, world: World) -> None:
    facts = {"subject": CANARY, "note": CANARY, "client_reference": CANARY, "phone": "+3292111111"}
    request = a_request(world.requester, **facts)
    db.session.execute(text("UPDATE requests SET street = :it"), {"it": CANARY})
    db.session.execute(text("UPDATE organisations SET name = :it"), {"it": CANARY})
    number = int(db.session.scalar(text("SELECT interpreter_id FROM offers LIMIT 1")) or 0)
    row = next(it for it in world.interpreters if it.id == number)
    asked = offer_to(request, number)
    client = signed_in(house, acting(row))
    for path in ("/offers", "/api/v1/offers", f"/api/v1/offers/{asked}", "/agenda", "/api/v1/assignments"):
        said = client.get(path).text
        assert CANARY not in said, path
        assert "92111111" not in said, path
    assert client.get(f"/api/v1/requests/{request.id}").status_code == 404
    [message] = messages.messages_to(row.person_id)
    for delivery in messages.deliveries_of(message.id):
        message_tasks.deliver(delivery.id)
    outbox = house.config["SETTINGS"].data_dir / "outbox"
    sent = "".join(path.read_text() for path in outbox.glob("*.jsonl"))
    assert message.facts["language"] == "arb"
    for kept in (sent, *_texts("messages", "events", "procrastinate_jobs", "decisions", "offers")):
        assert CANARY not in kept
        assert "92111111" not in kept
    offers.accept_offer(asked, by=acting(row))
    assert CANARY in client.get(f"/api/v1/requests/{request.id}").text


def test_a_log_says_where_it_went_wrong_and_quotes_nobody(house: Flask, world: World) -> None:
    try:
        db.session.execute(text("INSERT INTO persons (name, email) VALUES (:n, :n)"), {"n": CANARY})
    except DBAPIError as error:
        try:
            raise ValueError(f"cannot use {CANARY}") from error
        except ValueError:
            record = logging.LogRecord(
                "x", logging.ERROR, __file__, 1, "unexpected %s", ("ValueError",), sys.exc_info()
            )
    db.session.rollback()
    line = json.loads(JsonLines().format(record))
    assert CANARY not in json.dumps(line)
    assert line["exception"][0] == "builtins.ValueError"
    assert any("CheckViolation 23514 ck_persons_email_is_lower_case" in it for it in line["exception"])
    assert any(Path(__file__).name in it for it in line["exception"])


def test_errors_that_cause_each_other_are_told_once() -> None:
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "x", (), (ValueError, first, None))
    assert json.loads(JsonLines().format(record))["exception"] == ["builtins.ValueError", "builtins.KeyError"]


def test_a_line_break_in_a_message_is_no_second_line() -> None:
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, 'a\n{"level": "forged"}\r\n\x1b[2J', (), None)
    assert "\n" not in JsonLines().format(record)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1:99999", "a b", "x" * 300])
def test_another_name_in_the_host_header_reaches_no_link_and_no_redirect(house: Flask, host: str) -> None:
    answer = house.test_client().get("/requests", headers={"Host": host, "X-Forwarded-Host": "evil.example"})
    assert answer.status_code in {302, 400}
    assert "evil" not in answer.headers.get("Location", "")


def _was_asked(request_id: int, world: World) -> bool:
    query = text("SELECT 1 FROM offers WHERE request_id = :id AND interpreter_id = :it")
    return db.session.scalar(query, {"id": request_id, "it": world.interpreters[0].id}) is not None


def _texts(*tables: str) -> list[str]:
    return [str(db.session.scalar(text(f"SELECT string_agg(t::text, '') FROM {table} t"))) for table in tables]
