"""Where a column's decimal point moves: by its steps from row to row, or, around 0, by its spread.

The level alone does not tell it where a column wanders far by itself, or swings around 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from aas_server.quality.findings.factors import last_digit
from aas_server.quality.findings.limits import limits
from aas_server.quality.findings.shape import Floats

_TEN = float(np.log(10))
_MOST_POWER = 6
_PARTS = (0.5, 0.75, 0.9)
_ONE_MOVE = 3


@dataclass(frozen=True, slots=True)
class Moved:
    """``edges``: positions of the readings at which the stretches begin, the last one their end; every second
    stretch is in the other scale, ``power`` of ten of the first."""

    edges: tuple[int, ...]
    power: int

    @property
    def name(self) -> str:
        """``×10``, ``÷1000``."""
        return f"{'×' if self.power > 0 else '÷'}{10 ** abs(self.power)}"


def moved(values: Floats) -> Moved | None:
    """The stretches of a column whose decimal point moves, there and back and there at most. No NaN."""
    if np.all(values > 0) or np.all(values < 0):
        return _stepped(np.abs(values))
    return _widened(values) if np.quantile(values, 0.25) < 0 < np.quantile(values, 0.75) else None


def _stepped(values: Floats) -> Moved | None:
    """A step of a power of ten where no other is half as large, with the steps between readings grown alike."""
    limit = limits().scale
    steps = np.diff(np.log(values))
    large = np.flatnonzero(np.abs(steps) > limit.step * _TEN)
    if not 0 < len(large) <= limit.most_switches:
        return None
    power = round(float(steps[large[0]]) / _TEN)
    others = np.abs(np.delete(steps, large))
    expected = power * _TEN * np.where(np.arange(len(large)) % 2, -1.0, 1.0)
    room = min(limit.step * _TEN, limit.room * float(np.quantile(others, 0.99)) + limit.ratio)
    smallest = float(np.min(np.abs(steps[large])))
    if np.any(np.abs(steps[large] - expected) > room) or float(others.max()) > limit.next_step * smallest:
        return None
    found = _judged(values, (0, *(int(place) + 1 for place in large), len(values)), power)
    return found if found is not None and _digits_fit(values, found) else None


def _widened(values: Floats) -> Moved | None:
    """A spread around 0 that grows by a power of ten, and its last digit with it."""
    limit = limits().scale
    size = np.abs(values)
    parts = min(limit.blocks // 2, len(values) // 20)
    if parts < 4:
        return None
    widths = np.log(np.array([np.quantile(block, 0.75) for block in np.array_split(size, parts)]) + 1e-300)
    middle = (widths.min() + widths.max()) / 2
    wide = widths > middle
    switches = np.flatnonzero(wide[1:] != wide[:-1]) + 1
    if not 0 < len(switches) <= limit.most_switches:
        return None
    power = round(float(np.median(widths[wide]) - np.median(widths[~wide])) / _TEN) * (-1 if wide[0] else 1)
    ends = np.cumsum([len(block) for block in np.array_split(values, parts)])
    border, length = float(np.exp(middle)), len(values) // parts + 1
    inner = [_border(size, int(ends[block - 1]), length, border) for block in switches]
    found = _judged(values, (0, *inner, len(values)), power)
    return found if found is not None and _quantiles_fit(size, found) and _digits_fit(values, found) else None


def _border(size: Floats, about: int, length: int, border: float) -> int:
    """Where, within a block before or after, the readings change sides."""
    begin, end = max(0, about - length), min(len(size), about + length)
    upper = size[begin:end] > border
    first, last = np.flatnonzero(upper)[[0, -1]] if upper.any() else (0, 0)
    rising = np.mean(upper[len(upper) // 2 :]) > np.mean(upper[: len(upper) // 2])
    return begin + int(first if rising else last + 1)


def _judged(values: Floats, edges: tuple[int, ...], power: int) -> Moved | None:
    """Whether the readings move from one to the next as much more as they are larger."""
    limit = limits().scale
    if (
        not 0 < abs(power) <= _MOST_POWER
        or min(end - begin for begin, end in pairwise(edges)) < limit.fewest_after
    ):
        return None
    old, new = (_side(np.diff(values), edges, side) for side in (0, 1))
    before, after = float(np.mean(np.abs(old))), float(np.mean(np.abs(new)))
    wanted = before * 10.0**power
    return Moved(edges, power) if wanted and abs(after - wanted) <= limit.spread * wanted else None


def _side(values: Floats, edges: tuple[int, ...], side: int) -> Floats:
    parts = [values[begin : end - 1] for number, (begin, end) in enumerate(pairwise(edges)) if number % 2 == side]
    return np.concatenate(parts)


def _quantiles_fit(size: Floats, found: Moved) -> bool:
    old, new = (np.log(np.quantile(_side(size, found.edges, side), _PARTS)) for side in (0, 1))
    return bool(np.all(np.abs(new - old - found.power * _TEN) <= limits().scale.spread))


def _digits_fit(values: Floats, found: Moved) -> bool:
    """The last decimal moves too: a machine that is off, or swings more, writes as many of them as before. Where
    none was cut, nothing is told by them, and there is one move only."""
    old, new = (last_digit(_side(values, found.edges, side)) for side in (0, 1))
    uncut = max(old, new) <= limits().scale.uncut
    return (uncut and len(found.edges) == _ONE_MOVE) or new - old == found.power
