"""By what numbers change when their unit or decimal point does (``factors.toml``), and what digits say of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

from aas_server.quality.findings.limits import limits
from aas_server.quality.findings.shape import Floats

FINEST = -10
"""Decimals below which a number counts as not rounded."""
_MOST_POWER = 6
_EXACT = 1e-6
_FEW = 0.01
_FIGURES = 5e-7
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Factor:
    """new = factor × old + offset."""

    name: str
    factor: float
    offset: float = 0.0

    @property
    def of_ten(self) -> bool:
        """Whether it moves the decimal point only."""
        return self.offset == 0 and abs(np.log10(self.factor) - round(np.log10(self.factor))) < _EXACT

    @property
    def back(self) -> Factor:
        """The conversion the other way."""
        name = f"÷{self.name[1:]}" if self.name.startswith("×") else " → ".join(reversed(self.name.split(" → ")))
        return Factor(name, 1 / self.factor, -self.offset / self.factor)


@cache
def factors() -> tuple[Factor, ...]:
    """The conversions of ``factors.toml``, each in both directions."""
    forward = msgspec.toml.decode(
        Path(__file__).with_name("factors.toml").read_bytes(), type=dict[str, tuple[Factor, ...]]
    )["factor"]
    return (*forward, *(one.back for one in forward))


def on_grid(values: Floats, power: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which of the numbers are whole multiples of that power of ten."""
    scaled = values / 10.0**power
    return np.asarray(np.abs(scaled - np.round(scaled)) <= _EXACT * np.maximum(1.0, np.abs(scaled)) ** _HALF)


def last_digit(values: Floats) -> int:
    """The power of ten of the last decimal that is written, of nearly all numbers; ``FINEST``: none was cut within
    seven figures, which is what a float of 32 bits holds."""
    least = _FIGURES * float(np.median(np.abs(values)))
    for power in range(_MOST_POWER, FINEST, -1):
        if 10.0**power < least:
            return FINEST
        scaled = values / 10.0**power
        if np.mean(np.abs(scaled - np.round(scaled)) > _EXACT / 10 * np.abs(scaled)) < _FEW:
            return power
    return FINEST


def digits_agree(old: Floats, new: Floats, factor: Factor) -> bool | None:
    """Whether one side, converted back, falls on the digits that the other is written with; where the decimal
    point moves: whether the last digit moves along. ``None`` where digits cannot tell: none was cut, or they
    go by the size of the number, or the conversion was rounded too much."""
    if _written_by_size(old) or _written_by_size(new):
        return None
    if factor.of_ten:
        digits = last_digit(old), last_digit(new)
        uncut = min(digits) <= limits().scale.uncut
        return None if uncut else digits[1] - digits[0] == round(float(np.log10(factor.factor)))
    answers = (_falls_on(old, new, factor), _falls_on(new, old, factor.back))
    if True in answers:
        return True
    return False if False in answers else None


def _written_by_size(values: Floats) -> bool:
    """Whether numbers ten times as large have a decimal less: they are written to so many figures (``%.5g``), and
    their decimals say nothing of where they come from."""
    known = values[values != 0]
    decade = np.floor(np.log10(np.abs(known))).astype(int)
    often = [one for one in np.unique(decade).tolist() if np.sum(decade == one) >= limits().scale.fewest_after]
    digits = [last_digit(known[decade == one]) for one in often]
    return len(often) > 1 and all(
        after - before == next_decade - one
        for one, next_decade, before, after in zip(often, often[1:], digits, digits[1:], strict=False)
    )


def _falls_on(old: Floats, new: Floats, factor: Factor) -> bool | None:
    digit, other = last_digit(old), last_digit(new)
    if digit <= limits().scale.uncut:
        return None
    room = _HALF * 10.0**other / (factor.factor * 10.0**digit)
    if room > limits().scale.most_room:
        return None
    back = (new - factor.offset) / (factor.factor * 10.0**digit)
    off = np.abs(back - np.round(back))
    return bool(np.mean(off <= room + _EXACT * np.maximum(1.0, np.abs(back))) >= 1 - 5 * _FEW)
