"""Opening a store in PostgreSQL: tables made where they are missing, brought to this version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from aas_server.clock import Clock
from aas_server.errors import Conflict
from aas_server.store.contract import Indexing, Store
from aas_server.store.postgres.address import Address
from aas_server.store.postgres.database import OPENING_LOCK, PostgresDatabase
from aas_server.store.postgres.pools import LoopPools, ThreadPool, translated
from aas_server.store.postgres.tables import PostgresTables
from aas_server.store.sql.opening import Databases, open_on


def open_store(folder: Path, url: str, clock: Clock | None = None, indexing: Indexing | None = None) -> Store:
    """The store with its documents, journal and records in the database ``url`` (``postgresql://…``), files and
    lake in ``folder``, which is made where it is missing. With ``indexing``, keys that older rules made are made
    anew.

    Raises ``BadInput`` for a wrong URL, ``Unavailable`` where the database can't be reached or the folder can't be
    written, ``Conflict`` where the database is of a newer version or in another encoding than UTF-8.
    """
    return open_on(folder, lambda: databases(url), clock, indexing)


def databases(url: str) -> Databases:
    """Both parts in the database ``url``. Nothing is connected yet."""
    address = Address(url)
    threads, loops = ThreadPool(address), LoopPools(address)
    twin, journal = (PostgresDatabase(part, address, threads, loops) for part in ("twin", "journal"))

    tables = {"twin": PostgresTables("twin", twin), "journal": PostgresTables("journal", journal)}

    def close() -> None:
        loops.close()
        threads.close()

    return Databases("postgres", twin, journal, lambda: _alone(address, threads), close, tables)


@contextmanager
def _alone(address: Address, threads: ThreadPool) -> Iterator[None]:
    """Only one process at a time brings a database up to its version."""
    with translated(address), threads.connection() as connection:
        _check(connection, address)
        connection.execute(f"SELECT pg_advisory_lock{OPENING_LOCK}".encode())
        try:
            yield
        finally:
            with suppress(psycopg.Error):
                connection.execute(f"SELECT pg_advisory_unlock{OPENING_LOCK}".encode())


def _check(connection: psycopg.Connection, address: Address) -> None:
    """Raises ``Conflict`` for an encoding in which not every text can be kept."""
    row = connection.execute("SHOW server_encoding").fetchone()
    if row != ("UTF8",):
        raise Conflict("database-not-utf8", database=address.place, encoding=row[0] if row else "?")
