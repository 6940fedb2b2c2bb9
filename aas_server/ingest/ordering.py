"""Whether records come in the order of their times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from aas_server.ingest.remarks import Mask
from connectors.flags import HISTORICAL, IMPLAUSIBLE_TIME, RETAINED, UNREADABLE_TIME

LATE = "late"
DOUBTED = frozenset({IMPLAUSIBLE_TIME, UNREADABLE_TIME})
OLD_BY_NATURE = frozenset({HISTORICAL, RETAINED})
"""Flags of records whose time can't be believed, and of those that are no news."""
_BEFORE_ALL = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Ordering:
    """Of rows: whose time can be believed, and which are late. ``unordered``: how many are older than one before
    them; ``newest``: the newest time so far, µs since 1970, or ``None``."""

    believed: Mask
    late: Mask
    unordered: int
    newest: int | None


def times(rows: pa.Table) -> NDArray[np.int64]:
    """Each row's time, µs since 1970; 0 where it has none."""
    found: NDArray[np.int64] = rows["time"].cast(pa.int64()).fill_null(0).to_numpy()
    return found


def look(rows: pa.Table, flags: dict[int, tuple[str, ...]], newest: int | None, late: int) -> Ordering:
    """``flags``: what decoding said of rows; ``newest``: the stream's newest time before; ``late``: µs from which
    an older record is late. One that is old by nature (sent as history, or retained by a broker) is not."""
    at = times(rows)
    believed = np.array(rows["time"].is_valid(), np.bool_)
    expected = np.ones(len(at), np.bool_)
    for row, told in flags.items():
        if not DOUBTED.isdisjoint(told):
            believed[row] = False
        if not OLD_BY_NATURE.isdisjoint(told):
            expected[row] = False
    before = np.empty(len(at) + 1, np.int64)
    before[0] = _BEFORE_ALL if newest is None else newest
    np.maximum.accumulate(np.where(believed, at, _BEFORE_ALL), out=before[1:])
    np.maximum(before[1:], before[0], out=before[1:])
    older = believed & expected & (at < before[:-1])
    # Not ``before - late``: before the first time that would wrap around.
    is_late = older & (at + late < before[:-1])
    last = int(before[-1])
    return Ordering(believed, is_late, int(older.sum()), None if last == _BEFORE_ALL else last)
