"""Connections that are kept open: one pool for all threads, one for each event loop.

Small on purpose and without workers of their own: an event loop that ends (``asyncio.run``) takes no notice of who
still has tasks or connections on it, so its connections are closed from outside once it is closed.
"""

from __future__ import annotations

import asyncio
import select
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from aas_server.store.postgres.address import Address
from aas_server.store.postgres.errors import translation, unreachable

MOST = 10
"""Connections of a pool. PostgreSQL gives 100 by default, to be shared by servers, commands and event loops."""
_ALONG_INDEXES = b"; ".join(
    b"SET %s = off" % name
    for name in (
        *(b"jit", b"enable_sort", b"enable_seqscan"),
        *(b"enable_hashjoin", b"enable_mergejoin", b"enable_material"),
    )
)
"""Event loops read pages, each along the index that is in its order. A planner that thinks little is stored would
gather all of it to sort or join it, and thinks so until the next ANALYZE; before the first one it takes a hundred
ids for half of all."""
_ALONE = b"SET max_parallel_workers_per_gather = 0"
"""A page is read sooner than helpers are started."""
_PREPARE_AFTER = 2
"""Uses of a statement on a connection after which it is prepared; those that come once aren't worth it."""


class ThreadPool:
    """Connections for worker threads, the last used one first. Who comes when all are in use waits."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._idle: list[psycopg.Connection] = []
        self._slots = threading.BoundedSemaphore(MOST)

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """In autocommit. A connection that is left broken or inside a transaction is closed."""
        with self._slots:
            connection = self._standing() or self._opened()
            try:
                yield connection
            finally:
                if _clean(connection):
                    self._idle.append(connection)
                else:
                    connection.close()

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _standing(self) -> psycopg.Connection | None:
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if not _gone(connection):
                return connection
            connection.close()

    def _opened(self) -> psycopg.Connection:
        try:
            connection = psycopg.connect(self._address.conninfo, autocommit=True, prepare_threshold=_PREPARE_AFTER)
        except psycopg.Error as fault:
            raise unreachable(fault, self._address.place) from fault
        # Raw: our statements come with $1, and the driver need not look for its own places in them each time.
        connection.cursor_factory = psycopg.RawCursor
        connection.server_cursor_factory = psycopg.RawServerCursor
        return connection


class _LoopPool:
    """The connections of one event loop."""

    def __init__(self) -> None:
        self.idle: list[psycopg.AsyncConnection] = []
        self.all: set[psycopg.AsyncConnection] = set()
        self.cursors: dict[psycopg.AsyncConnection, psycopg.AsyncRawCursor[Any]] = {}
        self.slots = asyncio.Semaphore(MOST)


class LoopPools:
    """Connections for whichever event loop asks."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._pools: dict[asyncio.AbstractEventLoop, _LoopPool] = {}
        self._guard = threading.Lock()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection]:
        """In autocommit, for single statements. A connection that is left broken is closed."""
        pool = self._pool()
        async with pool.slots:
            connection = _standing(pool) or await self._opened(pool)
            try:
                yield connection
            finally:
                _give(pool, connection)

    async def fetch(self, statement: bytes, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """The rows of one statement. Its cursor is kept for the next one, as making it is a tenth of a look-up's
        cost, unless it holds on to a whole page."""
        pool = self._pool()
        async with pool.slots:
            connection = _standing(pool) or await self._opened(pool)
            try:
                cursor = pool.cursors.pop(connection, None) or psycopg.AsyncRawCursor(connection)
                await cursor.execute(statement, values, binary=True)
                rows = await cursor.fetchall()
                if len(rows) <= 1:
                    pool.cursors[connection] = cursor
                return rows
            finally:
                _give(pool, connection)

    def close(self) -> None:
        """Close all connections, whatever has become of their loops; nothing may use them any more."""
        with self._guard:
            for pool in self._pools.values():
                for connection in pool.all:
                    connection.pgconn.finish()
            self._pools.clear()

    def _pool(self) -> _LoopPool:
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            with self._guard:
                for ended in [other for other in self._pools if other.is_closed()]:
                    for connection in self._pools.pop(ended).all:
                        connection.pgconn.finish()
                pool = self._pools[loop] = _LoopPool()
        return pool

    async def _opened(self, pool: _LoopPool) -> psycopg.AsyncConnection:
        try:
            connection = await psycopg.AsyncConnection.connect(
                self._address.conninfo, autocommit=True, prepare_threshold=_PREPARE_AFTER
            )
        except psycopg.Error as fault:
            raise unreachable(fault, self._address.place) from fault
        connection.cursor_factory = psycopg.AsyncRawCursor
        pool.all.add(connection)
        await connection.execute(b"; ".join((_ALONG_INDEXES, _ALONE)))
        return connection


@contextmanager
def translated(address: Address) -> Iterator[None]:
    """Turns the driver's errors into ours."""
    try:
        yield
    except psycopg.Error as fault:
        raise translation(fault, address.place) from fault


def _standing(pool: _LoopPool) -> psycopg.AsyncConnection | None:
    while pool.idle:
        connection = pool.idle.pop()
        if not _gone(connection):
            return connection
        _finish(pool, connection)
    return None


def _give(pool: _LoopPool, connection: psycopg.AsyncConnection) -> None:
    if _clean(connection):
        pool.idle.append(connection)
    else:
        _finish(pool, connection)


def _finish(pool: _LoopPool, connection: psycopg.AsyncConnection) -> None:
    connection.pgconn.finish()
    pool.cursors.pop(connection, None)
    pool.all.discard(connection)


def _clean(connection: psycopg.Connection | psycopg.AsyncConnection) -> bool:
    return not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE


def _gone(connection: psycopg.Connection | psycopg.AsyncConnection) -> bool:
    """Whether the server has ended an idle connection: there is something to read, which can only be its farewell.
    So a server that was restarted is noticed before a statement fails on it."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
