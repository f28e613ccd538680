"""The figures of one replayed year."""

from typing import Any

import numpy as np

from benchmarks.dispatch_year.params import ON_SITE, SERVICES, TELEPHONE, WEEK
from benchmarks.dispatch_year.places import language_share
from benchmarks.dispatch_year.record import Record
from benchmarks.dispatch_year.world import Pool, Requests
from matching.cases import NO, YES
from matching.reliability import reliability

# The first weeks run on the prior; chances are judged from here on.
JUDGED_AFTER = 8 * WEEK


def figures(pool: Pool, requests: Requests, record: Record, weeks: int) -> dict[str, Any]:
    """Return everything that is compared, rounded for one line of JSON."""
    filled = np.zeros(len(requests), dtype=bool)
    filled[list(record.fills)] = True
    found: dict[str, Any] = {
        "requests": len(requests),
        **unanswered(requests, filled),
        "notifications_per_fill": _rounded(len(record.offers) / max(1, filled.sum())),
        **_offers(record, len(pool), weeks),
        **_times_to_fill(requests, record),
        "gini_hours": _rounded(gini(np.array(_hours(record, len(pool))))),
        "km_one_way": _rounded(float(np.mean([it.km for it in record.fills.values() if it.km] or [0.0]))),
        "filled_by_alternative": _alternatives(requests, record),
    }
    return found | _acceptance(record)


def unanswered(requests: Requests, filled: np.ndarray) -> dict[str, Any]:
    """Return percentages without an interpreter, the other reasons included: in all, and per service."""
    missed = ~filled
    top = np.isin(requests.language, np.argsort(-language_share())[:10])
    per_service = {f"unanswered_pct_{name}": _share(missed[requests.service == n]) for n, name in enumerate(SERVICES)}
    reducible = missed & ~requests.other_reason
    return {
        "unanswered_pct": _share(missed),
        **per_service,
        "unavailable_pct_top_10_languages": _share(reducible[top]),
        "unavailable_pct_other_languages": _share(reducible[~top]),
    }


def gini(values: np.ndarray) -> float:
    """Return how unequally something is shared out: 0 all the same, 1 one has it all."""
    ordered, n = np.sort(values), len(values)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * ordered.sum())) if ordered.sum() > 0 else 0.0


def _offers(record: Record, people: int, weeks: int) -> dict[str, float]:
    table = np.zeros((people, weeks + 1))
    for it in record.offers:
        table[it.who, min(weeks, int(it.sent_at // WEEK))] += 1
    per_week = table[:, :weeks]
    return {
        "offers_per_interpreter_week": _rounded(float(per_week.mean())),
        "offers_per_interpreter_week_p95": _rounded(float(np.quantile(per_week, 0.95))),
    }


def _times_to_fill(requests: Requests, record: Record) -> dict[str, float]:
    """Return minutes from asking to the yes: callers who are connected at once, and work on site."""
    numbers = np.array(sorted(record.fills), dtype=int)
    took = np.array([record.fills[it].at for it in numbers]) - requests.created[numbers]
    as_asked = np.array([record.fills[it].option == 0 for it in numbers], dtype=bool)
    now = took[requests.immediate[numbers] & as_asked]
    on_site = took[requests.service[numbers] == ON_SITE]
    return {
        "telephone_now_minutes_p50": _quantile(now, 0.5),
        "telephone_now_minutes_p95": _quantile(now, 0.95),
        "on_site_minutes_p50": _quantile(on_site, 0.5),
        "on_site_minutes_p95": _quantile(on_site, 0.95),
    }


def _hours(record: Record, people: int) -> list[float]:
    hours = [0.0] * people
    for it in record.fills.values():
        hours[it.who] += it.hours
    return hours


def _alternatives(requests: Requests, record: Record) -> dict[str, int]:
    """Return how many were filled in another way than asked: by service, or by the same at another moment."""
    counts = {"video": 0, "telephone": 0, "other_slot": 0, "call_back": 0}
    for number, it in record.fills.items():
        if it.option == 0:
            continue
        if requests.immediate[number]:
            counts["call_back"] += 1
        elif it.service == ON_SITE:
            counts["other_slot"] += 1
        else:
            counts["telephone" if it.service == TELEPHONE else "video"] += 1
    return counts


def _acceptance(record: Record) -> dict[str, Any]:
    """Return how true the chances were that were told before asking, by the model in use, from the ninth week on."""
    rows = [
        it.row for it in record.offers
        if it.answer in (YES, NO) and it.sent_at >= JUDGED_AFTER and record.learned[it.row]
    ]  # fmt: skip
    if not rows:
        return {}
    told = np.array([record.told[it] for it in rows])
    found = reliability(told, [record.offers[it].answer == YES for it in rows])
    return {
        "acceptance_error": round(found.calibration_error, 4),
        "acceptance_brier": round(found.brier, 4),
        "acceptance_skill": round(found.skill, 4),
        "acceptance_bins": [[round(it.told, 3), round(it.true, 3), it.count] for it in found.bins],
    }


def _share(which: np.ndarray) -> float:
    return round(float(100 * which.mean()), 3) if len(which) else 0.0


def _quantile(values: np.ndarray, share: float) -> float:
    return _rounded(float(np.quantile(values, share))) if len(values) else 0.0


def _rounded(value: float) -> float:
    return round(value, 3)
