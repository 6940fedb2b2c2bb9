"""The rows that were stored last, without reading what lies before them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_BATCH = 8192
"""Rows held at a time: a file's last group may hold hundreds of thousands."""


def newest(paths: Sequence[Path], count: int) -> pa.Table:
    """The last ``count`` rows of a table's files, in the order they are stored. A column that a file does not have
    is null there."""
    found: list[pa.Table] = []
    missing = count
    for path in reversed(paths):
        with pq.ParquetFile(path) as file:
            for group in reversed(range(file.num_row_groups)):
                if missing <= 0:
                    break
                found.insert(0, _end(file, group, missing))
                missing -= found[0].num_rows
    return pa.concat_tables(found, promote_options="permissive") if found else pa.table({})


def _end(file: pq.ParquetFile, group: int, count: int) -> pa.Table:
    held: deque[pa.RecordBatch] = deque()
    rows = 0
    for batch in file.iter_batches(_BATCH, row_groups=[group]):
        held.append(batch)
        rows += batch.num_rows
        while rows - held[0].num_rows >= count:
            rows -= held.popleft().num_rows
    table = pa.Table.from_batches(held, file.schema_arrow)
    return table.slice(max(0, table.num_rows - count))
