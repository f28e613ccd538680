"""What can be done with terms. The only file here that writes."""

import csv
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import func, select

from dispatch.terms import queries
from dispatch.terms.events import TermChanged
from dispatch.terms.models import TermRow
from kernel.actor import Actor, Role
from kernel.database import transaction
from kernel.errors import Forbidden, Invalid

_SEED = Path(__file__).with_name("seed.csv")
_SEEDED_FROM = date(2015, 1, 1)


def seed_terms() -> None:
    """Fill an empty table with the first terms; one that has rows is left as it is."""
    with transaction() as tx, _SEED.open(encoding="utf-8", newline="") as file:
        if tx.session.scalar(select(func.count()).select_from(TermRow)):
            return
        for row in csv.DictReader(file):
            band = {"band_from": int(row["band_from"]), "band_to": int(row["band_to"])}
            words = {name: row[name] for name in ("name", "service", "unit", "source")}
            tx.session.add(TermRow(**words, **band, value=float(row["value"]), valid_from=_SEEDED_FROM))
    queries.forget()


def change_term(term_id: int, *, by: Actor, value: float, valid_from: date, source: str) -> int:
    """Give a term another value from a day on: the row in force ends the day before, a new one begins.

    Emits: TermChanged.
    Raises: Forbidden, Invalid, NotFound.
    """
    if by.role is not Role.ADMINISTRATOR:
        raise Forbidden()
    with transaction() as tx:
        old = tx.locked(TermRow, term_id)
        today = tx.now().date()
        wrong = {}
        if not 0 <= value <= 100_000:
            wrong["value"] = "out_of_range"
        if valid_from < today or valid_from <= old.valid_from:
            wrong["valid_from"] = "moment_passed"
        if not source.strip() or len(source) > 200:
            wrong["source"] = "required"
        if old.valid_until is not None:
            wrong["valid_from"] = "not_in_force"
        if wrong:
            raise Invalid(fields=wrong)
        old.valid_until = valid_from - timedelta(days=1)
        tx.session.flush()
        same = {name: getattr(old, name) for name in ("name", "service", "band_from", "band_to", "unit")}
        new = tx.add(TermRow(**same, value=value, valid_from=valid_from, source=source.strip()))
        tx.emit(TermChanged(term_id=new.id, name=old.name, before=old.value, after=value, valid_from=valid_from), by)
        new_id = new.id
    queries.forget()
    return new_id
