"""What people declare of their data, to be checked: ``[quality]`` of ``product.toml``, or a rules file.

One type for both, so that a rule that was tried out on a file can be copied into the recipe as it stands.
Columns are called by the names that the file or the gateway gives them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Type = Literal["number", "integer", "text", "time", "boolean"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A cross-column rule as an SQL expression over the columns of one row; a row keeps it where it is true, and
    is left out where it is null. ``index`` says which index it feeds."""

    name: str
    expression: str
    index: Literal["consistency", "accuracy"] = "accuracy"


@dataclass(frozen=True, slots=True)
class Range:
    """A column's valid values, both ends included; an end that is left out (or infinite) is open."""

    min: float | None = None
    max: float | None = None

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Lower and upper end, each a finite number or ``None``."""
        low, high = (end if end is not None and math.isfinite(end) else None for end in (self.min, self.max))
        return low, high

    @property
    def is_reversed(self) -> bool:
        """Whether it ends before it begins, so that no value is valid."""
        low, high = self.ends
        return low is not None and high is not None and low > high


@dataclass(frozen=True, slots=True)
class Reference:
    """Every value of ``column`` stands in the column ``to`` of the same table, or of ``table``: a stream of the
    product, or a CSV or Parquet file beside the rules."""

    column: str
    to: str
    table: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """``column`` never falls from row to row in file order (``strict``: it always rises), within each group of
    rows that agree in ``by``: a counter, a batch number."""

    column: str
    by: tuple[str, ...] = ()
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Redundant:
    """Two columns that say the same: they differ by no more than ``tolerance`` (texts: not at all)."""

    first: str
    second: str
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Quality:
    """``key``: what should be unique (else the whole row). ``ranges``, ``types``, ``lists`` (valid values),
    ``codes`` (values that mean "no reading"): by column. ``missing``: words that mean "no value", beside an
    empty cell and NaN, NA, null, NULL. ``interval``: the time between two rows, seconds; taken from the data
    where it is not declared. ``arrival``: the column that says when a row arrived; ``late_after``: seconds after
    its time from which it is late; ``fresh_within``: how old, in days, the newest row may be at the day of the
    check. ``dates``: how dates with the year last (``5/4/20``) are meant, where the data can't tell."""

    profile: str = "kamp"
    key: tuple[str, ...] = ()
    ranges: Mapping[str, Range] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    types: Mapping[str, Type] = field(default_factory=dict)
    lists: Mapping[str, tuple[float | str, ...]] = field(default_factory=dict)
    codes: Mapping[str, tuple[float | str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    orders: tuple[Order, ...] = ()
    redundant: tuple[Redundant, ...] = ()
    interval: float | None = None
    arrival: str = ""
    late_after: float | None = None
    fresh_within: float | None = None
    dates: Literal["", "month-first", "day-first"] = ""
