"""Bringing the keys of stored documents to the rules of this program, where older rules made them."""

from __future__ import annotations

from typing import get_args

from aas_server.store.contract import Indexing, Kind
from aas_server.store.sql import progress, texts
from aas_server.store.sql.engine import Connection, Database
from aas_server.store.sql.writing import forget_keys, put_keys

_BATCH = 50
"""Documents a transaction: enough to make its commit cheap, few enough to hold them in memory."""
_DONE = 2**62


def index(database: Database, indexing: Indexing) -> int:
    """Make the keys of all documents anew, unless that was done by these rules; returns how many documents were
    read. What breaks off goes on where it was the next time."""
    count = 0
    for kind in get_args(Kind):
        while (batch := _next(database, indexing, kind)) > 0:
            count += batch
    return count


def _next(database: Database, indexing: Indexing, kind: Kind) -> int:
    with database.reading() as connection:
        if _seq(connection, indexing.version, kind) == _DONE:
            return 0
    with database.writing() as connection:
        rows = connection.execute(
            "SELECT seq, id, body FROM document WHERE kind = ? AND seq > ? ORDER BY seq LIMIT ?",
            (kind, _seq(connection, indexing.version, kind), _BATCH),
        ).fetchall()
        for seq, id, body in rows:
            keys = indexing.keys(kind, bytes(body))
            semantic_id = None if keys.semantic_id is None else texts.key(keys.semantic_id)
            connection.execute(
                "UPDATE document SET id_short = ?, semantic_id = ?, metadata = ? WHERE kind = ? AND seq = ?",
                (keys.id_short, semantic_id, keys.metadata, kind, seq),
            )
            forget_keys(connection, seq)
            put_keys(connection, seq, kind, id, keys)
        name = f"{progress.KEYS} {kind}"
        progress.say(connection, name, indexing.version, rows[-1][0] if rows else _DONE)
    return len(rows)


def _seq(connection: Connection, version: int, kind: Kind) -> int:
    """The last document of a kind that was read by these rules or newer ones."""
    known, seq = progress.said(connection, f"{progress.KEYS} {kind}")
    if known > version:
        return _DONE
    return seq if known == version else 0
