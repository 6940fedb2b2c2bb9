"""Drawings as SVG text: the same values give the same bytes, without a script, a font file or another host.

Text and axes take the colour of the text around them, so a drawing fits a light and a dark page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

WIDTH, HEIGHT = 420, 280
MAIN, SECOND, FAINT = "#2a8a91", "#c8642a", "#8aa3ad"
"""Told apart by who sees no red or green, and readable on white and on near black."""
SERIES = (MAIN, SECOND, "#6a5fb0", "#4f8a3a", "#b0487a", "#8a7a2a")
_FONT = "system-ui, 'Noto Sans KR', 'Malgun Gothic', 'Apple SD Gothic Neo', NanumGothic, sans-serif"
_WIDE = 0x1100
"""From Hangul on a letter is about as wide as two Latin ones."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a value of ``low`` … ``high`` lies between two places of the drawing."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        span = self.high - self.low
        return self.start + (self.end - self.start) * ((value - self.low) / span if span else 0.5)


@dataclass(slots=True)
class Drawing:
    """``title`` is what a reader who cannot see it is told."""

    title: str
    width: int = WIDTH
    height: int = HEIGHT
    parts: list[str] = field(default_factory=list)

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str = "currentColor", **more: str) -> None:
        self._add("line", colour, {"x1": x1, "y1": y1, "x2": x2, "y2": y2}, "stroke", more)

    def rect(self, x: float, y: float, width: float, height: float, colour: str, **more: str) -> None:
        at = {"x": x, "y": y, "width": max(width, 0.0), "height": max(height, 0.0)}
        self._add("rect", colour, at, "fill", more)

    def dot(self, x: float, y: float, radius: float, colour: str, **more: str) -> None:
        self._add("circle", colour, {"cx": x, "cy": y, "r": radius}, "fill", more)

    def path(self, points: Sequence[tuple[float, float]], colour: str, **more: str) -> None:
        """A line through ``points``."""
        placed = " ".join(f"{place(x)},{place(y)}" for x, y in points)
        more = {"fill": "none", "stroke-width": "1.8", "stroke-linejoin": "round", **more}
        self.parts.append(f'<polyline points="{placed}" stroke="{colour}"{_attributes(more)}/>')

    def text(
        self,
        x: float,
        y: float,
        words: str,
        anchor: Literal["start", "middle", "end"] = "start",
        size: float = 12,
        **more: str,
    ) -> None:
        """``y`` is the middle of the line."""
        more = {"text-anchor": anchor, "font-size": f"{size:g}", "fill": "currentColor", **more}
        at = f'x="{place(x)}" y="{place(y + size * 0.35)}"'
        self.parts.append(f"<text {at}{_attributes(more)}>{escape(words)}</text>")

    def svg(self) -> str:
        """The whole drawing."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img"'
            f' width="100%" font-family="{_FONT}" aria-label="{escape(self.title)}">'
            f"<title>{escape(self.title)}</title>{''.join(self.parts)}</svg>"
        )

    def _add(self, name: str, colour: str, at: dict[str, float], paint: str, more: dict[str, str]) -> None:
        places = " ".join(f'{key}="{place(value)}"' for key, value in at.items())
        more = {key.replace("_", "-"): value for key, value in more.items()}
        self.parts.append(f'<{name} {places} {paint}="{colour}"{_attributes(more)}/>')


def place(value: float) -> str:
    """A place to a tenth: no two machines differ there."""
    shown = f"{value:.1f}"
    return "0" if shown in ("-0.0", "0.0") else shown.removesuffix(".0")


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round values in ``low`` … ``high``, at most ``most`` + 1 of them."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [at * step for at in range(first, math.floor(high / step + 1e-9) + 1)]


def shown(value: float) -> str:
    """A tick or figure of any size, short."""
    if value == 0:
        return "0"
    if abs(value) >= 1e6 or abs(value) < 1e-3:
        return f"{value:.3g}"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def cut(words: str, room: int) -> str:
    """``words`` in the room of so many Latin letters, with "…" where they are longer."""
    width = 0
    for at, letter in enumerate(words):
        width += 2 if ord(letter) >= _WIDE else 1
        if width > room:
            return words[: max(at - 1, 1)] + "…"
    return words


def _attributes(more: dict[str, str]) -> str:
    return "".join(f' {key.replace("_", "-")}="{escape(value)}"' for key, value in more.items())
