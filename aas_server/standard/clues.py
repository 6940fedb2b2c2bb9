"""What is known of a field whose meaning is in question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from submodels.field import Field
from templates import concepts, names, units
from templates.concepts import Concept, Plausible
from templates.units import UnitCode

_NUMBERS = (
    "xs:double",
    "xs:float",
    "xs:decimal",
    "xs:integer",
    "xs:long",
    "xs:int",
    "xs:short",
    "xs:unsignedLong",
)


@dataclass(frozen=True, slots=True)
class Extent:
    """The least and the greatest value that came, in the unit of the field; ``None`` where none is known."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Clues:
    """``name`` as the gateway wrote it; ``unit`` its symbol or empty; ``numeric``: whether its values are numbers,
    ``None`` where that is not known."""

    name: str
    unit: str = ""
    numeric: bool | None = None
    seen: Extent = field(default_factory=Extent)

    @cached_property
    def known_unit(self) -> UnitCode | None:
        """The unit of the field, else the one that stands behind its name: ``Flow (L/min)``, ``FLOW_LPM``."""
        said = self.unit or names.unit_in(self.name)[1] or self._behind[1]
        return units.by_any(said) if said else None

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the name without its unit."""
        return self._behind[0]

    @cached_property
    def concept(self) -> Concept | None:
        """What the name says for certain, its unit taken into account."""
        unit = self.known_unit
        symbol = unit.symbol if unit else self.unit or None
        return concepts.propose(self.name, symbol) or concepts.propose(" ".join(self.words), symbol)

    @cached_property
    def _behind(self) -> tuple[tuple[str, ...], str]:
        parts = names.words(names.unit_in(self.name)[0])
        rest, symbol, written_out = names.unit_behind(parts)
        if symbol and not written_out:
            meant = concepts.propose(" ".join(rest))
            if meant is None or symbol not in (*meant.units, *meant.loose):
                return parts, ""
        return rest, symbol


def of_field(one: Field, seen: Mapping[str, Extent] | None = None) -> Clues:
    """``seen``: by the field's name."""
    return Clues(
        one.name,
        one.unit.symbol if one.unit else "",
        is_number(one.value_type),
        (seen or {}).get(one.name, Extent()),
    )


def is_number(value_type: str) -> bool:
    """Whether an XSD type, or the data type of a dictionary (``REAL_MEASURE``), is one of numbers."""
    return value_type in _NUMBERS or value_type.startswith(("REAL", "INTEGER", "INT_", "RATIONAL"))


def outside(seen: Extent, unit: UnitCode | None, plausible: Plausible) -> float | None:
    """A value that came and that the quantity can't have; ``None`` where there is none, or where the unit is not
    known well enough to tell."""
    bound_unit = units.unit(plausible.unit) if plausible.unit else None
    for value, bound, sign in ((seen.low, plausible.minimum, 1), (seen.high, plausible.maximum, -1)):
        if value is None or bound is None:
            continue
        told = _told(value, unit, bound_unit, bound)
        if told is not None and sign * (told - bound) < -1e-9 * max(1.0, abs(bound)):
            return value
    return None


def _told(value: float, unit: UnitCode | None, bound_unit: UnitCode | None, bound: float) -> float | None:
    if bound_unit is None:
        return value
    if unit is None:
        # Nil is nil in every unit without an offset, whatever the unit turns out to be.
        return value if bound == 0 and not bound_unit.offset else None
    try:
        return units.convert(value, unit, bound_unit)
    except ValueError:
        return None
