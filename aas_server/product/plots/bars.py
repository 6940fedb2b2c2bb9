"""Lying bars with names and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aas_server.product.plots.svg import MAIN, Drawing, Scale, cut

_NAME, _FIGURE, _LINE, _TOP = 180, 70, 24, 8


@dataclass(frozen=True, slots=True)
class Bar:
    """``share``: its length in 0 … 1 of the longest there may be; ``said``: the figure beside it."""

    name: str
    share: float
    said: str
    colour: str = MAIN


def bars(title: str, given: Sequence[Bar], mark: tuple[float, str] | None = None) -> str:
    """One line a bar. ``mark``: a place (0 … 1) with its name, drawn across all of them."""
    foot = 22 if mark else 4
    drawing = Drawing(title, height=_TOP + _LINE * len(given) + foot)
    across = Scale(0, 1, _NAME, drawing.width - _FIGURE)
    for at, bar in enumerate(given):
        middle = _TOP + _LINE * (at + 0.5)
        drawing.text(_NAME - 8, middle, cut(bar.name, 22), "end")
        drawing.rect(_NAME, middle - 8, across.at(min(max(bar.share, 0), 1)) - _NAME, 16, bar.colour)
        drawing.text(drawing.width - 4, middle, bar.said, "end")
    if mark:
        place, name = mark
        bottom = _TOP + _LINE * len(given)
        drawing.line(across.at(place), _TOP, across.at(place), bottom, stroke_dasharray="4 3", stroke_width="1.5")
        drawing.text(across.at(place), bottom + 11, name, "middle", 11)
    return drawing.svg()
