"""A transaction over documents: held open on the writer thread until it is committed or undone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TypeVar

from aas_server.clock import Clock, us
from aas_server.errors import AasError
from aas_server.store.contract import Document, Keys, Kind
from aas_server.store.sql import texts, writing
from aas_server.store.sql.engine import Connection, Database
from aas_server.store.sql.writing import Log, Outcome

Result = TypeVar("Result")


class Undone(AasError):
    """Ends the database's own block without a commit; never leaves this module."""


class Writer:
    """Implements ``contract.Transaction``."""

    def __init__(self, database: Database, thread: ThreadPoolExecutor, clock: Clock) -> None:
        self._database = database
        self._thread = thread
        self._clock = clock
        self._block: AbstractContextManager[Connection] | None = None
        self._log: Log

    async def begin(self) -> None:
        await self._run(self._begin)

    async def commit(self) -> None:
        await self._run(lambda: self._end(None))

    async def undo(self) -> None:
        await self._run(lambda: self._end(Undone("undone")))

    async def get(self, kind: Kind, id: str) -> Document | None:
        if not texts.storable(id):
            return None
        return await self._run(lambda: writing.get(self._log, kind, id))

    async def put(self, kind: Kind, id: str, body: bytes, keys: Keys) -> Outcome:
        texts.check(id)
        return await self._run(lambda: writing.put(self._log, kind, id, body, keys))

    async def delete(self, kind: Kind, id: str) -> None:
        texts.check(id)
        await self._run(lambda: writing.delete(self._log, kind, id))

    async def attach(self, owner: str, path: str, media_type: str, digest: str) -> None:
        await self._run(lambda: writing.attach(self._log, owner, path, media_type, digest))

    async def detach(self, owner: str, path: str) -> bool:
        texts.check(owner, path)
        return await self._run(lambda: writing.detach(self._log, owner, path))

    async def attachments(self, owner: str) -> Mapping[str, tuple[str, str]]:
        texts.check(owner)
        return await self._run(lambda: writing.attachments(self._log.connection, owner))

    async def forget_versions(self, before: datetime, most: int = 1000) -> int:
        moment = us(before)
        return await self._run(lambda: writing.forget_versions(self._log.connection, moment, most))

    def _begin(self) -> None:
        block = self._database.writing()
        connection = block.__enter__()
        self._block = block
        self._log = Log.opened(connection, us(self._clock.now()))

    def _end(self, fault: Undone | None) -> None:
        block, self._block = self._block, None
        if block is None:
            return
        if fault is None:
            block.__exit__(None, None, None)
        else:
            block.__exit__(Undone, fault, None)

    async def _run(self, work: Callable[[], Result]) -> Result:
        def on_thread() -> Result:
            with self._database.translated():
                return work()

        # Shielded: a statement that has begun on the writer thread ends before the block is left.
        running = asyncio.ensure_future(asyncio.get_running_loop().run_in_executor(self._thread, on_thread))
        return await asyncio.shield(running)
