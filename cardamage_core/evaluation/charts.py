"""Line charts as SVG text, for reports that have to be one file."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .evaluation import Curve

WIDTH, HEIGHT = 460, 240
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 10, 34
COLORS = ("#1463FF", "#0C8F6C", "#C2332D", "#E69F00", "#9D7BFF", "#56B4E9", "#CC79A7", "#8A9B1F")
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def lines(curves: Sequence[Curve], *, x_title: str, y_title: str, mark: float | None = None) -> str:
    """Curves over 0…1 both ways, in COLORS in turn; `mark` is an x to draw a line at."""
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(y_title)} over {escape(x_title)}">']
    for tick in TICKS:
        x, y = _at(tick, tick)
        parts.append(f'<line class="axis" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{tick:g}</text>')
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 3}" text-anchor="middle">{escape(x_title)}</text>')
    if mark is not None:
        x, _ = _at(mark, 0)
        line = f'x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}"'
        parts.append(f'<line {line} stroke="#8a93a0" stroke-dasharray="4 3"/>')
    for number, curve in enumerate(curves):
        points = " ".join("{:.1f},{:.1f}".format(*_at(x, y)) for x, y in zip(curve.x, curve.y, strict=True))
        color = COLORS[number % len(COLORS)]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
    return "".join([*parts, "</svg>"])


def _at(x: float, y: float) -> tuple[float, float]:
    return LEFT + x * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y * (HEIGHT - TOP - BOTTOM)
