"""New rows as they are stored: flagged by what the stream holds already, and in which order they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from aas_server.ingest import likeness, ordering
from aas_server.ingest.batch import Batch
from aas_server.ingest.remarks import flagged
from aas_server.store.contract import Lake


@dataclass(frozen=True, slots=True)
class Screened:
    """Rows for the lake, with the flags of stored rows that change with them (``REFLAG``), of which ``newly`` had
    none before. ``newest``: the stream's newest time now, µs since 1970; ``unordered``: rows older than one before
    them."""

    rows: pa.Table
    reflag: pa.Table | None
    newly: int
    newest: int | None
    unordered: int


def judge(
    lake: Lake, batch: Batch, rows: pa.Table, stored: Sequence[str], newest: int | None, late: int
) -> Screened:
    """``stored``: the stream's columns; ``newest``: its newest time before, ``None`` without any; ``late``: µs
    from which an older record is late. The lake is read only where rows are not newer than all it has."""
    order = ordering.look(rows, batch.flags, newest, late)
    key = ("time", "tag") if batch.shape == "narrow" else ("time",)
    times = ordering.times(rows)[order.believed]
    if newest is not None and len(times) and times.min() <= newest:
        alike = likeness.compare_stored(lake, batch.stream, rows, key, order.believed, stored)
    else:
        alike = likeness.compare(rows, key, order.believed)
    flags = flagged(
        rows["flags"].combine_chunks(),
        {
            likeness.REPEATED: alike.repeated,
            likeness.CONFLICTING: alike.conflicting,
            ordering.LATE: order.late,
        },
    )
    rows = rows.set_column(rows.column_names.index("flags"), "flags", flags)
    return Screened(rows, alike.stored, alike.newly, order.newest, order.unordered)
