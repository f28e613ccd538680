"""What was measured is judged, kept and shown, whatever kind of number it is."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import figures
from benchmarks.figures import at_least, at_most, keep, table


def test_figures_of_numpy_are_kept_as_plain_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "RESULTS", tmp_path)
    keep("year", [at_most("missed", np.float64(7.5), "%", 8, 100), at_least("closed", np.float64(80.0), "%", 88, 100)])
    kept = json.loads((tmp_path / "year.json").read_text())["figures"]
    assert [(it["value"], it["met"]) for it in kept] == [(7.5, True), (80.0, False)]


def test_a_figure_that_misses_its_goal_says_so() -> None:
    assert "NO" in table([at_most("missed", 9.0, "%", 8, 100)])
