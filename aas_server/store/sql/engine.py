"""What an engine has to offer for the store to stand on it.

Statements are written once, in the SQL that SQLite (3.35) and PostgreSQL share, with ``?`` for every value. An
engine puts its own word in place of ``?``, so no statement has a ``?`` or ``%`` that stands for itself.

``/*unindexed*/`` behind a column keeps PostgreSQL from indexes of it. Where a kind and an id are asked for and it
has no statistics yet (a fresh copy, a restored dump), it takes a kind for as rare as an id and reads all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from aas_server.store.sql.query.dialect import Dialect

Row = tuple[Any, ...]


class Rows(Protocol):
    """What a statement gave. Every row of a statement with ``RETURNING`` has to be fetched."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Connection(Protocol):
    """A connection of one thread, for as long as its block lasts."""

    def execute(self, statement: str, values: Sequence[object] = (), /) -> Rows: ...

    def executemany(self, statement: str, rows: Iterable[Sequence[object]], /) -> object: ...

    def insert(self, table: str, columns: str, rows: Sequence[Sequence[object]], /) -> None:
        """A few rows of texts and numbers, in one statement where the engine can. ``columns``: their names, with
        commas between."""
        ...

    def load(self, table: str, columns: str, rows: Sequence[Sequence[object]], /) -> None:
        """Many rows of any values, the fastest way there is; not inside ``together``."""
        ...

    def together(self) -> AbstractContextManager[object]:
        """Statements in the block may be sent at once: nothing they give can be read, and one that fails may only
        be told at the block's end."""
        ...


class Database(Protocol):
    """One of the two parts of a store (``twin``, ``journal``). Errors are translated into ours."""

    @property
    def place(self) -> str:
        """Where it lies, for people; never with a password."""
        ...

    async def fetch(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """The rows of one reading statement, for event loops: it must not block for long."""
        ...

    async def search(self, statement: str, values: Sequence[object], seconds: float) -> list[Row]:
        """Like ``fetch`` for a statement that may take long: it blocks no event loop, and raises ``Unavailable``
        (``query-slow``) after ``seconds``."""
        ...

    @property
    def dialect(self) -> Dialect: ...

    def reading(self) -> AbstractContextManager[Connection]:
        """For single statements of a worker thread."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction, undone when the block raises. Only one at a time writes, whoever asks, from the block's
        begin until what it wrote is seen by all: so numbers that it counts up are in order and without holes."""
        ...

    def translated(self) -> AbstractContextManager[None]:
        """Turns the driver's errors into ours, for statements of a ``writing`` block that runs in parts."""
        ...

    def version(self) -> int:
        """The number of the last migration that was run, 0 at first."""
        ...

    def migrate(self, number: int, script: str) -> None:
        """Run one migration and keep its number, both or neither."""
        ...

    def scrub(self, *tables: str) -> None:
        """Take out of the database's files what was deleted from tables or overwritten in them, and is committed.
        Raises ``Unavailable`` where others keep it from that for long."""
        ...

    def close(self) -> None: ...
