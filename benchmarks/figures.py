"""A measured figure beside its bound and its goal, and how they are shown and kept."""

import json
import math
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
_COLUMNS = ("figure", "measured", "beside", "bound", "ratio", "goal", "met", "n")


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` and `bound` in `unit`; `beside` says what the bound is. `goal` is the sentence that `met` judges."""

    name: str
    value: float
    unit: str
    goal: str
    met: bool
    n: int
    beside: str = ""
    bound: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Value / bound, or None where there is no bound to divide by."""
        return self.value / self.bound if self.bound else None


def at_most(name: str, value: float, unit: str, limit: float, n: int, **more: object) -> Figure:
    """Return a figure that has to stay below `limit`."""
    return Figure(name, float(value), unit, f"< {limit:g} {unit}", bool(value < limit), n, **more)  # type: ignore[arg-type]


def at_least(name: str, value: float, unit: str, limit: float, n: int, **more: object) -> Figure:
    """Return a figure that has to reach `limit`."""
    return Figure(name, float(value), unit, f">= {limit:g} {unit}", bool(value >= limit), n, **more)  # type: ignore[arg-type]


def share_of_bound(name: str, value: float, bound: float, least: float, n: int, **more: object) -> Figure:
    """Return a rate that has to reach the share `least` of `bound`. Unit: per second."""
    return Figure(name, value, "/s", f">= {least:g} x bound", value >= least * bound, n, bound=bound, **more)  # type: ignore[arg-type]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of all values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as a table of plain text, with their notes below."""
    found = list(figures)
    rows = [_COLUMNS, *(_row(it) for it in found)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(_COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    notes = [f"{it.name}: {it.note}" for it in found if it.note]
    return "\n".join([lines[0], "-" * sum(widths, 2 * len(widths)), *lines[1:], "", *notes])


def keep(name: str, figures: Iterable[Figure]) -> None:
    """Write the figures of one benchmark to `results/<name>.json`, with the machine they were measured on."""
    RESULTS.mkdir(exist_ok=True)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.machine()}
    shown = [asdict(it) | {"ratio": it.ratio} for it in figures]
    (RESULTS / f"{name}.json").write_text(json.dumps({"machine": machine, "figures": shown}, indent=1) + "\n")


def _row(it: Figure) -> tuple[str, ...]:
    bound = "" if it.bound is None else f"{_short(it.bound)} {it.unit}"
    ratio = "" if it.ratio is None else f"{it.ratio:.2f}"
    met = "yes" if it.met else "NO"
    return it.name, f"{_short(it.value)} {it.unit}", it.beside, bound, ratio, it.goal, met, f"{it.n:,}"


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
