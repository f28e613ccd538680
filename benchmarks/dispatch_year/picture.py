"""Two pictures as SVG: who stays without an interpreter under which policy, and whether told chances came true."""

from typing import Any
from xml.sax.saxutils import escape

# Colours that are told apart by everybody (Okabe and Ito); every policy has its own shape as well.
_STYLE = {
    "manual": ("#000000", "square"),
    "nearest": ("#E69F00", "diamond"),
    "broadcast": ("#CC79A7", "down"),
    "waves": ("#56B4E9", "up"),
    "adaptive": ("#D55E00", "cross"),
    "ours": ("#0072B2", "circle"),
    "optimum": ("#009E73", "bar"),
    "optimum_as_asked": ("#666666", "bar"),
}
_SHOWN = (
    ("unanswered_pct", "all requests"),
    ("unanswered_pct_on_site", "on site"),
    ("unanswered_pct_telephone", "telephone"),
)
_LEFT, _ROW, _WIDTH, _MOST = 170, 26, 900, 40.0


def worlds_picture(summary: dict[str, Any]) -> str:
    """Return a row per world and service, a mark per policy: percent unanswered."""
    parts, y = [_text(20, 28, "Requests without an interpreter, percent (held-out seeds)", size=17, bold=True)], 60
    for place, (policy, (colour, shape)) in enumerate(_STYLE.items()):
        x, row = 30 + place % 4 * 215, y + place // 4 * 24
        parts += [_mark(shape, x, row, colour), _text(x + 14, row + 5, policy.replace("_", " "))]
    y += 70
    for world, found in summary.items():
        parts.append(_text(20, y, f"world: {world}", bold=True))
        for name, label in _SHOWN:
            y += _ROW
            parts += [_text(40, y + 5, label), _line(_LEFT, y, _WIDTH - 30, y, "#dddddd")]
            for policy, (colour, shape) in _STYLE.items():
                if name in found["policies"].get(policy, {}):
                    parts.append(_mark(shape, _x(found["policies"][policy][name]), y, colour))
        y += _ROW + 14
    for tick in range(0, int(_MOST) + 1, 5):
        parts += [_line(_x(tick), 110, _x(tick), y - 20, "#eeeeee"), _text(_x(tick), y, str(tick), anchor="middle")]
    return _svg(_WIDTH, y + 20, parts)


def calibration_picture(runs: list[list[list[float]]]) -> str:
    """Return told against true chances of a yes; a dot per tenth of the offers of each run."""
    side, edge = 420, 60
    parts = [_text(20, 28, "Chance of a yes: told before asking, and what came true", size=15, bold=True)]
    for tick in range(0, 11, 2):
        at = edge + tick / 10 * (side - edge)
        parts += [
            _line(at, edge, at, side, "#eeeeee"),
            _line(edge, at, side, at, "#eeeeee"),
            _text(at, side + 20, f"{tick / 10:.1f}", anchor="middle"),
            _text(edge - 8, side + edge - at + 4, f"{tick / 10:.1f}", anchor="end"),
        ]
    parts.append(_line(edge, side, side, edge, "#000000"))
    for bins in runs:
        for told, true, _ in bins:
            x, y = edge + told * (side - edge), side - true * (side - edge)
            parts.append(_mark("circle", x, y, "#0072B2", 3))
    parts += [_text(side / 2, side + 42, "told"), _text(8, side / 2, "true")]
    return _svg(side + 40, side + 60, parts)


def _x(percent: float) -> float:
    return _LEFT + min(percent, _MOST) / _MOST * (_WIDTH - 30 - _LEFT)


def _mark(shape: str, x: float, y: float, colour: str, r: float = 6) -> str:
    points = {
        "square": [(-r, -r), (r, -r), (r, r), (-r, r)],
        "diamond": [(0, -r - 1), (r + 1, 0), (0, r + 1), (-r - 1, 0)],
        "up": [(0, -r), (r, r), (-r, r)],
        "down": [(0, r), (r, -r), (-r, -r)],
        "bar": [(-1.5, -r - 3), (1.5, -r - 3), (1.5, r + 3), (-1.5, r + 3)],
    }
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}" fill="{colour}" fill-opacity="0.85"/>'
    if shape == "cross":
        crossed = _line(x - r, y - r, x + r, y + r, colour, 2.5)
        return crossed + _line(x - r, y + r, x + r, y - r, colour, 2.5)
    corners = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in points[shape])
    return f'<polygon points="{corners}" fill="{colour}" fill-opacity="0.85"/>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def _text(x: float, y: float, words: str, *, size: int = 13, bold: bool = False, anchor: str = "start") -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"{weight}>{escape(words)}</text>'


def _svg(width: float, height: float, parts: list[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'font-family="sans-serif" role="img"><rect width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>\n'
    )
