"""One measured figure: an exact fraction with its rule and a few places to look at."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from aas_server.messages import in_all
from submodels.text import Text

EXAMPLES = 3
"""How many places a figure names; its rows name them all."""


@dataclass(frozen=True, slots=True)
class Measure:
    """``numerator`` of ``denominator`` keep ``rule``; both are ``None`` where nothing was measured, and then
    ``reason`` says why. ``examples`` lead to rows that don't keep it."""

    rule: Text
    numerator: int | None = None
    denominator: int | None = None
    reason: Text | None = None
    examples: tuple[str, ...] = ()

    @property
    def value(self) -> Fraction | None:
        """Exactly, in 0…1; ``None`` where not measured."""
        if self.numerator is None or not self.denominator:
            return None
        return Fraction(self.numerator, self.denominator)


def not_measured(rule: Text, reason: str, **values: object) -> Measure:
    """Nothing to count: never a silent 100. ``reason`` is the key of a sentence."""
    return Measure(rule, reason=in_all(reason, **values))
