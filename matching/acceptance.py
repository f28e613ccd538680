"""How likely somebody is to say yes, learned from the offers of the agency itself.

Logistic regression with an intercept per interpreter, drawn to the average of all as long as little is known of her.
Only answers teach: withdrawn offers and messages never seen are no refusals. What somebody is (sex, age, origin) is no
feature and cannot become one: the columns below are all there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.cases import EXPIRED, NO, YES
from matching.hunt import Hunt
from matching.reaction import Reactions, learn_reactions
from matching.reliability import Reliability, reliability

Floats = NDArray[np.float64]
SERVICES = ("on_site", "telephone", "video", "translation")

# A model that does worse on offers it has not seen does not come into use. Source: docs/adr/0018-the-simulator.md.
MOST_CALIBRATION_ERROR, LEAST_SKILL = 0.03, 0.15
# The newest part of a log is kept apart to judge by; fewer answers than these judge nothing.
CHECKED_PART, ENOUGH_CHECKED = 0.2, 500
# How far interpreters differ from each other (standard deviation on the logit scale), and ridge on the other terms.
INTERPRETERS_DIFFER, RIDGE = 0.8, 1e-2


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

    channel: the one she answered on, or the last one tried. answer: 'yes', 'no', 'expired', 'withdrawn' or '' (open).
    """

    offers: Offers
    request_id: NDArray[np.int64]
    channel: NDArray[np.str_]
    seen: NDArray[np.bool_]
    waited_minutes: Floats
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


def prior_chance(offers: Offers) -> Floats:
    """Return the chance before anything is known: by service, less far away and at short notice.

    Source: volunteer responders accept 17-47 % (JMIR mHealth 2023 e41551); the rest is assumed, docs/adr/0018.
    """
    base = np.array([0.45, 0.65, 0.5, 0.5])[np.clip(offers.service, 0, 3)]
    km = np.clip(np.nan_to_num(offers.distance_km), 0, 150)
    on_site = offers.service == 0
    rushed = on_site & (np.nan_to_num(offers.lead_hours) < 24)
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

    def reliability(self, log: OfferLog) -> Reliability:
        """Return how well it tells the answers of a log."""
        telling = log.telling()
        return reliability(self.p_yes(telling.offers), telling.answer == YES)

    def wave_reliability(self, log: OfferLog) -> Reliability:
        """Return how well it tells whether anybody says yes: of those asked for one request at one lead time."""
        telling = log.telling()
        groups = np.unique(
            np.column_stack([telling.request_id, telling.offers.lead_hours]), axis=0, return_inverse=True
        )
        wave = groups[1].ravel()
        told = _together(self.p_yes(telling.offers), wave, self.spread)
        return reliability(told, np.bincount(wave, weights=telling.answer == YES) > 0)

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
    odd = np.arange(len(newest)) % 2 == 1
    slope, shift = _corrected(trial, newest.rows(~odd))
    checked = replace(trial, slope=slope, shift=shift).reliability(newest.rows(odd))
    if not passes(checked):
        return replace(unlearned, checked=checked)
    whole = _fitted(unlearned, telling)
    return replace(whole, slope=slope, shift=shift, checked=checked)


def passes(checked: Reliability) -> bool:
    """Return whether chances this good may decide who is asked."""
    return checked.calibration_error <= MOST_CALIBRATION_ERROR and checked.skill >= LEAST_SKILL


def design(offers: Offers) -> Floats:
    """Return the terms of the regression, one row per offer; what is not a number counts as zero."""
    service, now = offers.service, offers.immediate
    km = np.clip(np.nan_to_num(offers.distance_km), 0, 300) / 35
    lead = np.clip(np.nan_to_num(offers.lead_hours), 0, 2000)
    minutes = np.clip(np.nan_to_num(offers.duration_minutes), 0, 600) / 60
    load = np.clip(np.nan_to_num(offers.load), 0, 4)
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
        np.log1p(np.clip(np.nan_to_num(offers.offers_7d), 0, 500) / 8),
        offers.option > 0,
    )
    return np.column_stack(terms).astype(float)


