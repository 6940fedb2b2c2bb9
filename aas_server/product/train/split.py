"""The split by time: the past trains, the rest tests. A random split leaks: near-equal shots lie together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aas_server.clock import from_ns, iso


def cut(times: NDArray[np.int64] | None, rows: int, test_share: float) -> tuple[int, bool]:
    """``(number of training rows, whether time could decide)``.

    ``times`` ascend. The cut moves to the nearest change of time, so rows of one moment stay on one side; where
    all rows are of one moment (or bear no time) it goes by row order.
    """
    wanted = min(max(round(rows * (1 - test_share)), 1), rows - 1)
    if times is None:
        return wanted, False
    earlier = int(np.searchsorted(times, times[wanted], side="left"))
    later = int(np.searchsorted(times, times[wanted], side="right"))
    possible = [place for place in (earlier, later) if 0 < place < rows]
    if not possible:
        return wanted, False
    return min(possible, key=lambda place: (abs(place - wanted), place)), True


def place(times: NDArray[np.int64] | None, train_rows: int) -> str:
    """The cut as text: the first moment of the test part (ISO 8601 UTC), or its row number from 0."""
    return str(train_rows) if times is None else iso(from_ns(int(times[train_rows]) * 1000))


def repeated(matrix: NDArray[np.float64], train_rows: int) -> int:
    """How many rows of the test part equal a row of the training part in every feature."""
    known = {row.tobytes() for row in matrix[:train_rows] + 0.0}
    return sum(row.tobytes() in known for row in matrix[train_rows:] + 0.0)
