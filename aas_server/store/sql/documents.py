"""Shells, submodels, concept descriptions and what others registered, as bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime

from aas_server.clock import Clock, us
from aas_server.errors import NotFound
from aas_server.store.contract import Change, Condition, Described, Document, IdPage, Kind, Page
from aas_server.store.sql import cursors, lists, texts
from aas_server.store.sql.engine import Database, Row
from aas_server.store.sql.query.statement import statement
from aas_server.store.sql.rows import ATTACHMENTS, BY_ID, attached, change, document, last_change
from aas_server.store.sql.transaction import Writer
from aas_server.store.sql.turns import Turns

_BEFORE = """
SELECT seq, kind, id, body, etag, id_short, created, updated FROM version
WHERE kind /*unindexed*/ = ? AND id = ? AND updated <= ? AND replaced > ? ORDER BY seq + 0 DESC LIMIT 1
"""
_CHANGES = "SELECT position, kind, id, what, time FROM change WHERE position > ? ORDER BY position LIMIT ?"
_MANY = 100
"""From here on one filter is as common as another."""
_AT_ONCE = 250
"""Ids in one statement: engines bound the number of values, and the plan of a long list takes time."""


class SqlDocuments:
    """Implements ``contract.Documents``: reads as the engine does them best for an event loop, writes on one
    writer thread that holds the engine's write lock for the whole transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._turns = Turns()
        self._thread = ThreadPoolExecutor(1, "documents-writer")

    async def get(self, kind: Kind, id: str, *, whole: bool = True) -> Document:
        rows = await self._database.fetch(BY_ID[whole], (kind, id)) if texts.storable(id) else []
        if not rows:
            raise NotFound("document-not-found", kind=kind, id=id)
        return document(rows[0])

    async def several(self, kind: Kind, ids: Sequence[str], *, whole: bool = True) -> Mapping[str, Document]:
        wanted = [id for id in dict.fromkeys(ids) if texts.storable(id)]
        found: dict[str, Document] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            rows = await self._database.fetch(*lists.several(kind, wanted[start : start + _AT_ONCE], whole))
            found |= {row[2]: document(row) for row in rows}
        return {id: found[id] for id in wanted if id in found}

    async def page(
        self,
        kind: Kind,
        limit: int,
        cursor: str | None = None,
        *,
        id_short: str | None = None,
        semantic_id: str | None = None,
        asset_ids: Sequence[tuple[str, str]] = (),
        whole: bool = True,
    ) -> Page:
        _check(asset_ids, id_short, semantic_id)
        after = cursors.number(cursor)
        rarest = await self._rarest_first(asset_ids)
        statement = lists.page(kind, id_short, semantic_id, rarest, whole, after, limit + 1)
        return _page(await self._database.fetch(*statement), limit)

    async def described(
        self, kind: Described, limit: int, cursor: str | None = None, *, facts: Sequence[tuple[str, str]] = ()
    ) -> Page:
        _check(facts)
        statement = lists.described(kind, facts, cursors.number(cursor), limit + 1)
        return _page(await self._database.fetch(*statement), limit)

    async def shells_by_assets(
        self, asset_ids: Sequence[tuple[str, str]], limit: int, cursor: str | None = None
    ) -> IdPage:
        _check(asset_ids)
        after = cursors.text(cursor)
        rarest = await self._rarest_first(asset_ids)
        ids: list[str] = []
        # A shell comes once for its own asset ids and once for its links: twice as many rows are mostly enough.
        while len(ids) <= limit:
            rows = await self._database.fetch(*lists.shells_by_assets(rarest, after, 2 * limit + 2))
            ids += dict.fromkeys(id for (id,) in rows)
            if len(rows) < 2 * limit + 2:
                break
            after = ids[-1]
        more = len(ids) > limit > 0
        return IdPage(tuple(ids[:limit]), cursors.made("i", ids[limit - 1]) if more else None)

    async def query(
        self, kind: Kind, condition: Condition, limit: int, cursor: str | None = None, *, seconds: float = 10
    ) -> Page:
        found = statement(kind, condition, cursors.number(cursor), limit + 1, self._database.dialect)
        return _page(await self._database.search(found.text, found.values, seconds), limit)

    async def at(self, kind: Kind, id: str, moment: datetime) -> Document:
        then = us(moment)
        if texts.storable(id):
            rows = await self._database.fetch(f"{BY_ID[True]} AND updated <= ?", (kind, id, then))
            rows = rows or await self._database.fetch(_BEFORE, (kind, id, then, then))
            if rows:
                return document(rows[0])
        raise NotFound("version-not-found", kind=kind, id=id, moment=moment.isoformat())

    async def recent(
        self,
        kind: Kind,
        limit: int,
        cursor: str | None = None,
        *,
        created_from: datetime | None = None,
        updated_from: datetime | None = None,
        asset_ids: Sequence[tuple[str, str]] = (),
        semantic_id: str | None = None,
    ) -> tuple[Sequence[Change], str | None]:
        _check(asset_ids, semantic_id)
        born = None if created_from is None else us(created_from)
        touched = None if updated_from is None else us(updated_from)
        after = cursors.moment(cursor)
        statement = lists.recent(kind, after, born, touched, asset_ids, semantic_id, limit + 1)
        rows = await self._database.fetch(*statement)
        last = rows[limit - 1] if len(rows) > limit > 0 else None
        return [last_change(row) for row in rows[:limit]], cursors.made("t", last[4], last[0]) if last else None

    async def attachment(self, owner: str, path: str) -> tuple[str, str]:
        statement = "SELECT media_type, digest FROM attachment WHERE owner = ? AND path = ?"
        known = texts.storable(owner) and texts.storable(path)
        rows = await self._database.fetch(statement, (owner, path)) if known else []
        if not rows:
            raise NotFound("attachment-not-found", id=owner, path=path)
        return rows[0][0], rows[0][1]

    async def attachments(self, owner: str) -> Mapping[str, tuple[str, str]]:
        return attached(await self._database.fetch(ATTACHMENTS, (owner,)) if texts.storable(owner) else [])

    async def attached_blobs(self, digests: Sequence[str]) -> frozenset[str]:
        found: set[str] = set()
        for start in range(0, len(digests), _AT_ONCE):
            some = tuple(digests[start : start + _AT_ONCE])
            marks = ", ".join("?" * len(some))
            statement = f"SELECT DISTINCT digest FROM attachment WHERE digest IN ({marks})"  # noqa: S608
            found |= {str(digest) for (digest,) in await self._database.fetch(statement, some)}
        return frozenset(found)

    async def changes(self, after: int, limit: int) -> Sequence[Change]:
        return [change(row) for row in await self._database.fetch(_CHANGES, (after, limit))]

    async def last_change(self) -> int:
        rows = await self._database.fetch("SELECT position FROM change ORDER BY position DESC LIMIT 1", ())
        return int(rows[0][0]) if rows else 0

    async def _rarest_first(self, asset_ids: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
        """A list goes along its first filter; of two, the one that more documents have may be all of them."""
        pairs = list(dict.fromkeys(asset_ids))
        if len(pairs) < 2:
            return pairs
        counted = [(await self._database.fetch(*lists.few(pair, _MANY)))[0][0] for pair in pairs]
        return [pair for _, pair in sorted(zip(counted, pairs, strict=True), key=lambda both: both[0])]

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        await self._turns.take()
        try:
            writer = Writer(self._database, self._thread, self._clock)
            try:
                await writer.begin()
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


def _page(rows: list[Row], limit: int) -> Page:
    more = len(rows) > limit > 0
    return Page(tuple(map(document, rows[:limit])), cursors.made("s", rows[limit - 1][0]) if more else None)


def _check(pairs: Sequence[tuple[str, str]], *others: str | None) -> None:
    texts.check(*others, *(text for pair in pairs for text in pair))
