"""Units: what a recipe asks for, and what its valid ranges are in the unit that is sold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from aas_server.errors import BadInput
from aas_server.product.recipe import Quality, Range, Recipe
from aas_server.product.recipe.cleaning import Conversion
from submodels.field import Field
from templates import units
from templates.units import UnitCode

_ODD = 10**6
"""Factors such as 5/9 stand in the table with sixteen digits; a fraction with a smaller denominator is meant."""


@dataclass(frozen=True, slots=True)
class Linear:
    """``(value * times + plus) / over``: whole numbers where they can be, so that 212 °F are 100 °C exactly."""

    times: float
    plus: float
    over: float

    def sql(self, value: str) -> str:
        """The same as SQL of a DOUBLE; ``value`` is SQL, too."""
        scaled = f"{value}::DOUBLE" if self.times == 1.0 else f"{value} * {self.times!r}::DOUBLE"
        moved = scaled if self.plus == 0.0 else f"({scaled} + {self.plus!r}::DOUBLE)"
        return moved if self.over == 1.0 else f"{moved} / {self.over!r}::DOUBLE"

    def of(self, value: float | None) -> float | None:
        """``value`` converted; ``None`` stays."""
        return None if value is None else (value * self.times + self.plus) / self.over


def between(given: UnitCode, wanted: UnitCode) -> Linear | None:
    """The conversion, by QUDT's rule that the SI value is ``(value + offset) * factor``; ``None`` where the two
    are units of different quantities, or one has no linear conversion (dB)."""
    if given.quantity != wanted.quantity or not given.factor or not wanted.factor:
        return None
    ratio = _exact(given.factor) / _exact(wanted.factor)
    plus = Fraction(str(given.offset)) * ratio - Fraction(str(wanted.offset))
    return Linear(float(ratio.numerator), float(plus * ratio.denominator), float(ratio.denominator))


def planned(field: Field, declared: str | Conversion, place: str) -> tuple[UnitCode, UnitCode, Linear]:
    """From which unit to which, and how. Raises ``BadInput`` with the ``place`` in the recipe for an unknown unit,
    a field without one, or two that do not go together."""
    asked = declared if isinstance(declared, Conversion) else Conversion(declared)
    written = asked.given or (field.unit.symbol if field.unit else "")
    if not written:
        raise BadInput("preprocess-unit-missing", place=place, column=field.name)
    given, wanted = _known(written, place), _known(asked.to, place)
    linear = between(given, wanted)
    if linear is None:
        raise BadInput(
            "preprocess-units-differ",
            place=place,
            given=given.symbol,
            wanted=wanted.symbol,
            known=", ".join(one.symbol for one in units.everything() if given.factor and between(given, one))
            or "-",
        )
    return given, wanted, linear


def ranges_as_sold(recipe: Recipe, fields: Iterable[Field]) -> Quality:
    """What quality checks of the product: ranges are declared in the unit that was collected (``fields``), and
    told in the one that is sold."""
    known = {field.name: field for field in fields}
    ranges = dict(recipe.quality.ranges)
    for name, declared in recipe.cleaning.units.items():
        if name in ranges and name in known:
            _, _, linear = planned(known[name], declared, f"cleaning.units.{name}")
            low, high = map(linear.of, ranges[name].ends)
            ranges[name] = Range(low, high)
    return replace(recipe.quality, ranges=ranges)


def _known(written: str, place: str) -> UnitCode:
    known = units.by_any(written)
    if known is None:
        shown = ", ".join(one.symbol for one in units.everything()[:40])
        raise BadInput("preprocess-unit-unknown", place=place, given=written, known=shown)
    return known


def _exact(factor: float) -> Fraction:
    written = Fraction(str(factor))
    simple = written.limit_denominator(_ODD)
    return simple if simple and abs(simple / written - 1) < Fraction(1, 10**15) else written
