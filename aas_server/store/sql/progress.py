"""Long work on a whole database that may break off: how far it has come."""

from __future__ import annotations

from aas_server.store.sql.engine import Connection

KEYS = "keys"
"""Bringing the keys of all documents to new rules; the kind follows."""
COPY = "copy"
"""A copy into this database that has not come to its end."""
_SAY = """
INSERT INTO progress (name, version, seq) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET version = excluded.version, seq = excluded.seq
"""


def say(connection: Connection, name: str, version: int, seq: int) -> None:
    """``version`` says what is done, ``seq`` how far."""
    connection.execute(_SAY, (name, version, seq))


def said(connection: Connection, name: str) -> tuple[int, int]:
    """``(version, seq)``; zeros where nothing was said."""
    rows = connection.execute("SELECT version, seq FROM progress WHERE name = ?", (name,)).fetchall()
    return rows[0] if rows else (0, 0)


def forget(connection: Connection, name: str) -> None:
    connection.execute("DELETE FROM progress WHERE name = ?", (name,))
