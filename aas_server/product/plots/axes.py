"""Two axes with ticks and names: the frame of curves and clouds of points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aas_server.product.plots.svg import FAINT, Drawing, Scale, cut, shown, ticks

Corner = Literal["high right", "low left", "low right"]
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 26, 44


@dataclass(frozen=True, slots=True)
class Axes:
    """``x`` and ``y`` place values in ``drawing``."""

    drawing: Drawing
    x: Scale
    y: Scale

    def points(self, xs: Sequence[float], ys: Sequence[float]) -> list[tuple[float, float]]:
        return [(self.x.at(x), self.y.at(y)) for x, y in zip(xs, ys, strict=True)]


def axes(title: str, x_name: str, y_name: str, x_range: tuple[float, float], y_range: tuple[float, float]) -> Axes:
    """An empty frame; ranges are (low, high)."""
    drawing = Drawing(title)
    x = Scale(*x_range, _LEFT, drawing.width - _RIGHT)
    y = Scale(*y_range, drawing.height - _BOTTOM, _TOP)
    for value in ticks(*x_range):
        drawing.line(x.at(value), y.start, x.at(value), y.end, FAINT, stroke_opacity="0.35")
        drawing.text(x.at(value), y.start + 12, shown(value), "middle", 11)
    for value in ticks(*y_range):
        drawing.line(x.start, y.at(value), x.end, y.at(value), FAINT, stroke_opacity="0.35")
        drawing.text(x.start - 6, y.at(value), shown(value), "end", 11)
    drawing.line(x.start, y.start, x.end, y.start)
    drawing.line(x.start, y.start, x.start, y.end)
    drawing.text((x.start + x.end) / 2, drawing.height - 10, cut(x_name, 56), "middle")
    drawing.text(2, 10, cut(y_name, 56))
    return Axes(drawing, x, y)


def spread(*values: Sequence[float]) -> tuple[float, float]:
    """A range that holds all values, with a little air."""
    found = [value for part in values for value in part]
    low, high = min(found, default=0.0), max(found, default=1.0)
    air = (high - low) * 0.04 or abs(high) * 0.04 or 1.0
    return low - air, high + air


def legend(drawing: Drawing, names: Sequence[tuple[str, str]], corner: Corner) -> None:
    """Pairs of colour and name, in a corner of the frame where the lines of its kind do not go."""
    longest = min(max((_width(name) for _, name in names), default=0), 34)
    left = _LEFT + 24 if corner == "low left" else drawing.width - _RIGHT - 10 - 6.2 * longest
    first = _TOP + 9 if corner == "high right" else drawing.height - _BOTTOM - 12 - 15 * (len(names) - 1)
    for at, (colour, name) in enumerate(names):
        top = first + 15 * at
        drawing.rect(left - 14, top - 4, 9, 9, colour)
        drawing.text(left, top, cut(name, 34), size=11)


def _width(words: str) -> int:
    return sum(2 if ord(letter) >= 0x1100 else 1 for letter in words)
