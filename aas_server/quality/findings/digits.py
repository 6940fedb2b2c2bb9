"""A stretch in another unit or decimal point, known by its digits: they are others than those of the rest.

This needs no steady level: a column may wander, swing or pulse. A sensor writes as many decimals whatever it
reads; only who multiplies its numbers changes them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aas_server.quality.findings.factors import FINEST, Factor, digits_agree, factors, on_grid
from aas_server.quality.findings.limits import limits
from aas_server.quality.findings.shape import Floats

Flags = NDArray[np.bool_]

_COARSEST = 3
_BY_CHANCE = 2
"""Readings in a row that fall on the other grid: one in ten does, one in a thousand would be three."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Readings ``begin`` to ``end`` (positions, ``end`` not among them) are ``factor`` of the others."""

    begin: int
    end: int
    factor: Factor


def stretch(values: Floats) -> Stretch | None:
    """The one stretch, in the middle or at the end, whose level and digits are those of the rest by a factor of
    ``factors.toml``. No NaN."""
    limit = limits().scale
    if len(values) < limit.fewest:
        return None
    for power in range(_COARSEST, FINEST, -1):
        on = on_grid(values, power) | (values == 0)
        if not limit.fewest_after <= np.count_nonzero(on & (values != 0)) <= len(values) - limit.fewest_after:
            continue
        if on.all():
            continue
        for begin, end in (_fine(~on), _coarse(~on)):
            begin, end = _placed(begin, end, len(values))
            if (found := _told(values, on, begin, end)) is not None:
                return found
    return None


def _placed(begin: int, end: int, many: int) -> tuple[int, int]:
    """In the middle, or from somewhere to the end: a few readings at either end may fall on the grid by chance."""
    least = limits().scale.fewest_after
    begin, end = (0 if begin < least else begin), (many if many - end < least else end)
    return (end, many) if begin == 0 else (begin, end)


def _fine(off: Flags) -> tuple[int, int]:
    """From the first reading off the grid to the last."""
    places = np.flatnonzero(off)
    return int(places[0]), int(places[-1]) + 1


def _coarse(off: Flags) -> tuple[int, int]:
    """The longest run of readings on the grid."""
    places = np.concatenate(([-1], np.flatnonzero(off), [len(off)]))
    longest = int(np.argmax(np.diff(places)))
    return int(places[longest]) + 1, int(places[longest + 1])


def _told(values: Floats, on: Flags, begin: int, end: int) -> Stretch | None:
    limit = limits().scale
    inside = np.zeros(len(values), dtype=bool)
    inside[begin:end] = True
    first, second = ~inside & (values != 0), inside & (values != 0)
    old, new = values[first], values[second]
    if min(len(old), len(new)) < limit.fewest_after:
        return None
    if min(len(np.unique(old)), len(np.unique(new))) < limit.fewest_digits:
        return None
    if abs(np.mean(on[first]) - np.mean(on[second])) < limit.apart:
        return None
    level, other = (float(np.exp(np.mean(np.log(np.abs(side))))) for side in (old, new))
    for factor in sorted(factors(), key=lambda one: abs(np.log(other / _converted(level, one)))):
        apart = abs(np.log(other / _converted(level, factor)))
        if apart > limit.level * abs(np.log(_converted(level, factor) / level)):
            return None
        if digits_agree(old, new, factor):
            begin, end = _settled(values, begin, end, level, other)
            return Stretch(begin, end, factor)
    return None


def _converted(level: float, factor: Factor) -> float:
    return max(abs(factor.factor * level + factor.offset), 1e-300)


def _settled(values: Floats, begin: int, end: int, level: float, other: float) -> tuple[int, int]:
    """The ends by level: what falls on both grids by chance belongs to the side that it is nearer to. A zero is
    the same in every unit."""
    size = np.log(np.maximum(np.abs(values), 1e-300))
    while begin + 1 < end and values[begin] == 0:
        begin += 1
    while end < len(values) and end > begin + 1 and values[end - 1] == 0:
        end -= 1
    border, up = (np.log(level) + np.log(other)) / 2, other > level
    new = (size > border) == up
    most = limits().scale.fewest_after
    for _ in range(_BY_CHANCE):
        if begin > 0 and new[begin - 1] and values[begin - 1] != 0:
            begin -= 1
        elif not new[begin] and begin + 1 < end and values[begin] != 0 and new[begin + 1 : begin + most].all():
            begin += 1
        if end < len(values) and new[end] and values[end] != 0:
            end += 1
        elif end < len(values) and not new[end - 1] and values[end - 1] != 0 and new[end - most : end - 1].all():
            end -= 1
    return begin, end
