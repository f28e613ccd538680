"""The trail cannot be changed by the application, and a change made around it is found."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kernel import audit
from kernel.database import db
from tests.builders.requests import a_request
from tests.services.dispatch.conftest import a_world


@pytest.mark.parametrize(
    "attack", ["UPDATE events SET name = 'x'", "DELETE FROM events", "TRUNCATE events", "DELETE FROM event_seals"]
)
def test_the_database_refuses_to_change_what_happened(house: Flask, attack: str) -> None:
    a_request(a_world().requester)
    _seal_all()
    with pytest.raises(DBAPIError, match="append-only"), db.session.begin_nested():
        db.session.execute(text(attack))


def test_one_changed_byte_behind_the_triggers_is_found(house: Flask) -> None:
    a_request(a_world().requester)
    _seal_all()
    before = audit.verify()
    assert before.sealed > 5
    assert before.broken_at is None
    db.session.execute(text("ALTER TABLE events DISABLE TRIGGER events_append_only"))
    db.session.execute(text("UPDATE events SET actor_role = 'requester' WHERE actor_role = 'system'"))
    assert audit.verify().broken_at is not None


def _seal_all() -> None:
    """Let the events be old enough, and seal them."""
    db.session.execute(text("ALTER TABLE events DISABLE TRIGGER events_append_only"))
    db.session.execute(text("UPDATE events SET at = at - interval '10 minutes'"))
    db.session.execute(text("ALTER TABLE events ENABLE TRIGGER events_append_only"))
    while audit.seal_events():
        pass
