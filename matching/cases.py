"""What a policy sees and what it says: a request that looks for somebody, who may come, who was asked, whom to ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

YES, NO, EXPIRED, WITHDRAWN = "yes", "no", "expired", "withdrawn"

# Why a plan is as it is; pages make the sentence.
ASKED, ENOUGH_ASKED, NOT_YET, NOBODY_LEFT, TOO_LATE, QUIET = (
    "asked", "enough_asked", "not_yet", "nobody_left", "too_late", "quiet_hours",
)  # fmt: skip
REASONS = (ASKED, ENOUGH_ASKED, NOT_YET, NOBODY_LEFT, TOO_LATE, QUIET)


@dataclass(frozen=True, slots=True)
class Prospect:
    """Somebody who may come, for one option: 0 as asked, 1 and on the consented alternatives in order of preference.

    p_yes: the chance that she says yes once she has seen it. cost_minutes: what her coming costs, lower is better.
    Who was asked before stays a prospect as long as she may come; policies ask nobody twice.
    """

    interpreter_id: int
    option: int
    p_yes: float
    cost_minutes: float


@dataclass(frozen=True, slots=True)
class Asked:
    """An offer made earlier for this request, as far as it is known; `answer` is None while she thinks."""

    interpreter_id: int
    option: int
    channel: str
    sent_at: float
    delivered_at: float | None = None
    seen_at: float | None = None
    answered_at: float | None = None
    answer: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether she can still say yes."""
        return self.answer is None


@dataclass(frozen=True, slots=True)
class Case:
    """A request that looks for somebody. `wave` counts the times that people were asked.

    deadline: of the request as asked while that can still be done, then of what is left. awake: the stretches from
    its creation until the deadline in which people may be disturbed, in order and apart.
    """

    request_id: int
    now: float
    created_at: float
    deadline: float
    immediate: bool
    service: str
    asked: tuple[Asked, ...] = ()
    wave: int = 0
    awake: tuple[tuple[float, float], ...] = ()

    def awake_between(self, start: float, end: float) -> float:
        """Return how many minutes of [start, end) people may be disturbed."""
        total = 0.0
        for since, until in self.awake:
            if since < end and start < until:
                total += min(end, until) - max(start, since)
        return total

    def after(self, minutes: float) -> float:
        """Return the moment at which so many awake minutes have passed from now; at most the deadline."""
        left = minutes
        for since, until in self.awake:
            start = max(since, self.now)
            if until - start >= left:
                return min(self.deadline, start + left)
            left -= max(0.0, until - start)
        return self.deadline

    @property
    def may_disturb(self) -> bool:
        """Whether somebody may be asked at this moment."""
        return any(since <= self.now < until for since, until in self.awake)


@dataclass(frozen=True, slots=True)
class Ask:
    """One offer to make now. She can say yes until `expires_at`."""

    interpreter_id: int
    option: int
    channel: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to ask now, and when to plan again if no answer comes before; None: nothing will change by waiting.

    open_option: the least preferred option people may be asked for by now. fill: the chance, as far as can be told,
    that somebody says yes before the deadline if nobody else is asked.
    """

    ask: tuple[Ask, ...]
    again_at: float | None
    open_option: int
    reason: str
    fill: float = 0.0


class Policy(Protocol):
    """A way of asking."""

    def plan(self, case: Case, prospects: Sequence[Prospect]) -> Plan:
        """Return whom to ask now; the order of `prospects` does not matter."""
        ...


def nothing_to_ask(case: Case) -> Plan | None:
    """Return the plan of a case in which nobody may be asked at this moment, whoever there is."""
    if case.now >= case.deadline:
        return Plan((), None, 0, TOO_LATE)
    if not case.may_disturb:
        opens = [since for since, _ in case.awake if since > case.now]
        return Plan((), min(opens, default=None), 0, QUIET)
    return None
