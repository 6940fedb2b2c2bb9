"""A pinned stream's records as a view in DuckDB, column by column, whatever its gateway calls its fields.

A stream's own columns are seen under ``c0``, ``c1``, … in the order they are asked for, so that no name of a
gateway is ever part of a formula; beside them stand ``row`` (the record's number from 0 in the order of the files)
and the lake's ``time``, ``position``, ``flags`` and ``misfit``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from aas_server.errors import NotFound
from aas_server.store.contract import COMMON, Lake
from aas_server.store.parquet import literal, quoted, reader

LAKE = {"time": "timestamp", "position": "int64", "flags": "string", "misfit": "string"}
SQL_TYPES = {
    "bool": "BOOLEAN",
    "int64": "BIGINT",
    "double": "DOUBLE",
    "string": "VARCHAR",
    "timestamp": "TIMESTAMPTZ",
}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file says of itself. ``bounds``: the least and the greatest value (µs) of columns of times, where it
    says them."""

    schema: pa.Schema
    rows: int
    bounds: Mapping[str, tuple[int, int]]


def facts(path: Path) -> FileFacts:
    """A file's columns and how many rows it has. Files of the lake don't change: what was read is remembered."""
    known = path.stat()
    return _facts(path, known.st_mtime_ns, known.st_size)


@lru_cache(4096)
def _facts(path: Path, _modified: int, _size: int) -> FileFacts:
    metadata = pq.read_metadata(path)
    schema = metadata.schema.to_arrow_schema()
    times = [field.name for field in schema if pa.types.is_timestamp(field.type) and field.type.unit == "us"]
    bounds = {name: found for name in times if (found := _bounds(metadata, schema.names.index(name)))}
    return FileFacts(schema, metadata.num_rows, bounds)


def _bounds(metadata: pq.FileMetaData, column: int) -> tuple[int, int] | None:
    found = [metadata.row_group(group).column(column).statistics for group in range(metadata.num_row_groups)]
    if not found or not all(one is not None and one.has_min_max for one in found):
        return None
    return min(one.min_raw for one in found), max(one.max_raw for one in found)


def kind_of(kind: pa.DataType) -> str:
    """The key of ``SQL_TYPES`` that an Arrow type is read as; any other type is read as text."""
    if pa.types.is_timestamp(kind):
        return "timestamp"
    if pa.types.is_integer(kind):
        return "int64"
    if pa.types.is_floating(kind):
        return "double"
    return "bool" if pa.types.is_boolean(kind) else "string"


def own_columns(schema: pa.Schema) -> dict[str, str]:
    """A stream's own columns with their kinds. One in which nothing has come yet is one of texts, as its files
    say."""
    return {field.name: kind_of(field.type) for field in schema if field.name not in COMMON}


def connect(scratch: Path, memory: str = "1GB") -> duckdb.DuckDBPyConnection:
    """A connection for work over whole tables: beyond ``memory`` it spills into ``scratch``.

    Rows come in no order of their own (keeping it would keep everything in memory): order by ``row``.
    """
    connection = reader({}, memory)
    scratch.mkdir(parents=True, exist_ok=True)
    connection.execute(f"SET temp_directory = {literal(str(scratch))}")
    connection.execute("SET preserve_insertion_order = false")
    return connection


def view(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    paths: Sequence[Path],
    own: Mapping[str, str],
    beside: Mapping[str, str] = LAKE,
) -> None:
    """Make the view ``name`` over Parquet files. ``own`` maps the columns wanted to their kinds (a key of
    ``SQL_TYPES``); one that a file lacks is null there. ``beside`` are those wanted under their own names."""
    known: set[str] = set()
    starts = [0]
    for path in paths:
        file = facts(path)
        known.update(file.schema.names)
        starts.append(starts[-1] + file.rows)
    wanted = [(name, kind, quoted(name)) for name, kind in beside.items()]
    wanted += [(name, kind, f"c{number}") for number, (name, kind) in enumerate(own.items())]
    columns = ", ".join(
        f"CAST({quoted(column) if column in known else 'NULL'} AS {SQL_TYPES[kind]}) AS {seen_as}"
        for column, kind, seen_as in wanted
    )
    files = ", ".join(literal(str(path)) for path in paths)
    row = f"CAST({starts} AS BIGINT[])[file_index::BIGINT + 1] + file_row_number"
    rows = (
        f"SELECT {row} AS row, {columns} FROM read_parquet([{files}], union_by_name = true)"  # noqa: S608
        if paths
        else f"SELECT 0::BIGINT AS row, {columns} WHERE false"
    )
    connection.execute(f"CREATE VIEW {quoted(name)} AS {rows}")


def lock(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> None:
    """From here on the connection reads these files and nothing else of the machine, writes nothing but its
    spill, and none of this can be undone: for expressions that people wrote."""
    files = ", ".join(literal(str(path)) for path in paths)
    connection.execute(f"SET allowed_paths = [{files}]")
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def positions_of(lake: Lake, stream: str, after: int = 0) -> NDArray[np.int64]:
    """Where the messages of a stream's records stand in the journal, after a position, in order; none for an
    unknown stream."""
    try:
        paths = lake.paths(lake.pin(stream))
    except NotFound:
        return np.zeros(0, np.int64)
    with reader({"records": paths}) as connection:
        found = connection.execute(
            "SELECT DISTINCT position FROM records WHERE position > ? ORDER BY 1", [after]
        ).fetchnumpy()
    return np.asarray(found["position"], np.int64)
