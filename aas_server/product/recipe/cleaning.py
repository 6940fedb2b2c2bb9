"""``[cleaning]``: what step 2 does to the records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """A stretch in which a gateway's clock stood wrong by ``seconds`` (added to put it right)."""

    stream: str
    start: str
    end: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Cleaning:
    """``repeated``: what happens to records equal to an earlier one (over ``key``, else over all fields).
    ``codes`` maps a column to values that mean "no reading" (they become null). ``drop_missing_over``: a column
    with a larger share of missing cells is left out. ``clock_offsets``: seconds to add, per stream, to time
    stamps in ``[from, to)`` (ISO 8601)."""

    repeated: Literal["remove", "keep"] = "remove"
    key: tuple[str, ...] = ()
    codes: Mapping[str, tuple[float | str, ...]] = field(default_factory=dict)
    missing: Literal["keep", "drop-row"] = "keep"
    drop_missing_over: float | None = None
    clock_offsets: tuple[ClockOffset, ...] = ()
