"""Whom to ask next, over which channel, and when to look again: ways of asking, as objects.

A policy is a value: `plan` gives the same plan for the same case. It asks for whatever options the prospects hold, so
give it those of option 0 alone, or wrap it in `WithFallback`. Times are minutes since a moment of the caller's choice.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil

from matching.cases import (
    ASKED,
    ENOUGH_ASKED,
    NOBODY_LEFT,
    NOT_YET,
    Ask,
    Asked,
    Case,
    Plan,
    Policy,
    Prospect,
    nothing_to_ask,
)
from matching.hunt import Hunt
from matching.reaction import PUSH, VOICE, Reactions

Order = Callable[[Prospect], float]
USUAL = Reactions()
# Answers that come in the same second are one moment.
_BLINK = 1e-6


def by_cost(who: Prospect) -> float:
    """Cheapest first."""
    return who.cost_minutes


@dataclass(frozen=True, slots=True)
class ByWorth:
    """Dearer people come first when they are enough likelier to say yes: a certain yes is worth `value_minutes`."""

    value_minutes: float = 150.0
    per_option_minutes: float = 30.0

    def __call__(self, who: Prospect) -> float:
        return who.cost_minutes + self.per_option_minutes * who.option - self.value_minutes * who.p_yes


@dataclass(frozen=True, slots=True)
class Waves:
    """Ask `size` people, wait `minutes` (`minutes_now` for work that starts at once), ask the next; best first."""

    size: int
    minutes: float
    minutes_now: float
    order: Order = by_cost

    def plan(self, case: Case, prospects: Sequence[Prospect]) -> Plan:
        """Ask a full wave when the last one is over or everybody in it has answered."""
        if (nothing := nothing_to_ask(case)) is not None:
            return nothing
        pause = self.minutes_now if case.immediate else self.minutes
        last = max((it.sent_at for it in case.asked), default=case.created_at)
        thinking = any(it.is_open for it in case.asked if it.sent_at == last)
        if thinking and (waited := case.awake_between(last, case.now)) < pause - _BLINK:
            return Plan((), case.after(pause - waited), _least_preferred(case.asked), ENOUGH_ASKED)
        chosen = waiting(case, prospects, self.order)[: self.size]
        return _asking(case, chosen, case.after(pause))


def sequential(minutes: float = 45.0, minutes_now: float = 2.0, order: Order = by_cost) -> Waves:
    """Return the policy that asks one after the other."""
    return Waves(1, minutes, minutes_now, order)


def broadcast(minutes: float = 60.0, minutes_now: float = 5.0) -> Waves:
    """Return the policy that asks everybody at once: the fastest, and the greatest nuisance."""
    return Waves(1_000_000, minutes, minutes_now)


@dataclass(frozen=True, slots=True)
class AdaptiveWaves:
    """Ask as few people at a time as still leaves a chance of `target` over the whole time that is left.

    So with days to go one or two, with an hour to go many. A round lasts until `part` of the answers have come; where
    all who are left do not give the target, waiting spares nobody, and near the start a no is likelier: then there is
    only the part `rounds_short` of those rounds. Nobody knows how long a caller waits: for work that starts at once the
    window is `caller_minutes`, asked again and again, the first round alone gives a chance of `first_now`, and people
    are reached over `channel_now`.
    """

    target: float = 0.93
    order: Order = ByWorth()
    reactions: Reactions = USUAL
    spread: float = 0.7
    part: float = 0.8
    part_now: float = 0.35
    rounds_short: float = 0.5
    caller_minutes: float = 5.0
    first_now: float = 0.75
    channel_now: str = PUSH

    def plan(self, case: Case, prospects: Sequence[Prospect]) -> Plan:
        """Ask the best of those not asked yet, so many that the target can still be reached."""
        if (nothing := nothing_to_ask(case)) is not None:
            return nothing
        channel = self.channel_now if case.immediate else PUSH
        curve = self.reactions.of(channel, case.immediate)
        left = window(case, self.caller_minutes)
        round_minutes = curve.until(self.part_now if case.immediate else self.part)
        queue = waiting(case, prospects, self.order)
        hunt = Hunt.of(case, prospects, self.reactions, self.spread, left)
        chances = [it.p_yes for it in queue]
        needed = hunt.needed(chances, curve.within(left), self.target)
        rounds = left / round_minutes
        if needed == len(queue) and not case.immediate:
            rounds *= self.rounds_short
        at_once = ceil(needed / max(1.0, rounds))
        fresh = [it for it in case.asked if it.is_open and _silence(case, it) < round_minutes - _BLINK]
        if case.immediate and not case.asked:
            at_once = max(at_once, hunt.needed(chances, curve.reach, self.first_now))
        again_at = _next_look(case, fresh, round_minutes)
        plan = _asking(case, queue[: max(0, at_once - len(fresh))], again_at, channel)
        if not plan.ask and queue:
            plan = replace(plan, reason=ENOUGH_ASKED, again_at=again_at)
        return replace(plan, fill=hunt.chance(chances[: len(plan.ask)], curve.within(left)))


@dataclass(frozen=True, slots=True)
class Horizon:
    """Look only every `minutes`, so that requests of the same moment are planned together; never for a caller."""

    policy: Policy
    minutes: float = 20.0

    def plan(self, case: Case, prospects: Sequence[Prospect]) -> Plan:
        """Wait for the next round moment, then do as the policy does."""
        over = case.now % self.minutes
        if case.immediate or over < _BLINK:
            return self.policy.plan(case, prospects)
        return Plan((), min(case.deadline, case.now - over + self.minutes), _least_preferred(case.asked), NOT_YET)


@dataclass(frozen=True, slots=True)
class WithFallback:
    """Open the consented alternatives, the preferred one first, when the request as asked may not be filled in time.

    An alternative opens when all who are left give less than `target`, or when `spent` of the time is gone.
    """

    policy: Policy
    target: float = 0.8
    spent: float = 0.5
    reactions: Reactions = USUAL
    spread: float = 0.7
    caller_minutes: float = 5.0

    def plan(self, case: Case, prospects: Sequence[Prospect]) -> Plan:
        """Let the policy choose among the options that are open by now."""
        opened = self._opened(case, prospects)
        plan = self.policy.plan(case, [it for it in prospects if it.option <= opened])
        return replace(plan, open_option=max(opened, plan.open_option))

    def _opened(self, case: Case, prospects: Sequence[Prospect]) -> int:
        options = sorted({it.option for it in prospects})
        opened = _least_preferred(case.asked)
        used = case.awake_between(case.created_at, case.now)
        left = window(case, self.caller_minutes)
        reached = self.reactions.of(PUSH, case.immediate).within(left)
        for option in options:
            if option <= opened:
                continue
            within = [it for it in prospects if it.option <= opened]
            chances = [it.p_yes for it in waiting(case, within, by_cost)]
            hunt = Hunt.of(case, within, self.reactions, self.spread, left)
            if used < self.spent * (used + left) and hunt.chance(chances, reached) >= self.target:
                break
            opened = option
        return opened


@dataclass(frozen=True, slots=True)
class WithSecondChannel:
    """Call people who never opened the message, where the next one in the order is no better: unseen is not refused."""

    policy: Policy
    minutes: float = 60.0
    minutes_now: float = 2.0
    order: Order = ByWorth()
    reactions: Reactions = USUAL

    def plan(self, case: Case, prospects: Sequence[Prospect]) -> Plan:
        """Replace those the policy would ask by silent people who are worth more, and call these."""
        plan = self.policy.plan(case, prospects)
        if plan.reason not in (ASKED, NOBODY_LEFT):
            return plan
        silent = self._silent(case, prospects)
        if not silent:
            return plan if plan.ask else replace(plan, again_at=self._first_due(case))
        value = {(it.interpreter_id, it.option): self.order(it) for it in prospects}
        calls = [Ask(it.interpreter_id, it.option, VOICE, case.deadline) for it in silent]
        if not plan.ask:
            again_at = case.after(self._pause(case))
            return replace(plan, ask=tuple(calls[:1]), again_at=again_at, reason=ASKED)
        everybody = sorted([*plan.ask, *calls], key=lambda it: value[it.interpreter_id, it.option])
        return replace(plan, ask=tuple(everybody[: len(plan.ask)]))

    def _unseen(self, case: Case) -> list[Asked]:
        """Return the open messages nobody has looked at, of people who were not called."""
        called = {(it.interpreter_id, it.option) for it in case.asked if it.channel == VOICE}
        open_ones = [it for it in case.asked if it.is_open and it.seen_at is None]
        return [it for it in open_ones if (it.interpreter_id, it.option) not in called]

    def _first_due(self, case: Case) -> float | None:
        """Return when the first of the unseen messages has been lying long enough, if there is any."""
        waits = [self._pause(case) - _silence(case, it) for it in self._unseen(case)]
        waits = [it for it in waits if it > _BLINK]
        return case.after(min(waits)) if waits else None

    def _silent(self, case: Case, prospects: Sequence[Prospect]) -> list[Prospect]:
        """Return who has a message lying unseen long enough and was not called, best first."""
        long_ago = [it for it in self._unseen(case) if _silence(case, it) >= self._pause(case) - _BLINK]
        unseen = {(it.interpreter_id, it.option) for it in long_ago}
        silent = [it for it in prospects if (it.interpreter_id, it.option) in unseen]
        return sorted(silent, key=lambda it: (self.order(it), it.option, it.interpreter_id))

    def _pause(self, case: Case) -> float:
        return self.minutes_now if case.immediate else self.minutes


def ours(reactions: Reactions = USUAL, spread: float = 0.7) -> Policy:
    """Return the policy of the house, with what was learned about answers: patient, with fallback and second channel.

    For a caller it rings people at once. Source: docs/matching.md.
    """
    patient = AdaptiveWaves(reactions=reactions, spread=spread, channel_now=VOICE, caller_minutes=3.5)
    return WithFallback(WithSecondChannel(patient, reactions=reactions), reactions=reactions, spread=spread)


OURS = ours()


def waiting(case: Case, prospects: Iterable[Prospect], order: Order) -> list[Prospect]:
    """Return who can be asked now, first one first: not asked for that option, and not thinking about another."""
    before = {(it.interpreter_id, it.option) for it in case.asked}
    thinking = {it.interpreter_id for it in case.asked if it.is_open}
    best: dict[int, tuple[float, int, int, Prospect]] = {}
    for it in prospects:
        who = it.interpreter_id
        if who in thinking or (who, it.option) in before:
            continue
        place = (order(it), it.option, who, it)
        if who not in best or place[:2] < best[who][:2]:
            best[who] = place
    return [place[3] for place in sorted(best.values(), key=lambda place: place[:3])]


def window(case: Case, caller_minutes: float) -> float:
    """Return how many awake minutes there are to find somebody; of a caller's patience only the usual is known."""
    left = case.awake_between(case.now, case.deadline)
    return min(left, caller_minutes) if case.immediate else left


def _asking(case: Case, chosen: Sequence[Prospect], again_at: float | None, channel: str = PUSH) -> Plan:
    ask = tuple([Ask(it.interpreter_id, it.option, channel, case.deadline) for it in chosen])
    opened = _least_preferred((*case.asked, *ask))
    return Plan(ask, again_at, opened, ASKED) if ask else Plan((), None, opened, NOBODY_LEFT)


def _least_preferred(offers: Iterable[Asked | Ask]) -> int:
    return max((it.option for it in offers), default=0)


def _silence(case: Case, offer: Asked) -> float:
    return case.awake_between(offer.sent_at, case.now)


def _next_look(case: Case, fresh: Iterable[Asked], round_minutes: float) -> float:
    """Return when the first of those who think has been silent for a round, or a round from now."""
    return case.after(min((round_minutes - _silence(case, it) for it in fresh), default=round_minutes))
