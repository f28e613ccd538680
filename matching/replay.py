"""A past year again under other rules: would as many requests have been answered, and how many people asked?

Who was really asked answers as she did. Of the others the model tells how many say yes; which of them is decided by
the numbers of request and person, the same for every way of asking, so that two ways are compared like with like.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from heapq import heappop, heappush
from math import exp

from matching.cases import NO, Ask, Asked, Case, Prospect
from matching.decision import Mind, prospects_of
from matching.domain import Candidate, Need
from matching.pool import Pool

# A search that was not over after so many looks is not going to be.
MOST_LOOKS = 200
# A new way of asking may not lose more of the requests of any service than this: one point.
MOST_LOST = 0.01

Answers = Mapping[tuple[int, int], bool]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one request: whether somebody said yes, how many were asked, after how many minutes.

    by: who said yes, and for which option.
    """

    service: str
    filled: bool
    asked: int
    minutes: float | None = None
    by: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Luck:
    """Which of the answers that nobody knows: another salt is another draw. shift: how much more willing (logit)."""

    salt: int = 0
    shift: Mapping[int, float] = field(default_factory=dict)

    def number(self, request_id: int, pair: tuple[int, int], what: str) -> float:
        """Return a number from 0 to 1 that is always the same for the same request, person, option and question."""
        salted = f"{self.salt}/" if self.salt else ""
        digest = blake2b(f"{salted}{request_id}/{pair[0]}/{pair[1]}/{what}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64

    def says_yes(self, request_id: int, who: Prospect) -> bool:
        """Return whether somebody says yes whose answer nobody knows."""
        pair, shift = (who.interpreter_id, who.option), self.shift.get(who.interpreter_id, 0.0)
        odds = who.p_yes / max(1e-9, 1 - who.p_yes) * exp(shift)
        return self.number(request_id, pair, "yes") < odds / (1 + odds)


USUAL_LUCK = Luck()


@dataclass(frozen=True, slots=True)
class ServiceResult:
    """One service under two ways of asking: shares answered (0 to 1), and people asked per request."""

    service: str
    count: int
    answered_now: float
    answered_then: float
    asked_now: float
    asked_then: float

    @property
    def loses(self) -> bool:
        """Whether the new way answers noticeably fewer."""
        return self.answered_then < self.answered_now - MOST_LOST

    def to_dict(self) -> dict[str, object]:
        """Return plain values, to store."""
        return asdict(self) | {"loses": self.loses}


@dataclass(slots=True)
class _Run:
    """One search under way: who was asked, and whose answer comes when."""

    known: Answers
    luck: Luck
    asked: list[Asked] = field(default_factory=list)
    coming: list[tuple[float, int]] = field(default_factory=list)  # (moment, place in `asked`)
    answers: dict[int, bool] = field(default_factory=dict)  # by place in `asked`


def replay(case: Case, needs: Sequence[Need], people: Iterable[Candidate], mind: Mind, known: Answers) -> Replayed:
    """Return what would have become of one request from its first decision on; `known` are the real answers."""
    return replay_among(case, prospects_of(needs, Pool(people), mind), mind, known)


def replay_among(
    case: Case, prospects: Sequence[Prospect], mind: Mind, known: Answers, luck: Luck = USUAL_LUCK
) -> Replayed:
    """Return what would have become of one request among people whose chances are worked out already."""
    chances = {(it.interpreter_id, it.option): it for it in prospects}
    run, now = _Run(known, luck), case.now
    for _ in range(MOST_LOOKS):
        if (found := _heard(run, now)) is not None:
            return _filled(case, run, *found)
        here = replace(case, now=now, asked=tuple(run.asked), wave=len(run.asked))
        plan = mind.policy.plan(here, prospects)
        for ask in plan.ask:
            _send(run, here, ask, chances[ask.interpreter_id, ask.option], mind)
        moments = [it for it in (plan.again_at, run.coming[0][0] if run.coming else None) if it is not None]
        later = min((it for it in moments if it > now), default=None)
        if later is None or later >= case.deadline:
            break
        now = later
    if (found := _heard(run, case.deadline)) is not None:
        return _filled(case, run, *found)
    return Replayed(case.service, False, len(run.asked))


def compare(now: Sequence[Replayed], then: Sequence[Replayed]) -> tuple[ServiceResult, ...]:
    """Return each service under both ways; the requests stand in the same order in both."""
    found = []
    for service in sorted({it.service for it in now}):
        ours = [(a, b) for a, b in zip(now, then, strict=True) if a.service == service]
        count = len(ours)
        found.append(
            ServiceResult(
                service,
                count,
                sum(a.filled for a, _ in ours) / count,
                sum(b.filled for _, b in ours) / count,
                sum(a.asked for a, _ in ours) / count,
                sum(b.asked for _, b in ours) / count,
            )
        )
    return tuple(found)


def _filled(case: Case, run: _Run, at: float, place: int) -> Replayed:
    offer = run.asked[place]
    by = offer.interpreter_id, offer.option
    return Replayed(case.service, True, len(run.asked), at - case.created_at, by)


def _send(run: _Run, case: Case, ask: Ask, who: Prospect, mind: Mind) -> None:
    pair, known = (ask.interpreter_id, ask.option), run.known
    curve = mind.model.reactions.of(ask.channel, case.immediate)
    place, luck = len(run.asked), run.luck.number(case.request_id, pair, f"heard by {ask.channel}")
    run.asked.append(Asked(ask.interpreter_id, ask.option, ask.channel, case.now, delivered_at=case.now))
    run.answers[place] = known[pair] if pair in known else run.luck.says_yes(case.request_id, who)
    if pair in known or luck < curve.reach:
        part = luck if pair in known else luck / curve.reach
        heappush(run.coming, (case.after(curve.until(part)), place))


def _heard(run: _Run, now: float) -> tuple[float, int] | None:
    """Take the answers that came by now; return the moment of the first yes, and whose it is: the place in `asked`."""
    while run.coming and run.coming[0][0] <= now:
        at, place = heappop(run.coming)
        if run.answers[place]:
            return at, place
        run.asked[place] = replace(run.asked[place], seen_at=at, answered_at=at, answer=NO)
    return None
