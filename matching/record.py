"""A decision on paper: what it was made from, small enough to keep with each, and enough to make it again."""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from typing import Any

from matching.cases import Asked, Case
from matching.domain import Candidate, Job, LanguageSkill, Need, Place
from matching.hours import Deviation, Stretch

_KINDS = {it.__name__: it for it in (Asked, Candidate, Case, Deviation, Job, LanguageSkill, Need, Place, Stretch)}
# What is worked out from the rest.
_DERIVED = {"held_on"}


def pack(case: Case, needs: Sequence[Need], people: Iterable[Candidate]) -> bytes:
    """Return everything about a request and its people that a decision is made from; equal values give equal bytes."""
    known = sorted({it.interpreter_id: it for it in people}.values(), key=lambda it: it.interpreter_id)
    whole = {"case": _plain(case), "needs": [_plain(it) for it in needs], "people": [_plain(it) for it in known]}
    return zlib.compress(json.dumps(whole, sort_keys=True, separators=(",", ":")).encode(), 6)


def unpack(packed: bytes) -> tuple[Case, list[Need], list[Candidate]]:
    """Return what `pack` was given.

    Raises: ValueError: these are no packed values.
    """
    try:
        whole = json.loads(zlib.decompress(packed))
    except zlib.error as error:
        raise ValueError("not a packed decision") from error
    return _value(whole["case"]), [_value(it) for it in whole["needs"]], [_value(it) for it in whole["people"]]


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; of a dataclass only what differs from its defaults."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = {it.name: getattr(value, it.name) for it in fields(value) if it.name not in _DERIVED}
        usual = {it.name: it.default for it in fields(value)}
        return {"": type(value).__name__} | {name: _plain(it) for name, it in kept.items() if it != usual[name]}
    if isinstance(value, datetime | date | time):
        return {"": type(value).__name__, "at": value.isoformat()}
    if isinstance(value, frozenset):
        return {"": "set", "of": sorted(value)}
    return [_plain(it) for it in value] if isinstance(value, tuple | list) else value


def _value(plain: Any) -> Any:
    if isinstance(plain, list):
        return tuple([_value(it) for it in plain])
    if not isinstance(plain, dict):
        return plain
    kind = plain[""]
    if kind == "set":
        return frozenset(plain["of"])
    if kind in _MOMENTS:
        return _MOMENTS[kind].fromisoformat(plain["at"])
    return _KINDS[kind](**{name: _value(it) for name, it in plain.items() if name})


_MOMENTS: dict[str, Any] = {it.__name__: it for it in (datetime, date, time)}
