"""Figures of a table's columns, gathered while it passes by, batch after batch."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from aas_server.product.column_change import ColumnSummary

BARS = 20
MOST = 100_000
"""Rows that histograms are made of, about."""
_MOST_CELLS = 10_000_000
"""Cells that are kept for them, about: those of a very wide table are made of fewer rows."""
_DIGITS = 9
_SURE = 14
"""Digits of the largest value that a sum in doubles surely has, whatever its order."""

Numbers = NDArray[np.float64] | NDArray[np.int64]


@dataclass(slots=True)
class _Column:
    held: int = 0
    least: float = math.inf
    greatest: float = -math.inf
    total: float = 0.0
    some: list[Numbers] = field(default_factory=list)


class Figures:
    """Of a table of ``rows`` rows with the columns ``names``; a fraction that is not finite counts as missing.

    ``every``: the histograms are made of every n-th row.
    """

    def __init__(self, names: Iterable[str], rows: int) -> None:
        self._columns = {name: _Column() for name in names}
        self._cells = 0
        self.every = max(1, rows // MOST, rows * len(self._columns) // _MOST_CELLS)

    def add(self, rows: NDArray[np.int64], values: Iterable[pa.Array]) -> None:
        """A batch: the numbers of its rows, from 0, in any order, and an array for each of ``names``."""
        self._cells += len(rows)
        chosen = pa.array(np.flatnonzero(rows % self.every == 0))
        for column, came in zip(self._columns.values(), values, strict=True):
            if not (pa.types.is_floating(came.type) or pa.types.is_integer(came.type)):
                column.held += len(came) - came.null_count
                continue
            numbers = _finite(came)
            if len(numbers):
                column.held += len(numbers)
                column.least = min(column.least, numbers.min().item())
                column.greatest = max(column.greatest, numbers.max().item())
                with np.errstate(over="ignore"):
                    column.total += numbers.sum(dtype=np.float64).item()
                column.some.append(_finite(came.take(chosen)))

    def told(self) -> dict[str, ColumnSummary]:
        """Cells, missing ones, least, greatest and mean of each column."""
        return {name: self._summary(column) for name, column in self._columns.items()}

    def _summary(self, column: _Column) -> ColumnSummary:
        missing = self._cells - column.held
        if column.least > column.greatest:
            return ColumnSummary(self._cells, missing)
        least, greatest = rounded(column.least), rounded(column.greatest)
        return ColumnSummary(self._cells, missing, least, greatest, rounded(_mean(column)))

    def with_bars(self, name: str, told: ColumnSummary, low: float, high: float) -> ColumnSummary:
        """``told`` with the column's histogram from ``low`` to ``high``; what lies beyond is in the outer bars."""
        numbers = np.concatenate([np.zeros(0), *self._columns[name].some])
        part = (high - low) / BARS
        places = np.zeros(len(numbers))
        if 0 < part < math.inf:
            places = np.clip(np.floor((numbers - low) / part), 0, BARS - 1)
        bars = np.bincount(places.astype(np.int64), minlength=BARS)
        return replace(told, low=float(low), high=float(high), bars=tuple(bars.tolist()))


def rounded(value: float | None) -> float | None:
    """To nine digits."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.{_DIGITS}g}")


def _mean(column: _Column) -> float:
    """Without the digits in which the order of the batches tells: the mean of readings with few decimals may lie
    exactly between two of nine digits, that of a normalised column at 0."""
    largest = max(abs(column.least), abs(column.greatest))
    places = _SURE - math.ceil(math.log10(largest)) if largest else 0
    return round(column.total / column.held, places) + 0.0  # no -0


def _finite(values: pa.Array) -> Numbers:
    numbers: Numbers = values.drop_null().to_numpy()
    finite = np.isfinite(numbers)
    return numbers if finite.all() else numbers[finite]
