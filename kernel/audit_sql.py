"""The one statement that keeps a fact and tells the sockets."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from kernel.actor import Actor
from kernel.events import Event, event_name

CHANNEL = "events"

# Sends a statement with its values, and returns what it answers.
Send = Callable[[str, Mapping[str, Any]], object]

# The notification travels with the commit: nothing is announced that did not happen.
_KEEP = """
    WITH kept AS (
        INSERT INTO events (at, name, subject, subject_id, request_id, agency_id, actor_id, actor_role, facts)
        VALUES (coalesce(%(at)s, clock_timestamp()), %(name)s, %(subject)s, %(subject_id)s, %(request_id)s,
                %(agency_id)s, %(actor_id)s, %(actor_role)s, cast(%(facts)s AS jsonb))
        RETURNING id
    )
    SELECT pg_notify(%(channel)s, json_build_object('id', id, 'name', cast(%(name)s AS text),
        'request_id', cast(%(request_id)s AS bigint), 'agency_id', cast(%(agency_id)s AS bigint),
        'subject', cast(%(subject)s AS text), 'subject_id', cast(%(subject_id)s AS bigint))::text)
    FROM kept
"""


def keep(send: Send, event: Event, by: Actor, *, held: datetime | None = None) -> None:
    """Insert the event and notify `CHANNEL` on commit. `held`: the moment at which a test holds time still."""
    send(_KEEP, _values(event, by) | {"channel": CHANNEL, "at": held})


def _values(event: Event, by: Actor) -> dict[str, Any]:
    return {
        "name": event_name(type(event).__name__),
        "subject": event.subject,
        "subject_id": event.subject_id,
        "request_id": event.request_id,
        "agency_id": event.agency_id,
        "actor_id": by.person_id,
        "actor_role": by.role.value,
        "facts": json.dumps(event.facts()),
    }
