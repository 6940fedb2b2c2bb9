"""``[quality]``: what step 6 checks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Rule:
    """A cross-column rule as an SQL expression over the raw column names; a row counts where it is true, and is
    left out where it is null. ``index`` says which index it feeds."""

    name: str
    expression: str
    index: Literal["consistency", "accuracy"]


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


@dataclass(frozen=True, slots=True)
class Quality:
    """``ranges``: by column; a value outside is invalid. ``key``: what should be unique (else the whole row)."""

    profile: str = "kamp"
    key: tuple[str, ...] = ()
    ranges: Mapping[str, Range] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
