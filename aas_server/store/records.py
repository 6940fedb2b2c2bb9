"""A pinned stream's records as a view in DuckDB, column by column, whatever its gateway calls its fields.

SQL knows no difference between ``Time`` and ``time``, gateways do. So a stream's own columns are seen under
``c0``, ``c1``, … in the order they are asked for, beside ``row`` (the record's number from 0 in the order of the
files) and the lake's ``time``, ``position``, ``flags`` and ``misfit``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from aas_server.store.parquet import literal, quoted, reader

LAKE = {"time": "timestamp", "position": "int64", "flags": "string", "misfit": "string"}
SQL_TYPES = {
    "bool": "BOOLEAN",
    "int64": "BIGINT",
    "double": "DOUBLE",
    "string": "VARCHAR",
    "timestamp": "TIMESTAMPTZ",
}


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
    names = [pq.read_schema(path).names for path in paths]
    starts = [0]
    for path in paths:
        starts.append(starts[-1] + pq.read_metadata(path).num_rows)
    known = {column for file in names for column in file}
    if len({column.lower() for column in known}) == len(known):
        files = ", ".join(literal(str(path)) for path in paths)
        ordinal = f"{starts[:-1]}[file_index + 1] + file_row_number" if len(paths) > 1 else "file_row_number"
        columns = _columns(own, beside, {column: quoted(column) for column in known})
        body = f"SELECT {ordinal} AS row, {columns} FROM read_parquet([{files}], union_by_name = true)"  # noqa: S608
    else:
        body = " UNION ALL ".join(
            _one_file(path, file, start, own, beside)
            for path, file, start in zip(paths, names, starts, strict=False)
        )
    connection.execute(f"CREATE VIEW {quoted(name)} AS {body}")


def lock(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> None:
    """From here on the connection reads these files and nothing else of the machine, writes nothing but its
    spill, and none of this can be undone: for expressions that people wrote."""
    files = ", ".join(literal(str(path)) for path in paths)
    connection.execute(f"SET allowed_paths = [{files}]")
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _one_file(
    path: Path, names: Sequence[str], start: int, own: Mapping[str, str], beside: Mapping[str, str]
) -> str:
    aliases = {column: f"p{number}" for number, column in enumerate(names)}
    columns = _columns(own, beside, aliases)
    positional = ", ".join(aliases.values())
    return (
        f"SELECT {start} + file_row_number AS row, {columns} "  # noqa: S608
        f"FROM read_parquet({literal(str(path))}) AS file({positional})"
    )


def _columns(own: Mapping[str, str], beside: Mapping[str, str], found: Mapping[str, str]) -> str:
    wanted = [(name, kind, quoted(name)) for name, kind in beside.items()]
    wanted += [(name, kind, f"c{number}") for number, (name, kind) in enumerate(own.items())]
    return ", ".join(f"CAST({found.get(name, 'NULL')} AS {SQL_TYPES[kind]}) AS {to}" for name, kind, to in wanted)
