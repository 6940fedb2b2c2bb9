"""The tables of one part in PostgreSQL as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from aas_server.store.postgres.database import PostgresConnection, PostgresDatabase
from aas_server.store.sql.engine import Connection, Row
from aas_server.store.sql.tables import TABLES, Table


class PostgresTables:
    """Implements ``sql.tables.Tables``."""

    def __init__(self, part: str, database: PostgresDatabase) -> None:
        self._part = part
        self._database = database

    def batches(self, connection: Connection, statement: str, size: int) -> Iterator[list[Row]]:
        assert isinstance(connection, PostgresConnection)
        yield from connection.batches(statement, size)

    def last_number(self, connection: Connection, name: str, table: Table) -> int:
        row = connection.execute(
            "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(?, ?)::regclass), 0)",
            (name, table.first),
        ).fetchone()
        return int(row[0])

    def go_on(self, connection: Connection, name: str, table: Table, last: int) -> None:
        if last:
            connection.execute("SELECT setval(pg_get_serial_sequence(?, ?), ?)", (name, table.first, last))

    def size(self) -> int:
        names = list(TABLES[self._part])
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT coalesce(sum(pg_total_relation_size(to_regclass(name))), 0)::bigint"
                " FROM unnest(?::text[]) AS name",
                (names,),
            ).fetchall()
        return int(rows[0][0])
