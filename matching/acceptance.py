"""How likely somebody is to say yes, learned from the offers of the agency itself.

Logistic regression with an intercept per interpreter, drawn to the average of all as long as little is known of her,
and a part per request that nobody sees: a refusal says something about the next answer to the same request (`Hunt`).
Only answers teach: withdrawn offers and messages never seen are no refusals. What somebody is (sex, age, origin) is no
feature and cannot become one: the columns below are all there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from math import exp, log1p
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.cases import EXPIRED, NO, YES
from matching.correction import learn_correction
from matching.hunt import Hunt
from matching.reaction import Reactions, learn_reactions
from matching.regression import fit
from matching.reliability import Reliability, reliability

Floats = NDArray[np.float64]
SERVICES = ("on_site", "telephone", "video", "translation")

# A model that does worse on offers it has not seen does not come into use. Source: docs/matching.md.
MOST_CALIBRATION_ERROR, LEAST_SKILL, BETTER_THAN_PRIOR = 0.03, 0.15, 0.05
# The newest part of a log is kept apart to judge by; fewer answers than these judge nothing.
CHECKED_PART, ENOUGH_CHECKED = 0.2, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Offers as columns of one length, as they stood at the moment of asking.

    service: index in SERVICES. load: hours promised this week divided by the hours she wants. offers_7d: how often she
    was asked in the last seven days. distance_km: one way, not a number where nobody travels. option: 0 as asked.
    """

    interpreter_id: NDArray[np.int64]
    service: NDArray[np.int64]
    immediate: NDArray[np.bool_]
    lead_hours: Floats
    distance_km: Floats
    duration_minutes: Floats
    evening: NDArray[np.bool_]
    weekend: NDArray[np.bool_]
    load: Floats
    offers_7d: Floats
    option: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.interpreter_id)

    def rows(self, which: Any) -> "Offers":
        """Return some of them: a mask, indices or a slice."""
        return Offers(**{it.name: getattr(self, it.name)[which] for it in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLog:
    """What became of offers, oldest first. `waited_minutes`: awake, until the answer or until it ended without one.

    ended_at: minutes, the moment of that; as in cases, since any moment. channel: over which it went. answer: 'yes',
    'no', 'expired', 'withdrawn' or '' (open).
    """

    offers: Offers
    request_id: NDArray[np.int64]
    channel: NDArray[np.str_]
    seen: NDArray[np.bool_]
    waited_minutes: Floats
    ended_at: Floats
    answer: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.offers)

    def rows(self, which: Any) -> "OfferLog":
        """Return some of them: a mask, indices or a slice."""
        columns = {it.name: getattr(self, it.name)[which] for it in fields(self) if it.name != "offers"}
        return OfferLog(offers=self.offers.rows(which), **columns)

    def telling(self) -> "OfferLog":
        """Return those that say something about her will: answered, or seen and let pass."""
        let_pass = (self.answer == EXPIRED) & self.seen
        return self.rows((self.answer == YES) | (self.answer == NO) | let_pass)


@dataclass(frozen=True, slots=True)
class Moment:
    """What changes about one job and its people while somebody is looked for; columns as in `Offers`."""

    on_site: bool
    immediate: bool
    lead_hours: float
    load: Floats
    offers_7d: Floats


def prior_chance(offers: Offers) -> Floats:
    """Return the chance before anything is known: by service, less far away and at short notice.

    Source: volunteer responders accept 17-47 % (JMIR mHealth 2023 e41551); the rest is assumed, docs/matching.md.
    """
    base = np.array([0.45, 0.65, 0.5, 0.5])[np.clip(offers.service, 0, 3)]
    km = _within(offers.distance_km, 0, 150)
    on_site = offers.service == 0
    rushed = on_site & (_within(offers.lead_hours, 0, 2000) < 24)
    chance: Floats = base - 0.0025 * km - 0.12 * rushed - 0.08 * (offers.evening | offers.weekend)
    return chance.clip(0.05, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceModel:
    """What was learned, and from when to when; `learned` is False while the prior is in use.

    spread: how much requests differ in a way nobody sees (standard deviation on the logit scale), for `Hunt`.
    """

    version: str = "prior"
    trained_from: float | None = None
    trained_until: float | None = None
    learned: bool = False
    coefficients: tuple[float, ...] = ()
    intercepts: Mapping[int, float] = field(default_factory=dict)
    slope: float = 1.0
    shift: float = 0.0
    spread: float = 0.7
    reactions: Reactions = field(default_factory=Reactions)
    checked: Reliability | None = None

    def p_yes(self, offers: Offers) -> Floats:
        """Return the chance of a yes for each, once seen."""
        if not self.learned:
            return prior_chance(offers)
        own = np.array([self.intercepts.get(int(it), 0.0) for it in offers.interpreter_id], dtype=float)
        return self.with_intercepts(offers, own)

    def with_intercepts(self, offers: Offers, own: Floats) -> Floats:
        """Return the chance of a yes, the interpreters' own intercepts looked up already."""
        logits = design(offers) @ np.array(self.coefficients) + own
        return _chance(self.slope * logits + self.shift)

    def lasting(self, offers: Offers) -> Floats:
        """Return the part of each logit that does not change while somebody is looked for, for `chances_now`."""
        coefficients = np.array(self.coefficients)
        coefficients[list(_MOVING)] = 0.0
        logits: Floats = design(offers) @ coefficients
        return logits

    def chances_now(self, lasting: Floats, own: Floats, moment: "Moment") -> Floats:
        """Return what `p_yes` would, of a model that has learned: from the lasting parts and what changed since."""
        on_site, lead_now, load, overload, offers = (self.coefficients[it] for it in _MOVING)
        lead = min(max(moment.lead_hours, 0.0), 2000.0)
        same = on_site * exp(-lead / 12) * moment.on_site + lead_now * log1p(lead) / 5 * (not moment.immediate)
        loads = _between(moment.load, 0, 4)
        logits = lasting + own + same + load * loads + overload * np.maximum(0, loads - 0.7)
        logits += offers * np.log1p(_between(moment.offers_7d, 0, 500) / 8)
        return _chance(self.slope * logits + self.shift)

    def told(self, log: OfferLog) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the chance of each answer that tells something, given those before it to the same request; and it.

        That is what waves rest on: that somebody of those asked says yes is the chain of these chances.
        """
        telling = log.telling()
        telling = telling.rows(np.argsort(telling.ended_at, kind="stable"))
        said_yes = telling.answer == YES
        return told_in_turn(self.p_yes(telling.offers), said_yes, telling.request_id, self.spread), said_yes

    def reliability(self, log: OfferLog) -> Reliability:
        """Return how well it tells the answers of a log."""
        return reliability(*self.told(log))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, to store."""
        return {
            "version": self.version,
            "trained_from": self.trained_from,
            "trained_until": self.trained_until,
            "learned": self.learned,
            "coefficients": list(self.coefficients),
            "intercepts": {str(who): value for who, value in sorted(self.intercepts.items())},
            "slope": self.slope,
            "shift": self.shift,
            "spread": self.spread,
            "reactions": self.reactions.to_dict(),
            "checked": self.checked.to_dict() if self.checked else None,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "AcceptanceModel":
        """Return what `to_dict` gave."""
        checked = stored.get("checked")
        return cls(
            **{name: stored[name] for name in ("version", "trained_from", "trained_until", "learned")},
            **{name: stored[name] for name in ("slope", "shift", "spread")},
            coefficients=tuple(stored["coefficients"]),
            intercepts={int(who): value for who, value in stored["intercepts"].items()},
            reactions=Reactions.from_dict(stored["reactions"]),
            checked=Reliability.from_dict(checked) if checked else None,
        )


def learn(log: OfferLog, version: str, trained_from: float, trained_until: float) -> AcceptanceModel:
    """Return a model of the log if it tells the newest part of it well enough, else the prior; never fails.

    The newest part is judged by a model that has not seen it: half of it corrects the chances, the other half decides.
    """
    reactions = learn_reactions(log.channel, log.offers.immediate, log.waited_minutes, _is_answer(log))
    unlearned = AcceptanceModel(
        version=version, trained_from=trained_from, trained_until=trained_until, reactions=reactions
    )
    telling = log.telling()
    older = int(len(telling) * (1 - CHECKED_PART))
    if len(telling) - older < ENOUGH_CHECKED:
        return unlearned
    first, newest = telling.rows(slice(None, older)), telling.rows(slice(older, None))
    trial = _fitted(unlearned, first)
    corrects = newest.request_id % 2 == 0
    fix = learn_correction(*trial.told(newest.rows(corrects)))
    trial, judged = replace(trial, slope=fix.slope, shift=fix.shift), newest.rows(~corrects)
    checked = trial.reliability(judged)
    if not passes(checked, unlearned.reliability(judged)):
        return replace(unlearned, checked=checked)
    return replace(_fitted(unlearned, telling), slope=fix.slope, shift=fix.shift, checked=checked)


def passes(checked: Reliability, prior: Reliability) -> bool:
    """Return whether chances this good may decide who is asked, instead of those of the prior.

    Where people hardly differ nobody can tell much; then it is enough to tell clearly more than the prior does.
    """
    limit = MOST_CALIBRATION_ERROR + checked.by_chance
    calibrated = checked.calibration_error <= limit
    telling = checked.skill >= LEAST_SKILL or (
        checked.skill >= LEAST_SKILL / 2 and checked.skill >= prior.skill + BETTER_THAN_PRIOR
    )
    return calibrated and telling


# Columns of `design` that change while somebody is looked for: two of the lead, two of the load, one of offers.
_MOVING = (7, 8, 13, 14, 15)


def design(offers: Offers) -> Floats:
    """Return the terms of the regression, one row per offer; what is not a number counts as zero."""
    service, now = offers.service, offers.immediate
    km = _within(offers.distance_km, 0, 300) / 35
    lead = _within(offers.lead_hours, 0, 2000)
    minutes = _within(offers.duration_minutes, 0, 600) / 60
    load = _within(offers.load, 0, 4)
    on_site = service == 0
    terms = (
        on_site,
        (service == 1) & now,
        (service == 1) & ~now,
        service == 2,
        service == 3,
        km,
        km * km / 10,
        on_site * np.exp(-lead / 12),
        ~now * np.log1p(lead) / 5,
        minutes / 2,
        (km > 1) & (minutes <= 1),
        offers.evening,
        offers.weekend,
        load,
        np.maximum(0, load - 0.7),
        np.log1p(_within(offers.offers_7d, 0, 500) / 8),
        offers.option > 0,
    )
    return np.column_stack(terms).astype(float)


def _within(values: Floats, low: float, high: float) -> Floats:
    """Return the values between two limits; what is not a number is zero."""
    return _between(np.where(np.isfinite(values), values, 0.0), low, high)


def _between(values: Floats, low: float, high: float) -> Floats:
    """Return what `np.clip` does, for a few values in a third of its time."""
    within: Floats = np.minimum(np.maximum(values, low), high)
    return within


def _chance(logits: Floats) -> Floats:
    return 1 / (1 + np.exp(-_between(logits, -20, 20)))


def _is_answer(log: OfferLog) -> NDArray[np.bool_]:
    return np.isin(log.answer, (YES, NO))


def _fitted(unlearned: AcceptanceModel, telling: OfferLog) -> AcceptanceModel:
    """Return what the answers that tell something say of everybody, of each person, and of what nobody sees."""
    people, who = np.unique(telling.offers.interpreter_id, return_inverse=True)
    _, request = np.unique(telling.request_id, return_inverse=True)
    found = fit(design(telling.offers), telling.answer == YES, who, request)
    return replace(
        unlearned,
        learned=True,
        coefficients=tuple(found.coefficients.tolist()),
        intercepts=dict(zip(people.tolist(), found.intercepts.tolist(), strict=True)),
        spread=found.spread,
    )


def told_in_turn(p_yes: Floats, said_yes: NDArray[np.bool_], request_id: NDArray[np.int64], spread: float) -> Floats:
    """Return the chance of each answer, given those before it in the columns to the same request."""
    known: dict[int, Hunt] = {}
    told = []
    for p, yes, request in zip(p_yes.tolist(), said_yes.tolist(), request_id.tolist(), strict=True):
        hunt = known.get(request, Hunt(spread))
        told.append(hunt.says_yes(p))
        known[request] = hunt.after(p, said_yes=yes)
    return np.array(told)
