"""Search over everything the desk knows: requests, interpreters, customers. Nothing here writes.

Every word has to fit: a number, a name, a language, a municipality. Words are first looked up in the small tables;
requests are then found by keys. No extension of the database is needed (ADR 34).
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Text, and_, cast, false, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from dispatch.assignments.models import AssignmentRow
from dispatch.interpreters import queries as register
from dispatch.interpreters.models import InterpreterLanguageRow, InterpreterRow
from dispatch.requests import queries as requests
from dispatch.requests.models import RequestRow
from kernel.actor import Actor
from kernel.database import rows
from people.models import MembershipRow, OrganisationRow, PersonRow
from reference import queries as reference
from reference.domain import folded

_WORDS, _SHOWN, _SHORTEST = 6, 10, 2
# Letters with a mark, and the plain letter each is compared as: what `folded` does, said to the database.
_MARKED, _PLAIN = zip(
    *(
        (char, plain)
        for char in map(chr, range(0xC0, 0x250))
        if len(plain := folded(char)) == 1 and plain.isascii() and unicodedata.category(char)[0] == "L"
    ),
    strict=True,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of each kind, the likeliest first; at most ten of each."""

    words: tuple[str, ...]
    requests: Sequence[Row[Any]] = ()
    interpreters: Sequence[Row[Any]] = ()
    customers: Sequence[Row[Any]] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.requests or self.interpreters or self.customers)


def search(text: str, *, by: Actor) -> Found:
    """Return what fits every word somebody typed, of what the actor may see."""
    words = tuple(it for it in folded(text)[:100].replace("\0", " ").split() if len(it) >= _SHORTEST)[:_WORDS]
    if not words:
        return Found(words)
    return Found(words, _requests(words, by), _interpreters(words, by), _customers(words, by))


def _requests(words: Sequence[str], by: Actor) -> Sequence[Row[Any]]:
    row = RequestRow
    columns = (
        row.id, row.reference, row.status, row.outcome, row.service, row.language, row.starts_at, row.ends_at,
        row.municipality, OrganisationRow.name.label("organisation"),
    )  # fmt: skip
    query = select(*columns).join(OrganisationRow, OrganisationRow.id == row.organisation_id)
    query = query.where(requests.visible_to(by), *(_of_request(word, by) for word in words))
    return rows(query.order_by(row.id.desc()).limit(_SHOWN))


def _of_request(word: str, by: Actor) -> ColumnElement[bool]:
    """Return what makes a request fit one word: its own number, or a key found in a small table."""
    row = RequestRow
    fits: list[ColumnElement[bool]] = []
    if any(char.isdigit() for char in word):
        fits += [row.reference.istartswith(word, autoescape=True), func.lower(row.client_reference) == word]
    if codes := reference.languages_like(word):
        fits.append(row.language.in_(codes))
    if towns := reference.municipalities_like(word):
        fits.append(row.municipality.in_(towns))
    if organisations := _organisations(word, by):
        fits.append(_among(row.organisation_id, organisations))
    if askers := _requesters(word, by):
        fits.append(_among(row.requester_id, askers))
    if bound := _named_interpreters(word, by):
        theirs = select(AssignmentRow.request_id).where(_among(AssignmentRow.interpreter_id, bound))
        fits.append(row.id.in_(theirs))
    return or_(*fits) if fits else false()


def _interpreters(words: Sequence[str], by: Actor) -> Sequence[Row[Any]]:
    row = InterpreterRow
    spoken = select(func.array_agg(InterpreterLanguageRow.language)).where(
        InterpreterLanguageRow.interpreter_id == row.id
    )
    columns = (row.id, row.number, PersonRow.name, row.municipality, spoken.scalar_subquery().label("languages"))
    query = select(*columns).join(PersonRow, PersonRow.id == row.person_id)
    query = query.where(register.visible_to(by), *(_of_interpreter(word) for word in words))
    return rows(query.order_by(PersonRow.name, row.id).limit(_SHOWN))


def _of_interpreter(word: str) -> ColumnElement[bool]:
    row, spoken = InterpreterRow, InterpreterLanguageRow
    fits = [_has(PersonRow.name, word), row.number.istartswith(word, autoescape=True), _has(row.municipality, word)]
    if codes := reference.languages_like(word):
        fits.append(row.id.in_(select(spoken.interpreter_id).where(spoken.language.in_(codes))))
    return or_(*fits)


def _customers(words: Sequence[str], by: Actor) -> Sequence[Row[Any]]:
    row = OrganisationRow
    columns = (row.id, row.customer_code, row.name, row.municipality)
    fits = (
        or_(_has(row.name, it), row.customer_code.istartswith(it, autoescape=True), _has(row.municipality, it))
        for it in words
    )
    return rows(select(*columns).where(row.agency_id.in_(by.agency_ids), *fits).order_by(row.name).limit(_SHOWN))


def _organisations(word: str, by: Actor) -> list[int]:
    row = OrganisationRow
    return [it.id for it in rows(select(row.id).where(row.agency_id.in_(by.agency_ids), _has(row.name, word)))]


def _requesters(word: str, by: Actor) -> list[int]:
    row = MembershipRow
    query = (
        select(row.person_id)
        .join(OrganisationRow, OrganisationRow.id == row.organisation_id)
        .join(PersonRow, PersonRow.id == row.person_id)
        .where(OrganisationRow.agency_id.in_(by.agency_ids), _has(PersonRow.name, word))
    )
    return [it.person_id for it in rows(query.distinct())]


def _named_interpreters(word: str, by: Actor) -> list[int]:
    row = InterpreterRow
    query = select(row.id).join(PersonRow, PersonRow.id == row.person_id)
    named = or_(_has(PersonRow.name, word), func.lower(row.number) == word)
    return [it.id for it in rows(query.where(and_(register.visible_to(by), named)))]


def _has(column: Any, word: str) -> ColumnElement[bool]:
    """Return whether a text has `word` (folded) in it, marks and case aside."""
    plain = func.translate(func.lower(column), "".join(_MARKED), "".join(_PLAIN), type_=Text)
    found: ColumnElement[bool] = plain.contains(word, autoescape=True)
    return found


def _among(column: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    wanted: ColumnElement[bool] = column == func.any(cast(list(ids), ARRAY(BigInteger)))
    return wanted
