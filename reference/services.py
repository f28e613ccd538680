"""Loads the reference data of this release. The only file here that writes."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import delete, tuple_
from sqlalchemy.dialects.postgresql import insert

from kernel.database import Base, Transaction, transaction
from reference import queries
from reference.domain import area_of
from reference.models import LanguageRow, MunicipalityRow, UnderstandsRow

_HERE = Path(__file__).parent
_BATCH = 1000


def load_reference() -> None:
    """Bring languages and municipalities to the state of this release's files. Safe to repeat.

    A language is never taken away: requests of the past name it.
    """
    with transaction() as tx:
        languages = list(_read("languages.csv"))
        for row in languages:
            row["rtl"] = row["rtl"] == "1"
        orphans = [{**row, "parent": None} for row in languages]
        _upsert(tx, LanguageRow, orphans, ["iso639_3"])
        with_parent = [{**row, "parent": row["parent"]} for row in languages if row["parent"]]
        _upsert(tx, LanguageRow, with_parent, ["iso639_3"])
        links = list(_read("understands.csv"))
        pair = tuple_(UnderstandsRow.speaker_of, UnderstandsRow.understands)
        tx.session.execute(delete(UnderstandsRow).where(pair.not_in([tuple(row.values()) for row in links])))
        _upsert(tx, UnderstandsRow, links, ["speaker_of", "understands"])
        municipalities = [_municipality(row) for row in _read("municipalities.csv")]
        kept = [row["nis_code"] for row in municipalities]
        tx.session.execute(delete(MunicipalityRow).where(MunicipalityRow.nis_code.not_in(kept)))
        _upsert(tx, MunicipalityRow, municipalities, ["nis_code"])
    queries.forget()


def _read(name: str) -> Iterator[dict[str, Any]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _municipality(row: dict[str, str]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: row[name] for name in ("nis_code", "name_nl", "name_fr", "postcodes")}
    place = {"lat": float(row["lat"]), "lon": float(row["lon"])}
    return kept | place | {"area": area_of(row["province"], row["region"])}


def _upsert(tx: Transaction, kind: type[Base], rows: list[dict[str, Any]], key: list[str]) -> None:
    for start in range(0, len(rows), _BATCH):
        statement = insert(kind).values(rows[start : start + _BATCH])
        others = {name: statement.excluded[name] for name in rows[0] if name not in key}
        if others:
            statement = statement.on_conflict_do_update(index_elements=key, set_=others)
        else:
            statement = statement.on_conflict_do_nothing()
        tx.session.execute(statement)
