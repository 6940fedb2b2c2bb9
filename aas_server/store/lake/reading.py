"""Stored rows of a span of time, with the place where each is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable

from aas_server.store.contract import COMMON
from aas_server.store.lake import columns
from aas_server.store.lake.table import Table, schema, stored

Span = tuple[int, int]


def recent(table: Table, handle: DeltaTable | None, low: int, high: int, names: Sequence[str]) -> pa.Table:
    """See ``contract.Lake.recent``; without a handle the stream is unknown."""
    known = schema(handle) if handle else pa.schema([])
    types = {field.name: field.type for field in known}
    wanted = pa.schema([(name, types.get(name, pa.null())) for name in names])
    shown = pa.schema([*wanted, ("file", pa.string()), ("row", pa.int64())])
    parts: list[pa.Table] = []
    for file in stored(handle) if handle else ():
        if file.times is not None and _meet(file.times, (low, high)):
            for rows, numbers in _rows(table.folder / file.name, (low, high), names):
                fitted = columns.fitted(rows, wanted)
                place = pa.array([file.name], pa.string()).take(pa.nulls(len(numbers), pa.int64()).fill_null(0))
                parts.append(pa.table([*fitted.columns, place, numbers], schema=shown))
    return pa.concat_tables(parts) if parts else shown.empty_table()


def _rows(path: Path, span: Span, names: Sequence[str]) -> Iterator[tuple[pa.Table, pa.Array]]:
    """The rows of a file whose time lies in the span, and their numbers, a row group at a time."""
    low, high = (pa.scalar(bound, COMMON["time"]) for bound in span)
    with pq.ParquetFile(path) as file:
        there = [name for name in dict.fromkeys([*names, "time"]) if name in file.schema_arrow.names]
        time = file.schema_arrow.names.index("time")
        start = 0
        for group in range(file.num_row_groups):
            metadata = file.metadata.row_group(group)
            bounds = metadata.column(time).statistics
            if bounds is None or not bounds.has_min_max or _meet((bounds.min_raw, bounds.max_raw), span):
                rows = file.read_row_group(group, columns=there)
                times = rows.column("time")
                within = pc.and_(pc.greater_equal(times, low), pc.less_equal(times, high))
                numbers = pc.indices_nonzero(pc.fill_null(within, False))
                if len(numbers):
                    yield rows.take(numbers), pc.add(numbers.cast(pa.int64()), start)
            start += metadata.num_rows


def _meet(one: Span, other: Span) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
