"""Last readings, one row a field."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from aas_server.store.contract import MOST_COLUMNS, LiveValue
from aas_server.store.sqlite.database import Database

# Of two readings with the same time the later written stays: it came later.
_PUT = """
INSERT INTO live VALUES (?, ?, ?, ?)
ON CONFLICT (stream, field) DO UPDATE SET value = excluded.value, time = excluded.time
WHERE excluded.time >= live.time
"""


class SqliteLive:
    """Implements ``contract.Live``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, stream: str, values: Mapping[str, LiveValue], most: int = MOST_COLUMNS) -> None:
        if not values:
            return
        rows = [(stream, name, msgspec.json.encode(live.value), live.time) for name, live in values.items()]
        with self._database.writing() as connection:
            known = {name for (name,) in connection.execute("SELECT field FROM live WHERE stream = ?", (stream,))}
            new = [row for row in rows if row[1] not in known]
            connection.executemany(_PUT, [row for row in rows if row[1] in known])
            connection.executemany(_PUT, new[: max(0, most - len(known))])

    def get(self, stream: str) -> Mapping[str, LiveValue]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT field, value, time FROM live WHERE stream = ? ORDER BY field", (stream,)
            ).fetchall()
        return {name: LiveValue(msgspec.json.decode(value), time) for name, value, time in rows}
