"""One Parquet file of the lake, synced before it is named in the log, with its statistics.

Encodings are those that DuckDB, Polars, Spark (3.3), pyarrow and delta-rs all read: differences of whole numbers
and times (``DELTA_BINARY_PACKED``), dictionaries for everything else. ``BYTE_STREAM_SPLIT`` would not be, and
takes up to twice the bytes where values have a plant's few digits. Sorting by tag would make files larger too: a
message's time, arrival and position cost next to nothing only while its samples stand together
(docs/performance.md).
"""

from __future__ import annotations

import json
import math
import os
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from aas_server.clock import iso
from aas_server.store.durable import sync

GROUP_ROWS = 2**17
"""Rows of a row group: what a reader that wants a range of time has to read at least."""
_GROUP_BYTES = 64 * 2**20
"""Memory from which a row group ends before that: tables may have a thousand columns."""
_LEVEL = 3
"""Of Zstandard: 9 would save another 5 % and take half as long again."""
_BOUNDED_COLUMNS = 32
"""Lower and upper bounds for the first columns only, as Delta's own writers do: more would bloat the log."""


class Writer:
    """A file that grows by tables of one schema. It is no part of the table before its action is committed.

    ``place`` sorts the file among the others (see ``place``), ``level`` is that of ``merging``."""

    def __init__(self, folder: Path, place: str, schema: pa.Schema, level: int = 0) -> None:
        self._folder = folder
        self._schema = schema
        self.path = folder / f"{place}-l{level}-{uuid.uuid4().hex[:12]}.parquet"
        self._target = self.path.open("wb")
        self._statistics = Statistics(schema)
        self._waiting: list[pa.Table] = []
        self._writer = pq.ParquetWriter(self._target, schema, **_options(schema))

    @property
    def rows(self) -> int:
        return self._statistics.rows

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._target.tell()

    def add(self, rows: pa.Table) -> None:
        self._statistics.add(rows)
        self._waiting.append(rows)
        waiting = sum(table.num_rows for table in self._waiting)
        if waiting >= GROUP_ROWS or sum(table.nbytes for table in self._waiting) >= _GROUP_BYTES:
            self._flush()

    def close(self, *, changed: bool = True) -> AddAction:
        """Sync it; returns Delta's add action. ``changed``: whether the table has other rows by it."""
        try:
            self._flush()
            self._writer.close()
            self._target.flush()
            os.fsync(self._target.fileno())
            self._target.close()
            sync(self._folder)
        except BaseException:
            self.discard()
            raise
        told = json.dumps(self._statistics.told())
        return AddAction(self.path.name, self.path.stat().st_size, {}, time.time_ns() // 1_000_000, changed, told)

    def discard(self) -> None:
        """Take the file away."""
        with suppress(OSError, pa.ArrowException):
            self._writer.close()
        self._writer.is_open = False  # else it would try again when it is collected, and complain
        self._target.close()
        self.path.unlink(missing_ok=True)

    def _flush(self) -> None:
        if self._waiting:
            waiting, self._waiting = pa.concat_tables(self._waiting), []
            self._writer.write_table(waiting, row_group_size=GROUP_ROWS)


def place(version: int, part: int) -> str:
    """What a file's name begins with: names sort by version and part."""
    return f"{version:012d}-{part:06d}"


def place_of(file: Path | str) -> str:
    """What a file's name begins with."""
    return "-".join(Path(file).name.split("-")[:2])


def write(folder: Path, place: str, rows: pa.Table, level: int = 0) -> AddAction:
    """Write ``rows`` as a file of ``folder``; returns Delta's add action."""
    writer = Writer(folder, place, rows.schema, level)
    try:
        writer.add(rows)
    except BaseException:
        writer.discard()
        raise
    return writer.close()


def rows_of(action: AddAction) -> int:
    """How many rows a file has, by its action."""
    return int(json.loads(action.stats)["numRecords"])


class Statistics:
    """Delta's statistics of a file: rows, nulls of each column, bounds of numbers and times."""

    def __init__(self, schema: pa.Schema) -> None:
        self.rows = 0
        self._nulls = dict.fromkeys(schema.names, 0)
        self._bounded = [field.name for field in list(schema)[:_BOUNDED_COLUMNS] if _is_bounded(field.type)]
        self._lowest: dict[str, Any] = {}
        self._highest: dict[str, Any] = {}
        self._unbounded: set[str] = set()

    def add(self, rows: pa.Table) -> None:
        self.rows += rows.num_rows
        for name in self._nulls:
            self._nulls[name] += rows.column(name).null_count
        for name in self._bounded:
            bounds = pc.min_max(rows.column(name)).as_py()
            if bounds["min"] is None:
                continue
            if not (_is_finite(bounds["min"]) and _is_finite(bounds["max"])):
                self._unbounded.add(name)
            self._lowest[name] = min(bounds["min"], self._lowest.get(name, bounds["min"]))
            self._highest[name] = max(bounds["max"], self._highest.get(name, bounds["max"]))

    def told(self) -> Mapping[str, Any]:
        """As the log has them."""
        return {
            "numRecords": self.rows,
            "minValues": self._bounds(self._lowest),
            "maxValues": self._bounds(self._highest),
            "nullCount": self._nulls,
        }

    def _bounds(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            name: iso(value) if isinstance(value, datetime) else value
            for name, value in values.items()
            if name not in self._unbounded
        }


def _options(schema: pa.Schema) -> Mapping[str, Any]:
    whole = [f.name for f in schema if pa.types.is_integer(f.type) or pa.types.is_timestamp(f.type)]
    rest: list[str] | bool = [name for name in schema.names if name not in set(whole)]
    return {
        "compression": "zstd",
        "compression_level": _LEVEL,
        "use_dictionary": rest or False,
        "column_encoding": dict.fromkeys(whole, "DELTA_BINARY_PACKED"),
    }


def _is_bounded(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_timestamp(kind))


def _is_finite(value: Any) -> bool:
    return not isinstance(value, float) or math.isfinite(value)
