"""An agency with interpreters enough, and requests put before them: what the races of accepting stand on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from dispatch.calendars.services import seed_closing_days
from dispatch.customers.services import make_agreement
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import db
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.people import a_requester, a_staff_member, an_agency, an_organisation


@dataclass(frozen=True)
class Crowd:
    """Who asks, who coordinates, and who interprets."""

    agency_id: int
    requester: Actor
    coordinator: Actor
    interpreters: tuple[Actor, ...]


def gather(interpreters: int) -> Crowd:
    """Make an agency with so many interpreters of Arabic."""
    agency = an_agency(second_factor_required=False)
    seed_closing_days(agency.id, range(2024, 2031))
    organisation = an_organisation(agency)
    make_agreement(organisation.id, by=SYSTEM, valid_from=date(2020, 1, 1))
    people = tuple(acting(an_interpreter(agency=agency, week=())) for _ in range(interpreters))
    return Crowd(agency.id, a_requester(organisation), a_staff_member(agency, Role.COORDINATOR), people)


# Every request has an hour of its own, so that nobody is booked double whoever wins.
_REQUESTS = text(
    """INSERT INTO requests (reference, agency_id, organisation_id, requester_id, service, language, starts_at,
         ends_at, held_on, municipality, region, status, created_at, submitted_at, hard_stop_at, wave)
       SELECT 'B-' || n, :agency, :organisation, :requester, 'telephone', 'arb', slot, slot + interval '1 hour',
         slot::date, NULL, 'flanders', 'searching', now(), now(), slot, 1
       FROM (SELECT n, date_trunc('hour', now()) + make_interval(days => 10, hours => 2 * n) AS slot
             FROM generate_series(cast(:first AS int), cast(:last AS int)) n) series
       RETURNING id"""
)
_OFFERS = text(
    """INSERT INTO offers (request_id, interpreter_id, request_version, wave, status, service, language, starts_at,
         ends_at, fee_cents, explanation, created_at, sent_at, expires_at)
       SELECT r.id, who, 1, 1, 'sent', r.service, r.language, r.starts_at, r.ends_at, 800, '{}', now(), now(),
         now() + interval '1 day'
       FROM requests r CROSS JOIN unnest(cast(:people AS bigint[])) who WHERE r.id = ANY(:requests)
       RETURNING id"""
)


def ask(crowd: Crowd, first: int, last: int) -> list[int]:
    """Write the requests numbered `first` to `last`, without offers; return their ids."""
    who = {
        "agency": crowd.agency_id,
        "organisation": crowd.requester.organisation_id,
        "requester": crowd.requester.person_id,
    }
    ids = list(db.session.scalars(_REQUESTS, who | {"first": first, "last": last}))
    db.session.commit()
    return ids


def offer(requests: Sequence[int], people: Sequence[Actor]) -> list[int]:
    """Put every request before everybody of `people`; return the offers, per request in the order of the people."""
    values = {"people": [it.interpreter_id for it in people], "requests": list(requests)}
    db.session.execute(_OFFERS, values)
    ordered = text(
        "SELECT id FROM offers WHERE request_id = ANY(:requests) AND interpreter_id = ANY(:people)"
        " ORDER BY request_id, array_position(:people, interpreter_id)"
    )
    ids = list(db.session.scalars(ordered, values))
    db.session.commit()
    return ids
