"""The state as plain JSON values and back."""

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, cast

from media.call.domain import CallState


def to_json(state: CallState) -> dict[str, Any]:
    """Return the state as JSON values; what stands at its usual value is left out."""
    plain: dict[str, Any] = _plain(state)
    return plain


def from_json(kept: Mapping[str, Any]) -> CallState:
    """Return the state that `to_json` wrote; what an older release did not know has its usual value."""
    state: CallState = _revived(CallState, kept)
    return state


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        pairs = ((it, getattr(value, it.name)) for it in dataclasses.fields(value))
        return {it.name: _plain(inner) for it, inner in pairs if inner != it.default}
    if isinstance(value, tuple):
        return [_plain(it) for it in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _revived(kind: Any, value: Any) -> Any:
    if value is None or kind in {str, int, float, bool}:
        return value
    if kind is datetime:
        return datetime.fromisoformat(value)
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is types.UnionType:
        return _revived(next(it for it in arguments if it is not type(None)), value)
    if typing.get_origin(kind) is tuple:
        kinds = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_revived(it, inner) for it, inner in zip(kinds, value, strict=True))
    if dataclasses.is_dataclass(kind):
        hints = _hints(cast(type, kind))
        return cast(type, kind)(
            **{name: _revived(hints[name], inner) for name, inner in value.items() if name in hints}
        )
    return kind(value)


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
