"""What can be done with terms. The only file here that writes."""

import csv
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from dispatch.calendars.domain import local_day
from dispatch.terms import permissions, queries
from dispatch.terms.domain import Term, value_fits
from dispatch.terms.events import TermChanged
from dispatch.terms.models import TermRow
from kernel.actor import Actor
from kernel.database import transaction
from kernel.errors import Invalid
from kernel.words import readable

_SEED = Path(__file__).with_name("seed.csv")
_SEEDED_FROM = date(2015, 1, 1)
_SOURCE_LIMIT = 200


def seed_terms() -> None:
    """Add the terms of this release that the table does not know yet; what it knows is the administrator's."""
    with transaction() as tx:
        known = {(it.name, it.service) for it in tx.session.execute(select(TermRow.name, TermRow.service).distinct())}
        for term in first_terms():
            if (term.name, term.service) not in known:
                tx.session.add(TermRow(**{name: getattr(term, name) for name in Term.__slots__}))
    queries.forget()


def first_terms() -> list[Term]:
    """Return the terms a new house begins with."""
    with _SEED.open(encoding="utf-8", newline="") as file:
        return [_first(row) for row in csv.DictReader(file)]


def _first(row: dict[str, str]) -> Term:
    band = {"band_from": int(row["band_from"]), "band_to": int(row["band_to"])}
    words = {name: row[name] for name in ("name", "service", "unit", "source")}
    return Term(**words, **band, value=float(row["value"]), valid_from=_SEEDED_FROM)


def change_term(term_id: int, *, by: Actor, value: float, valid_from: date, source: str) -> int:
    """Give a term another value from a (local) day on: the row in force ends the day before, a new one begins.

    Emits: TermChanged.
    Raises: Forbidden, Invalid, NotFound.
    """
    permissions.require(by)
    source = readable(source, "source")
    with transaction() as tx:
        old = tx.locked(TermRow, term_id)
        if wrong := _wrong(old, value, valid_from, source, local_day(tx.now())):
            raise Invalid(fields=wrong)
        old.valid_until = valid_from - timedelta(days=1)
        tx.session.flush()
        same = {name: getattr(old, name) for name in ("name", "service", "band_from", "band_to", "unit")}
        new = tx.add(TermRow(**same, value=value, valid_from=valid_from, source=source))
        tx.emit(TermChanged(term_id=new.id, name=old.name, before=old.value, after=value, valid_from=valid_from), by)
        new_id = new.id
    queries.forget()
    return new_id


def _wrong(old: TermRow, value: float, valid_from: date, source: str, today: date) -> dict[str, str]:
    wrong = {}
    if not value_fits(old.name, old.unit, value):
        wrong["value"] = "out_of_range"
    if old.valid_until is not None:
        wrong["valid_from"] = "not_in_force"
    elif valid_from < today or valid_from <= old.valid_from:
        wrong["valid_from"] = "moment_passed"
    if not 0 < len(source) <= _SOURCE_LIMIT:
        wrong["source"] = "too_long" if source else "required"
    return wrong
