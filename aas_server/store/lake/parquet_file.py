"""One Parquet file of the lake, synced before it is named in the log, with its statistics."""

from __future__ import annotations

import json
import math
import os
import time
import uuid
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from aas_server.clock import iso
from aas_server.store.durable import sync

_MINIMUM_COLUMNS = 32
"""Lower and upper bounds for the first columns only, as Delta's own writers do: more would bloat the log."""


def write(folder: Path, version: int, part: int, rows: pa.Table, level: int = 0) -> AddAction:
    """Write ``rows`` as a file of ``folder``; its name sorts by version and part and
    bears its level (see ``merging``). Returns Delta's add action."""
    name = f"{version:012d}-{part:06d}-l{level}-{uuid.uuid4().hex[:12]}.parquet"
    path = folder / name
    try:
        with path.open("wb") as target:
            pq.write_table(rows, target, compression="zstd")
            target.flush()
            os.fsync(target.fileno())
        sync(folder)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    size = path.stat().st_size
    return AddAction(name, size, {}, time.time_ns() // 1_000_000, True, json.dumps(statistics(rows)))


def statistics(rows: pa.Table) -> dict[str, Any]:
    """Delta's statistics of a file: rows, nulls of each column, bounds of numbers and times."""
    lowest: dict[str, Any] = {}
    highest: dict[str, Any] = {}
    for field in list(rows.schema)[:_MINIMUM_COLUMNS]:
        if not (
            pa.types.is_integer(field.type)
            or pa.types.is_floating(field.type)
            or pa.types.is_timestamp(field.type)
        ):
            continue
        bounds = pc.min_max(rows.column(field.name)).as_py()
        low, high = _bound(bounds["min"]), _bound(bounds["max"])
        if low is not None and high is not None:
            lowest[field.name], highest[field.name] = low, high
    nulls = {field.name: rows.column(field.name).null_count for field in rows.schema}
    return {"numRecords": rows.num_rows, "minValues": lowest, "maxValues": highest, "nullCount": nulls}


def _bound(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return iso(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
