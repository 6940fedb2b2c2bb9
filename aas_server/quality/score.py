"""The weighted index: Σ weight × index, on 0…100."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Score:
    """``weights`` are those that were used, in order; ``index`` is ``None`` where nothing was measured."""

    weights: tuple[Fraction, ...]
    index: Fraction | None


def score(weights: Sequence[Fraction], values: Sequence[Fraction | None]) -> Score:
    """Weigh the measured values. The weight of what was not measured is shared out among the rest in proportion:
    each measured weight is divided by the sum of the measured ones."""
    measured = sum((w for w, value in zip(weights, values, strict=True) if value is not None), Fraction(0))
    if not measured:
        return Score(tuple(Fraction(0) for _ in weights), None)
    used = tuple(
        w / measured if value is not None else Fraction(0) for w, value in zip(weights, values, strict=True)
    )
    index = sum((w * value for w, value in zip(used, values, strict=True) if value is not None), Fraction(0))
    return Score(used, 100 * index)
