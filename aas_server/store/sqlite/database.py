"""One SQLite file: its connections, its transactions, its errors in our words."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from aas_server.errors import AasError, Unavailable
from aas_server.store.sql.engine import Connection, Row
from aas_server.store.sql.query.dialect import Dialect
from aas_server.store.sqlite.functions import SqliteDialect, install

BUSY_SECONDS = 30.0
"""How long a write waits for another process's write: longer than any of ours takes, shorter than patience."""
_CACHE_KIB = 16 * 2**10
"""A write touches a page in each of some ten indexes; with 2 MiB, as SQLite has it, most come from the disk."""
_WAL_PAGES = 4000
"""Pages of 4 KiB after which the log goes into the file: the more there are, the more changes share a page."""
_STEPS = 1000
"""Steps of SQLite's machine between two looks at the clock: some 100 µs."""

_SHARED_BYTES = 32 * 2**10
"""What the index of the log takes, also for who only reads: without room SQLite speaks of a broken disk."""
_NO_ROOM = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)

_OF_ANOTHER = re.compile(r".*--postgres$", re.MULTILINE)


class _Connection(sqlite3.Connection):
    """Implements ``sql.engine.Connection``."""

    def together(self) -> AbstractContextManager[object]:
        return nullcontext()

    def insert(self, table: str, columns: str, rows: Sequence[Sequence[object]], /) -> None:
        places = ", ".join("?" * len(columns.split(",")))
        self.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)  # noqa: S608

    load = insert


class SqliteDatabase:
    """Implements ``sql.engine.Database`` in a file. Each thread has a connection of its own; readers never wait
    for writers (WAL)."""

    def __init__(self, file: Path, *, erasing: bool = False) -> None:
        """``erasing``: nothing that is deleted stays in free pages, so that ``scrub`` leaves nothing of it."""
        self.file = file
        self._erasing = erasing
        self._mine = threading.local()
        self._all: list[tuple[threading.Thread, _Connection]] = []
        self._guard = threading.Lock()

    def connection(self) -> _Connection:
        """This thread's connection, opened at its first use."""
        connection: _Connection | None = getattr(self._mine, "connection", None)
        if connection is None:
            with self.translated():
                connection = self._open()
            self._mine.connection = connection
            self._remember(connection)
        return connection

    @property
    def place(self) -> str:
        return str(self.file)

    async def fetch(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        # On the caller's own thread: some 10 µs, less than a switch of threads.
        try:
            return self.connection().execute(statement, values).fetchall()
        except sqlite3.Error as fault:
            raise translation(fault, self.file) from fault

    async def search(self, statement: str, values: Sequence[object], seconds: float) -> list[Row]:
        return await asyncio.to_thread(self._search, statement, values, seconds)

    def _search(self, statement: str, values: Sequence[object], seconds: float) -> list[Row]:
        connection = self.connection()
        end = time.monotonic() + seconds
        connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        try:
            return connection.execute(statement, values).fetchall()
        except sqlite3.Error as fault:
            if getattr(fault, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise Unavailable("query-slow", seconds=seconds) from None
            raise translation(fault, self.file) from fault
        finally:
            connection.set_progress_handler(None, 0)

    @property
    def dialect(self) -> Dialect:
        return SqliteDialect()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For single statements; errors are translated."""
        with self.translated():
            yield self.connection()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that has the write lock from its start; undone when the block raises."""
        with self.translated():
            connection = self.connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turns the driver's errors into ours."""
        try:
            yield
        except sqlite3.Error as fault:
            raise translation(fault, self.file) from fault

    def version(self) -> int:
        with self.reading() as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])

    def migrate(self, number: int, script: str) -> None:
        own = _OF_ANOTHER.sub("", script)
        with self.translated():
            self.connection().executescript(f"BEGIN IMMEDIATE;\n{own}\nPRAGMA user_version = {number};\nCOMMIT;")

    def scrub(self, *tables: str) -> None:  # noqa: ARG002 (in a file all tables share the pages)
        # Deleted content was overwritten with zeros in the pages; the log may still have the pages of before.
        with self.reading() as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise Unavailable("store-locked", file=str(self.file), seconds=int(BUSY_SECONDS))

    def close(self) -> None:
        """Close every thread's connection; nothing may use the database after."""
        with self._guard:
            while self._all:
                self._all.pop()[1].close()

    def _remember(self, connection: _Connection) -> None:
        with self._guard:
            for thread, old in self._all:
                if not thread.is_alive():
                    old.close()
            self._all = [(thread, old) for thread, old in self._all if thread.is_alive()]
            self._all.append((threading.current_thread(), connection))

    def _open(self) -> _Connection:
        connection = sqlite3.connect(
            self.file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=_Connection
        )
        connection.execute("PRAGMA journal_mode = WAL")
        # A message is acknowledged after its commit: the commit must outlive a power cut, not only a crash.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        connection.execute(f"PRAGMA secure_delete = {int(self._erasing)}")
        install(connection)
        return connection


def translation(fault: sqlite3.Error, file: Path) -> AasError:
    """What a driver's error means: a full disk, a lock held too long, a file that is no database, the rest."""
    code = (getattr(fault, "sqlite_errorcode", None) or 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or (code in _NO_ROOM and _full(file)):
        return Unavailable("store-disk-full", file=str(file))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Unavailable("store-locked", file=str(file), seconds=int(BUSY_SECONDS))
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return Unavailable("store-damaged", file=str(file), fault=str(fault))
    return Unavailable("store-disk-error", file=str(file), fault=str(fault))


def _full(file: Path) -> bool:
    """Whether the disk has no room for what SQLite needs only to read."""
    try:
        return shutil.disk_usage(file.parent).free < _SHARED_BYTES
    except OSError:
        return False
