"""The prepared table as one Parquet file: the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from aas_server.product.preprocess.bench import Bench
from aas_server.product.preprocess.figures import Figures

TIME = "Time"
_ROW_GROUP = 100_000
_ORDER = "ORDER BY time NULLS LAST, row"
_LAST = np.iinfo(np.int64).max
_FIRST = (np.iinfo(np.int64).min, -1)
_TYPES = {
    "bool": pa.bool_(),
    "int64": pa.int64(),
    "double": pa.float64(),
    "string": pa.string(),
    "timestamp": pa.timestamp("us", "UTC"),
}


class _OutOfOrderError(Exception):
    """A row came before one that it should follow."""


def write(bench: Bench, path: Path) -> Figures:
    """Write ``Time`` (timestamp[us, UTC]) and the columns by idShort, ordered by time, then by arrival. Returns
    the figures of the columns.

    Rows that lie in their order already are taken as they come: to sort a table costs as much as to pack it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if bench.ordered:
        with suppress(_OutOfOrderError), bench.one_by_one():
            return _write(bench, path, "")
    return _write(bench, path, _ORDER)


def _write(bench: Bench, path: Path, order: str) -> Figures:
    """Raises ``_OutOfOrderError`` where the rows turn out not to lie in their order."""
    kinds = {column.field.id_short: _TYPES[column.kind] for column in bench.columns}
    schema = pa.schema([(TIME, _TYPES["timestamp"]), *kinds.items()])
    values = "".join(f", {column.sql}" for column in bench.columns)
    found = bench.connection.sql(f"SELECT row, time{values} FROM {bench.relation} {order}")  # noqa: S608
    figures, last, begin = Figures(kinds, bench.rows), _FIRST, 0
    # While one group is packed the database makes the next: both leave the interpreter alone.
    with pq.ParquetWriter(path, schema, compression="zstd") as writer, ThreadPoolExecutor(1) as packer:
        packed: Future[None] | None = None
        for group in _groups(found.to_arrow_reader(_ROW_GROUP)):
            last = _following(group, last)
            ready = pa.record_batch(group.columns[1:], schema)
            if packed is not None:
                packed.result()
            packed = packer.submit(writer.write_batch, ready, row_group_size=_ROW_GROUP)
            figures.add(np.arange(begin, begin + len(ready)), ready.columns[1:])
            begin += len(ready)
        if packed is not None:
            packed.result()
    return figures


def _following(group: pa.RecordBatch, last: tuple[int, int]) -> tuple[int, int]:
    """Time (µs) and row of the group's last row. Raises ``_OutOfOrderError`` unless each row, the first after
    ``last``, follows the one before."""
    rows = np.append(last[1], group.column(0))
    times = np.append(last[0], group.column(1).cast(pa.int64()).fill_null(_LAST))
    if np.any((times[1:] < times[:-1]) | ((times[1:] == times[:-1]) & (rows[1:] < rows[:-1]))):
        raise _OutOfOrderError
    return times[-1], rows[-1]


def _groups(batches: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Batches of exactly ``_ROW_GROUP`` rows (the last one fewer), however those that come are cut."""
    waiting = batches.schema.empty_table()
    for batch in batches:
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
        while waiting.num_rows >= _ROW_GROUP:
            yield _whole(waiting.slice(0, _ROW_GROUP))
            waiting = waiting.slice(_ROW_GROUP)
    if waiting.num_rows:
        yield _whole(waiting)


def _whole(table: pa.Table) -> pa.RecordBatch:
    [batch] = table.combine_chunks().to_batches()
    return batch