def _chance(logits: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(logits, -20, 20)))


def _is_answer(log: OfferLog) -> NDArray[np.bool_]:
    return np.isin(log.answer, (YES, NO))


def _fitted(unlearned: AcceptanceModel, telling: OfferLog) -> AcceptanceModel:
    """Return the regression of answers that tell something, with what is left over between requests."""
    terms, said_yes = design(telling.offers), (telling.answer == YES).astype(float)
    people, who = np.unique(telling.offers.interpreter_id, return_inverse=True)
    coefficients, own = _regression(terms, said_yes, who, len(people))
    told = _chance(terms @ coefficients + own[who])
    return replace(
        unlearned,
        learned=True,
        coefficients=tuple(coefficients.tolist()),
        intercepts=dict(zip(people.tolist(), own.tolist(), strict=True)),
        spread=_spread(told, said_yes, telling.request_id),
    )


def _regression(terms: Floats, said_yes: Floats, who: NDArray[np.int64], people: int) -> tuple[Floats, Floats]:
    """Return coefficients and intercepts of a penalised logistic regression (Newton; intercepts by block elimination).

    maximises log likelihood - RIDGE/2 |b|^2 - |a|^2 / (2 INTERPRETERS_DIFFER^2).
    """
    b, a = np.zeros(terms.shape[1]), np.zeros(people)
    drawn = 1 / INTERPRETERS_DIFFER**2
    for _ in range(25):
        p = _chance(terms @ b + a[who])
        w = np.maximum(p * (1 - p), 1e-6)
        g_b = terms.T @ (said_yes - p) - RIDGE * b
        g_a = np.bincount(who, said_yes - p, people) - drawn * a
        d = np.bincount(who, w, people) + drawn
        cross = np.stack([np.bincount(who, w * term, people) for term in terms.T])
        left = (terms * w[:, None]).T @ terms + RIDGE * np.eye(len(b)) - (cross / d) @ cross.T
        step_b = np.linalg.solve(left, g_b - cross @ (g_a / d))
        step_a = (g_a - cross.T @ step_b) / d
        b, a = b + step_b, a + step_a
        if max(np.abs(step_b).max(), np.abs(step_a).max(initial=0)) < 1e-6:
            break
    return b, a


def _spread(told: Floats, said_yes: Floats, request_id: NDArray[np.int64]) -> float:
    """Return how far requests differ: from how residuals of one request go together (moments, first order)."""
    _, request = np.unique(request_id, return_inverse=True)
    rest, weight = said_yes - told, told * (1 - told)
    together = (np.bincount(request, rest) ** 2).sum() - (rest**2).sum()
    scale = (np.bincount(request, weight) ** 2).sum() - (weight**2).sum()
    return float(np.sqrt(np.clip(together / scale, 0.0, 4.0))) if scale > 0 else 0.0


def _corrected(model: AcceptanceModel, newest: OfferLog) -> tuple[float, float]:
    """Return slope and shift that make the chances right on the newest offers (Platt), drawn to 1 and 0."""
    chances = np.clip(model.p_yes(newest.offers), 1e-6, 1 - 1e-6)
    logits, said_yes = np.log(chances / (1 - chances)), (newest.answer == YES).astype(float)
    terms, b, usual = np.column_stack([logits, np.ones_like(logits)]), np.array([1.0, 0.0]), np.array([1.0, 0.0])
    for _ in range(25):
        p = _chance(terms @ b)
        w = np.maximum(p * (1 - p), 1e-6)
        curved = (terms * w[:, None]).T @ terms + 20 * np.eye(2)
        b = b + np.linalg.solve(curved, terms.T @ (said_yes - p) - 20 * (b - usual))
    return float(b[0]), float(b[1])


def _together(p_yes: Floats, wave: NDArray[np.int64], spread: float) -> Floats:
    """Return for each wave the chance that anybody in it says yes, as `Hunt` tells it."""
    order = np.argsort(wave, kind="stable")
    groups = np.split(p_yes[order], np.cumsum(np.bincount(wave))[:-1])
    return np.array([Hunt(spread).chance(it.tolist()) for it in groups])
