"""What a Flux query is made of, once it is parsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Duration:
    """``1mo3d``: months, which are of no fixed length, and nanoseconds."""

    months: int
    nanoseconds: int

    def negated(self) -> Duration:
        return Duration(-self.months, -self.nanoseconds)


@dataclass(frozen=True, slots=True)
class Pattern:
    """``/^temp/``."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """``mean`` or ``v.timeRangeStart``; of a record ``r`` also ``r["…"]``: the parts in their order."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Call:
    """``range(start: -1h)``: arguments by name."""

    name: str
    arguments: Mapping[str, Expression]


@dataclass(frozen=True, slots=True)
class Compared:
    """``left op right``, ``op`` one of ``== != < <= > >= =~ !~``."""

    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Joined:
    """``and`` or ``or`` of several."""

    op: str
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Denied:
    """``not`` of one."""

    part: Expression


@dataclass(frozen=True, slots=True)
class Exists:
    """``exists r.x``."""

    name: Name


@dataclass(frozen=True, slots=True)
class Function:
    """``(r) => …`` with one parameter."""

    parameter: str
    body: Expression


Expression: TypeAlias = (
    "str | float | int | bool | datetime | Duration | Pattern | Name | Call | Compared | Joined | Denied | Exists"
    " | Function | tuple[Expression, ...]"
)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Calls, each fed by the one before."""

    calls: tuple[Call, ...]
