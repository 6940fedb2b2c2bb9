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
    (``""`` means any element) and name ``value``. ``[]`` stands for any index. Names are those of ``Fact``; a
    reference alone is not one, its first key's value is (``semanticId.keys[0].value``)."""

    scope: Scope
    name: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A value that was written in the condition: a ``float`` for a number, a ``bool``, else the text
    (``16#AF``, ``2026-01-31T08:00:00Z``, ``08:00``)."""

    value: str | float | bool
    type: Type = "string"


@dataclass(frozen=True, slots=True)
class Cast:
    """A field read as a type."""

    operand: Field
    type: Type


Operand = Field | Given | Cast


@dataclass(frozen=True, slots=True)
class Compare:
    """Holds where any value of a field does. A value that can't be read as the other side's type is unequal to it.
    Two fields that are both absent are equal. A pattern (``regex``) is a portable one, see ``twin.pattern``."""

    left: Operand
    how: Comparison
    right: Operand


@dataclass(frozen=True, slots=True)
class AllOf:
    """Comparisons on another document (a shell's submodels, a submodel's shells) that stand directly in here are
    about one and the same document."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class Match:
    """All parts hold for one and the same document, element and list entry: where paths have the same beginning up
    to a ``[]``, that stands for the same index in all of them. A ``Match`` inside has its own for what comes
    deeper."""

    parts: tuple[Compare | Match | Constant, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """Holds always, or never."""

    holds: bool


@dataclass(frozen=True, slots=True)
class StoredAs:
    """Holds for descriptors that were registered, or for those of what is stored, by their kind of document."""

    kind: Literal["shell", "submodel", "shell-descriptor", "submodel-descriptor"]


Condition = Compare | AllOf | AnyOf | Not | Match | Constant | StoredAs
