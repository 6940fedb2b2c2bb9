"""What step 2 did to each column, in figures: as it came and as it is sold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """``missing`` of ``cells`` hold no value. Of numbers: least, greatest and mean (nine digits), and how many lie
    in each of as many equal parts of ``[low, high]`` as there are ``bars`` (of a large table: of every n-th row).
    """

    cells: int
    missing: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    bars: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column of ``stream`` by its idShort; ``name`` as the feed has it.

    ``before`` is ``None`` for one that step 2 made, or whose values are kept back (``withheld``);
    ``after`` for one that it left out.
    """

    stream: str
    column: str
    name: str
    before: ColumnSummary | None
    after: ColumnSummary | None
    withheld: bool = False
