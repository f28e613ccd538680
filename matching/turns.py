"""Ways of asking that somebody prescribes: so many at once, then the next; or these people."""

from collections.abc import Sequence
from dataclasses import dataclass

from matching.cases import ASKED, ENOUGH_ASKED, NOBODY_LEFT, Ask, Case, Plan, Prospect, nothing_to_ask
from matching.policy import ByWorth, Order, waiting
from matching.reaction import PUSH


@dataclass(frozen=True, slots=True)
class InTurn:
    """Ask the best `size` (None: everybody), and the next when nobody thinks any more. An early no changes nothing."""

    size: int | None
    order: Order = ByWorth()

    def __post_init__(self) -> None:
        if self.size is not None and self.size < 1:
            raise ValueError(f"a turn asks somebody: size {self.size}")

    def plan(self, case: Case, prospects: Sequence[Prospect]) -> Plan:
        """Ask the next when the offers of the last turn are over."""
        if (nothing := nothing_to_ask(case)) is not None:
            return nothing
        opened = max((it.option for it in prospects), default=0)
        if any(it.is_open for it in case.asked):
            return Plan((), None, opened, ENOUGH_ASKED)
        chosen = waiting(case, prospects, self.order)[: self.size]
        return Plan(_asks(case, chosen), None, opened, ASKED if chosen else NOBODY_LEFT)


@dataclass(frozen=True, slots=True)
class Only:
    """Ask exactly these people, as far as they may come and were not asked, each for the best she can do."""

    people: frozenset[int]
    order: Order = ByWorth()

    def plan(self, case: Case, prospects: Sequence[Prospect]) -> Plan:
        """Ask those of them who may be asked now."""
        if (nothing := nothing_to_ask(case)) is not None:
            return nothing
        chosen = [it for it in waiting(case, prospects, self.order) if it.interpreter_id in self.people]
        opened = max([*(it.option for it in case.asked), *(it.option for it in chosen)], default=0)
        return Plan(_asks(case, chosen), None, opened, ASKED if chosen else NOBODY_LEFT)


def _asks(case: Case, chosen: Sequence[Prospect]) -> tuple[Ask, ...]:
    return tuple([Ask(it.interpreter_id, it.option, PUSH, case.deadline) for it in chosen])
