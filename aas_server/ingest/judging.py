"""New rows as they are stored: flagged by what the stream holds already, and in which order they come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from aas_server.ingest import likeness, ordering, tags
from aas_server.ingest.batch import Batch
from aas_server.ingest.remarks import Mask, flagged
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
    times = ordering.times(rows)[order.believed]
    if newest is not None and len(times) and times.min() <= newest:
        alike = likeness.compare_stored(lake, batch.stream, rows, key(batch), order.believed, stored)
    else:
        alike = likeness.compare(_encoded(batch, rows), key(batch), order.believed)
    masks = {likeness.REPEATED: alike.repeated, likeness.CONFLICTING: alike.conflicting, ordering.LATE: order.late}
    return Screened(with_flags(rows, masks), alike.stored, alike.newly, order.newest, order.unordered)


def _encoded(batch: Batch, rows: pa.Table) -> pa.Table:
    """Rows with their tags as they were gathered: numbered already."""
    if batch.shape == "wide":
        return rows
    return rows.set_column(rows.column_names.index("tag"), "tag", tags.encoded(batch))


def key(batch: Batch) -> Sequence[str]:
    """The columns by which records of a stream are alike."""
    return ("time", "tag") if batch.shape == "narrow" else ("time",)


def with_flags(rows: pa.Table, masks: Mapping[str, Mask]) -> pa.Table:
    """Rows with further flags."""
    flags = flagged(rows["flags"].combine_chunks(), masks)
    return rows.set_column(rows.column_names.index("flags"), "flags", flags)
