"""The one statement that keeps a fact and tells the sockets."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from kernel.actor import Actor
from kernel.events import Event, event_name

CHANNEL = "events"

# The notification travels with the commit: nothing is announced that did not happen.
_KEEP = text(
    """
    WITH kept AS (
        INSERT INTO events (at, name, subject, subject_id, request_id, agency_id, actor_id, actor_role, facts)
        VALUES (coalesce(:at, clock_timestamp()), :name, :subject, :subject_id, :request_id, :agency_id,
                :actor_id, :actor_role, cast(:facts AS jsonb))
        RETURNING id
    )
    SELECT pg_notify(:channel, json_build_object('id', id, 'name', cast(:name AS text),
        'request_id', cast(:request_id AS bigint), 'agency_id', cast(:agency_id AS bigint),
        'subject', cast(:subject AS text), 'subject_id', cast(:subject_id AS bigint))::text)
    FROM kept
    """
)


def keep(connection: Connection, event: Event, by: Actor, *, held: datetime | None = None) -> None:
    """Insert the event and notify `CHANNEL` on commit. `held`: the moment at which a test holds time still."""
    connection.execute(_KEEP, _values(event, by) | {"channel": CHANNEL, "at": held})


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
