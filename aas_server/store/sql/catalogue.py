"""The product line's records by section and id."""

from __future__ import annotations

from collections.abc import Sequence

from aas_server.errors import Conflict, NotFound
from aas_server.store.contract import Section
from aas_server.store.sql import texts
from aas_server.store.sql.engine import Database

_PUT = "INSERT INTO catalogue (section, id, body) VALUES (?, ?, ?) ON CONFLICT (section, id) DO"


class SqlCatalogue:
    """Implements ``contract.Catalogue``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, section: Section, id: str, body: bytes) -> None:
        texts.check(id)
        with self._database.writing() as connection:
            connection.execute(f"{_PUT} UPDATE SET body = excluded.body", (section, id, body))

    def add(self, section: Section, id: str, body: bytes) -> None:
        texts.check(id)
        with self._database.writing() as connection:
            if connection.execute(f"{_PUT} NOTHING", (section, id, body)).rowcount == 0:
                raise Conflict("record-exists", section=section, id=id)

    def get(self, section: Section, id: str) -> bytes:
        texts.check(id)
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT body FROM catalogue WHERE section = ? AND id = ?", (section, id)
            ).fetchone()
        if row is None:
            raise NotFound("record-not-found", section=section, id=id)
        return bytes(row[0])

    def delete(self, section: Section, id: str) -> None:
        texts.check(id)
        with self._database.writing() as connection:
            gone = connection.execute("DELETE FROM catalogue WHERE section = ? AND id = ?", (section, id))
            if gone.rowcount == 0:
                raise NotFound("record-not-found", section=section, id=id)

    def page(self, section: Section, limit: int = 100, after: str = "") -> Sequence[tuple[str, bytes]]:
        texts.check(after)
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, body FROM catalogue WHERE section = ? AND id > ? ORDER BY id LIMIT ?",
                (section, after, limit),
            ).fetchall()
        return [(id, bytes(body)) for id, body in rows]
