"""The product line's records by section and id."""

from __future__ import annotations

from collections.abc import Sequence

from aas_server.errors import Conflict, NotFound
from aas_server.store.contract import Section
from aas_server.store.sqlite.database import Database


class SqliteCatalogue:
    """Implements ``contract.Catalogue``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, section: Section, id: str, body: bytes) -> None:
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO catalogue VALUES (?, ?, ?)", (section, id, body))

    def add(self, section: Section, id: str, body: bytes) -> None:
        with self._database.writing() as connection:
            added = connection.execute("INSERT OR IGNORE INTO catalogue VALUES (?, ?, ?)", (section, id, body))
            if added.rowcount == 0:
                raise Conflict("record-exists", section=section, id=id)

    def get(self, section: Section, id: str) -> bytes:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT body FROM catalogue WHERE section = ? AND id = ?", (section, id)
            ).fetchone()
        if row is None:
            raise NotFound("record-not-found", section=section, id=id)
        return bytes(row[0])

    def delete(self, section: Section, id: str) -> None:
        with self._database.writing() as connection:
            gone = connection.execute("DELETE FROM catalogue WHERE section = ? AND id = ?", (section, id))
            if gone.rowcount == 0:
                raise NotFound("record-not-found", section=section, id=id)

    def page(self, section: Section, limit: int = 100, after: str = "") -> Sequence[tuple[str, bytes]]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, body FROM catalogue WHERE section = ? AND id > ? ORDER BY id LIMIT ?",
                (section, after, limit),
            ).fetchall()
        return [(id, bytes(body)) for id, body in rows]
