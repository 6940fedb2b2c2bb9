"""The remaining useful life of each row: how long until the failure that ends its unit's life."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HOUR = 3600 * 1_000_000
"""Microseconds."""


@dataclass(frozen=True, slots=True)
class Lives:
    """``left``: how much of the life is left at each row (NaN: its end was not seen); ``ends``: failures seen."""

    left: NDArray[np.float64]
    ends: int

    @property
    def open(self) -> int:
        """Rows whose failure was not seen."""
        return int(np.isnan(self.left).sum())


def measure(
    clock: NDArray[np.float64],
    units: NDArray[np.int64],
    failed: NDArray[np.bool_] | None,
    most: float | None,
) -> Lives:
    """Time to failure by row; rows stand in the order of time.

    ``clock``: what counts the life; ``units``: whose life it is; ``failed``: rows in a failed state, the first of
    a run is the failure, the rest of the run tells nothing (NaN). Without it the unit's last row is its failure.
    Rows after a unit's last failure are open.
    """
    left = np.full(clock.size, np.nan)
    ends = 0
    for unit in np.unique(units):
        rows = np.flatnonzero(units == unit)
        if failed is None:
            left[rows] = clock[rows[-1]] - clock[rows]
            ends += 1
            continue
        down = failed[rows]
        begins = np.flatnonzero(down & ~np.concatenate(([False], down[:-1])))
        ends += begins.size
        following = np.searchsorted(begins, np.arange(rows.size), side="left")
        seen = following < begins.size
        end = rows[begins[following[seen]]]
        left[rows[seen]] = clock[end] - clock[rows[seen]]
        left[rows[down & ~np.isin(np.arange(rows.size), begins)]] = np.nan
    return Lives(left if most is None else np.minimum(left, most), ends)
