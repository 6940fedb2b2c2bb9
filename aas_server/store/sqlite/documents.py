"""Shells, submodels and concept descriptions as bytes."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from aas_server.clock import Clock
from aas_server.errors import BadInput, NotFound
from aas_server.store.contract import Change, Document, Kind, Page
from aas_server.store.sqlite.database import Database
from aas_server.store.sqlite.transaction import Writer
from aas_server.store.sqlite.turns import Turns

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = "d.seq, d.kind, d.id, d.body, d.etag, d.id_short, d.semantic_id, d.created, d.updated"


class SqliteDocuments:
    """Implements ``contract.Documents``: reads on the caller's own thread (some 10 µs, less than a switch of
    threads), writes on one writer thread that holds SQLite's write lock for the whole transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._turns = Turns()
        self._thread = ThreadPoolExecutor(1, "documents-writer")

    async def get(self, kind: Kind, id: str) -> Document:
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM document d WHERE kind = ? AND id = ?",  # noqa: S608
                (kind, id),
            ).fetchone()
            if row is None:
                raise NotFound("document-not-found", kind=kind, id=id)
            return document(row)

    async def page(
        self,
        kind: Kind,
        limit: int,
        cursor: str | None = None,
        *,
        id_short: str | None = None,
        semantic_id: str | None = None,
        asset_ids: Sequence[tuple[str, str]] = (),
    ) -> Page:
        query, values = _query(kind, id_short, semantic_id, asset_ids, _position(cursor), limit + 1)
        with self._database.reading() as connection:
            rows = connection.execute(query, values).fetchall()
            documents = tuple(document(row) for row in rows[:limit])
        more = len(rows) > limit and limit > 0
        return Page(documents, _cursor(rows[limit - 1][0]) if more else None)

    async def attachment(self, owner: str, path: str) -> tuple[str, str]:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT media_type, digest FROM attachment WHERE owner = ? AND path = ?", (owner, path)
            ).fetchone()
        if row is None:
            raise NotFound("attachment-not-found", id=owner, path=path)
        return row[0], row[1]

    async def attachments(self, owner: str) -> Mapping[str, tuple[str, str]]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT path, media_type, digest FROM attachment WHERE owner = ? ORDER BY path", (owner,)
            ).fetchall()
        return {path: (media_type, digest) for path, media_type, digest in rows}

    async def changes(self, after: int, limit: int) -> Sequence[Change]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT position, kind, id, what, time FROM change WHERE position > ? ORDER BY position LIMIT ?",
                (after, limit),
            ).fetchall()
        return [Change(position, kind, id, what, _moment(time)) for position, kind, id, what, time in rows]

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        await self._turns.take()
        try:
            writer = Writer(self._database, self._thread, self._clock)
            await writer.begin()
            try:
                yield writer
                await writer.commit()
            except BaseException:
                # Shielded: an undo that is itself cancelled would leave the lock held for everyone.
                await asyncio.shield(asyncio.ensure_future(writer.undo()))
                raise
        finally:
            self._turns.give()

    def close(self) -> None:
        self._thread.shutdown()


def _query(
    kind: Kind,
    id_short: str | None,
    semantic_id: str | None,
    asset_ids: Sequence[tuple[str, str]],
    after: int,
    limit: int,
) -> tuple[str, list[object]]:
    """Keyset paging: each index ends in ``seq``, so a page costs the same wherever it lies."""
    joins = "".join(
        f" JOIN asset_id a{i} ON a{i}.seq = d.seq AND a{i}.kind = ? AND a{i}.name = ? AND a{i}.value = ?"
        for i in range(len(asset_ids))
    )
    values: list[object] = [part for name, value in asset_ids for part in (kind, name, value)]
    wheres = ["d.kind = ?", "d.seq > ?"]
    values += [kind, after]
    for column, wanted in (("d.id_short", id_short), ("d.semantic_id", semantic_id)):
        if wanted is not None:
            wheres.append(f"{column} = ?")
            values.append(wanted)
    where = " AND ".join(wheres)
    query = f"SELECT {_COLUMNS} FROM document d{joins} WHERE {where} ORDER BY d.seq LIMIT ?"  # noqa: S608
    return query, [*values, limit]


def document(row: tuple[Any, ...]) -> Document:
    _, kind, id, body, etag, id_short, _, created, updated = row
    return Document(kind, id, body, etag, id_short, _moment(created), _moment(updated))


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _cursor(seq: int) -> str:
    return base64.urlsafe_b64encode(f"s{seq}".encode()).decode().rstrip("=")


def _position(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        if not text.startswith("s") or not text[1:].isdecimal() or len(text) > 19:
            raise ValueError
    except (ValueError, binascii.Error, UnicodeError):
        raise BadInput("cursor-wrong", cursor=cursor) from None
    return int(text[1:])
