"""The tables of a SQLite file as a whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from aas_server.store.sql.engine import Connection, Row
from aas_server.store.sql.tables import Table


class SqliteTables:
    """Implements ``sql.tables.Tables``."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def batches(self, connection: Connection, statement: str, size: int) -> Iterator[list[Row]]:
        rows = cast(sqlite3.Connection, connection).execute(statement)
        while batch := rows.fetchmany(size):
            yield batch

    def last_number(self, connection: Connection, name: str, table: Table) -> int:  # noqa: ARG002 (by name here)
        rows = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (name,)).fetchall()
        return int(rows[0][0]) if rows else 0

    def go_on(self, connection: Connection, name: str, table: Table, last: int) -> None:  # noqa: ARG002
        connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, last))

    def size(self) -> int:
        files = [self._file, *(self._file.with_name(self._file.name + end) for end in ("-wal", "-shm"))]
        return sum(file.stat().st_size for file in files if file.exists())
