"""Parquet files read through DuckDB: one door, so that memory, threads and column joining are decided once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb


def reader(views: Mapping[str, Sequence[Path]], memory: str = "1GB") -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with one view per name over its Parquet files.

    Columns of several files are joined by name (a column added later is null in older files). Rows keep the order
    of the files and of the rows in them. Spills beside nothing: memory is bounded by ``memory``.
    """
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET memory_limit = '{memory}'")
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("SET autoinstall_known_extensions = false")
    for name, paths in views.items():
        files = ", ".join(literal(str(path)) for path in paths)
        connection.execute(
            f"CREATE VIEW {quoted(name)} AS SELECT * FROM read_parquet([{files}], union_by_name = true)"  # noqa: S608
        )
    return connection


def quoted(name: str) -> str:
    """A name as an SQL identifier, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text as an SQL literal, whatever it holds."""
    return "'" + value.replace("'", "''") + "'"
