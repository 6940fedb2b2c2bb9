"""Last readings, one row a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from aas_server.store.contract import MOST_COLUMNS, LiveValue, Readings
from aas_server.store.contract.live import LONGEST_NAME
from aas_server.store.sql import texts
from aas_server.store.sql.engine import Connection, Database, Row

# Of two readings with the same time the later written stays: it came later.
_PUT = """
INSERT INTO live (stream, field, value, time) VALUES (?, ?, ?, ?)
ON CONFLICT (stream, field) DO UPDATE SET value = excluded.value, time = excluded.time
WHERE excluded.time >= live.time
"""


class SqlLive:
    """Implements ``contract.Live``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, stream: str, values: Mapping[str, LiveValue], most: int = MOST_COLUMNS) -> None:
        self.put_all([Readings(stream, values, most)])

    def put_all(self, readings: Sequence[Readings]) -> None:
        told = [(one, rows) for one in readings if (rows := _rows(one))]
        if not told:
            return
        with self._database.writing() as connection:
            for one, rows in told:
                _put(connection, one, rows)

    def get(self, stream: str) -> Mapping[str, LiveValue]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT field, value, time FROM live WHERE stream = ? ORDER BY field", (stream,)
            ).fetchall()
        return {name: LiveValue(msgspec.json.decode(value), time) for name, value, time in rows}

    def forget(self, stream: str) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM live WHERE stream = ?", (stream,))
        self._database.scrub("live", "catalogue")


def _rows(readings: Readings) -> list[Row]:
    return [
        (readings.stream, name, msgspec.json.encode(live.value), live.time)
        for name, live in readings.values.items()
        if len(name) <= LONGEST_NAME and texts.storable(name)
    ]


def _put(connection: Connection, readings: Readings, rows: list[Row]) -> None:
    found = connection.execute("SELECT field FROM live WHERE stream = ?", (readings.stream,)).fetchall()
    known = {name for (name,) in found}
    new = [row for row in rows if row[1] not in known]
    for batch in ([row for row in rows if row[1] in known], new[: max(0, readings.most - len(known))]):
        if batch:
            connection.executemany(_PUT, batch)
