"""A transaction over documents: held open on the writer thread until it is committed or undone."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, TypeVar

from aas_server.clock import Clock
from aas_server.errors import NotFound
from aas_server.store.contract import Keys, Kind, etag_of
from aas_server.store.sqlite.database import Database

Result = TypeVar("Result")


class Writer:
    """Implements ``contract.Transaction``."""

    def __init__(self, database: Database, thread: ThreadPoolExecutor, clock: Clock) -> None:
        self._database = database
        self._thread = thread
        self._clock = clock

    async def begin(self) -> None:
        await self._run(lambda connection: connection.execute("BEGIN IMMEDIATE"))

    async def commit(self) -> None:
        await self._run(lambda connection: connection.execute("COMMIT"))

    async def undo(self) -> None:
        await self._run(_undo)

    async def put(self, kind: Kind, id: str, body: bytes, keys: Keys) -> Literal["created", "updated", "same"]:
        return await self._run(lambda connection: _put(connection, kind, id, body, keys, self._now()))

    async def delete(self, kind: Kind, id: str) -> None:
        await self._run(lambda connection: _delete(connection, kind, id, self._now()))

    async def attach(self, owner: str, path: str, media_type: str, digest: str) -> None:
        await self._run(lambda connection: _attach(connection, owner, path, media_type, digest, self._now()))

    def _now(self) -> int:
        moment = self._clock.now()
        return int(moment.timestamp()) * 1_000_000 + moment.microsecond

    async def _run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        def on_thread() -> Result:
            with self._database.reading() as connection:
                return work(connection)

        # Shielded: a statement that has begun on the writer thread ends before the block is left.
        running = asyncio.ensure_future(asyncio.get_running_loop().run_in_executor(self._thread, on_thread))
        return await asyncio.shield(running)


def _undo(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _put(
    connection: sqlite3.Connection, kind: Kind, id: str, body: bytes, keys: Keys, now: int
) -> Literal["created", "updated", "same"]:
    row = connection.execute("SELECT seq, body FROM document WHERE kind = ? AND id = ?", (kind, id)).fetchone()
    if row is not None and row[1] == body:
        return "same"
    etag = etag_of(body)
    if row is None:
        inserted = connection.execute(
            "INSERT INTO document (kind, id, body, etag, id_short, semantic_id, created, updated)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (kind, id, body, etag, keys.id_short, keys.semantic_id, now, now),
        )
        seq = inserted.lastrowid
    else:
        seq = row[0]
        connection.execute(
            "UPDATE document SET body = ?, etag = ?, id_short = ?, semantic_id = ?, updated = ? WHERE seq = ?",
            (body, etag, keys.id_short, keys.semantic_id, now, seq),
        )
        connection.execute("DELETE FROM asset_id WHERE seq = ?", (seq,))
    connection.executemany(
        "INSERT OR IGNORE INTO asset_id VALUES (?, ?, ?, ?)",
        [(kind, name, value, seq) for name, value in keys.asset_ids],
    )
    what: Literal["created", "updated"] = "created" if row is None else "updated"
    _log(connection, kind, id, what, now)
    return what


def _delete(connection: sqlite3.Connection, kind: Kind, id: str, now: int) -> None:
    gone = connection.execute("DELETE FROM document WHERE kind = ? AND id = ?", (kind, id))
    if gone.rowcount == 0:
        raise NotFound("document-not-found", kind=kind, id=id)
    connection.execute("DELETE FROM attachment WHERE owner = ?", (id,))
    _log(connection, kind, id, "deleted", now)


def _attach(connection: sqlite3.Connection, owner: str, path: str, media_type: str, digest: str, now: int) -> None:
    new = (media_type, digest)
    key = (owner, path)
    before = connection.execute(
        "SELECT media_type, digest FROM attachment WHERE owner = ? AND path = ?", key
    ).fetchone()
    if before == new:
        return
    connection.execute("INSERT OR REPLACE INTO attachment VALUES (?, ?, ?, ?)", key + new)
    # A new content under an old name changes what a reader of the document gets.
    for (kind,) in connection.execute("SELECT kind FROM document WHERE id = ?", (owner,)).fetchall():
        _log(connection, kind, owner, "updated", now)


def _log(connection: sqlite3.Connection, kind: Kind, id: str, what: str, now: int) -> None:
    connection.execute("INSERT INTO change (kind, id, what, time) VALUES (?, ?, ?, ?)", (kind, id, what, now))
