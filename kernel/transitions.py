"""Transition tables: which action leads from which status to which, and who may take it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from kernel.actor import Role
from kernel.errors import Forbidden, NotAllowedNow

Row = tuple[StrEnum, Collection[StrEnum], StrEnum, Collection[Role]]


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow of a table."""

    action: StrEnum
    source: StrEnum
    target: StrEnum
    by: frozenset[Role]


class TransitionTable:
    """The life of a thing, as data. Rows are (action, from, to, by); an action has one target per source."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._arrows: dict[tuple[str, str], Transition] = {}
        for action, sources, target, by in rows:
            for source in sorted(sources):
                if (action, source) in self._arrows:
                    raise ValueError(f"{action} from {source} is listed twice")
                self._arrows[action, source] = Transition(action, source, target, frozenset(by))

    def __iter__(self) -> Iterator[Transition]:
        return iter(self._arrows.values())

    def next(self, action: StrEnum, source: str, role: Role | None = None) -> StrEnum:
        """Return the status after `action`; with `role`, refuse roles that may not take it.

        Raises:
            NotAllowedNow: the table has no such row.
            Forbidden: it has, but not for this role.
        """
        if (arrow := self._arrows.get((action, source))) is None:
            raise NotAllowedNow(action=str(action), status=str(source))
        if role is not None and role not in arrow.by:
            raise Forbidden(action=str(action))
        return arrow.target

    def allows(self, action: StrEnum, source: str, role: Role) -> bool:
        """Return whether `role` may take `action` from `source`."""
        arrow = self._arrows.get((action, source))
        return arrow is not None and role in arrow.by

    def actions(self, source: str, role: Role) -> list[StrEnum]:
        """Return what `role` may do from `source`: the buttons of a page."""
        return [arrow.action for arrow in self if arrow.source == source and role in arrow.by]

    def sources(self, action: StrEnum) -> frozenset[str]:
        """Return every status from which `action` is possible."""
        return frozenset(arrow.source for arrow in self if arrow.action == action)

    def mermaid(self) -> str:
        """Return the table as a Mermaid diagram, for docs/status/."""
        arrows = (f"    {arrow.source} --> {arrow.target}: {arrow.action}" for arrow in self)
        return "\n".join(["stateDiagram-v2", *arrows])
