"""Units: a column told in another unit of the same quantity."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from aas_server.errors import BadInput
from aas_server.product.preprocess.bench import NOTHING, Bench
from aas_server.product.recipe.cleaning import Conversion
from submodels.field import Field, Unit
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


def convert(bench: Bench) -> None:
    """Convert each declared column of this stream; the field's unit and valid range follow."""
    done: dict[str, str] = {}
    notes = []
    for name, declared in bench.recipe.cleaning.units.items():
        place = f"cleaning.units.{name}"
        column = bench.number(name, place)
        if column is None:
            continue
        given, wanted, linear = planned(column.field, declared, place)
        notes.append((column, given, wanted, linear))
        done[column.sql] = linear.sql(column.sql)
    counted = bench.counts(", ".join(f"count({column.sql})" for column, *_ in notes)) if notes else ()
    for (column, given, wanted, linear), cells in zip(notes, counted, strict=True):
        short = column.field.id_short
        told = f"{column.sql} IS NOT NULL"
        example = bench.changed(short, told, column.sql, linear.sql(column.sql)) if cells else NOTHING
        bench.note(
            "convert-unit", cells, columns=(short,), example=example,
            column=short, given=given.symbol, wanted=wanted.symbol,
        )  # fmt: skip
        bench.as_number(column)
        column.field = replace(
            column.field,
            unit=Unit(wanted.symbol, wanted.code, wanted.irdi),
            minimum=linear.of(column.field.minimum),
            maximum=linear.of(column.field.maximum),
        )
    if done:
        bench.put(done)


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
