"""Conditions on documents, in no database's language (after the AAS Query Language, IDTA-01002 V3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Comparison = Literal["eq", "ne", "gt", "ge", "lt", "le", "contains", "starts-with", "ends-with", "regex"]
Type = Literal["string", "number", "boolean", "date-time", "time", "hex"]
Scope = Literal["aas", "sm", "sme", "cd", "aasdesc", "smdesc"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a document: ``$sme.Motor.Axes[].Speed#value`` has scope ``sme``, path ``Motor.Axes[].Speed``
    (``""`` means any element) and name ``value``. ``[]`` stands for any index."""

    scope: Scope
    name: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A value that was written in the condition."""

    value: str | float | bool


@dataclass(frozen=True, slots=True)
class Cast:
    """An operand read as a type."""

    operand: Operand
    type: Type


Operand = Field | Given | Cast


@dataclass(frozen=True, slots=True)
class Compare:
    """Holds where any value of a field does."""

    left: Operand
    how: Comparison
    right: Operand


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class Match:
    """All parts hold for one and the same element or list entry."""

    parts: tuple[Compare, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """Holds always, or never."""

    holds: bool


Condition = Compare | AllOf | AnyOf | Not | Match | Constant
