"""The prepared table as one Parquet file: the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from aas_server.product.preprocess.bench import Bench

TIME = "Time"
_ROW_GROUP = 100_000
_TYPES = {
    "bool": pa.bool_(),
    "int64": pa.int64(),
    "double": pa.float64(),
    "string": pa.string(),
    "timestamp": pa.timestamp("us", "UTC"),
}


def write(bench: Bench, path: Path) -> None:
    """Write ``Time`` (timestamp[us, UTC]) and the columns by idShort, ordered by time, then by arrival."""
    schema = pa.schema(
        [(TIME, _TYPES["timestamp"]), *((column.field.id_short, _TYPES[column.kind]) for column in bench.columns)]
    )
    values = "".join(f", {column.sql}" for column in bench.columns)
    found = bench.connection.sql(
        f"SELECT time{values} FROM {bench.relation} ORDER BY time NULLS LAST, row"  # noqa: S608
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    # While one group is packed the database makes the next: both leave the interpreter alone.
    with pq.ParquetWriter(path, schema, compression="zstd") as writer, ThreadPoolExecutor(1) as packer:
        packed: Future[None] | None = None
        for group in _groups(found.to_arrow_reader(_ROW_GROUP)):
            ready = group.rename_columns(schema.names).cast(schema)
            if packed is not None:
                packed.result()
            packed = packer.submit(writer.write_table, ready, row_group_size=_ROW_GROUP)
        if packed is not None:
            packed.result()


def _groups(batches: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Tables of exactly ``_ROW_GROUP`` rows (the last one fewer), however the batches are cut."""
    waiting = batches.schema.empty_table()
    for batch in batches:
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
        while waiting.num_rows >= _ROW_GROUP:
            yield waiting.slice(0, _ROW_GROUP).combine_chunks()
            waiting = waiting.slice(_ROW_GROUP)
    if waiting.num_rows:
        yield waiting.combine_chunks()
