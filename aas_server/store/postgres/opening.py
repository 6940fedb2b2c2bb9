"""Opening a store in PostgreSQL: tables made where they are missing, brought to this version."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from aas_server.clock import Clock, SystemClock
from aas_server.errors import Conflict
from aas_server.store import folder as folders
from aas_server.store.contract import Indexing, Store
from aas_server.store.postgres.address import Address
from aas_server.store.postgres.database import PostgresDatabase, opening
from aas_server.store.postgres.pools import LoopPools, ThreadPool
from aas_server.store.sql.assembly import assembled
from aas_server.store.sql.indexing import index
from aas_server.store.sql.migration import migrate


def open_store(folder: Path, url: str, clock: Clock | None = None, indexing: Indexing | None = None) -> Store:
    """The store with its documents, journal and records in the database ``url`` (``postgresql://…``), files and
    lake in ``folder``, which is made where it is missing.

    Raises ``BadInput`` for a wrong URL, ``Unavailable`` where the database can't be reached or the folder can't be
    written, ``Conflict`` where either comes from a newer version.
    """
    address = Address(url)
    folder = folder.absolute()
    folders.make(folder)
    threads, loops = ThreadPool(address), LoopPools(address)
    pools = ExitStack()
    pools.callback(threads.close)
    pools.callback(loops.close)
    twin, journal = (PostgresDatabase(part, address, threads, loops) for part in ("twin", "journal"))
    try:
        with opening(address, threads):
            _check(twin)
            migrate(twin, "twin")
            migrate(journal, "journal")
            if indexing is not None:
                index(twin, indexing)
    except BaseException:
        pools.close()
        raise
    store = assembled(folder, twin, journal, clock or SystemClock())
    pools.callback(store.close)
    return replace(store, close=pools.close)


def _check(database: PostgresDatabase) -> None:
    """Raises ``Conflict`` for an encoding in which not every text can be kept."""
    with database.reading() as connection:
        encoding = connection.execute("SHOW server_encoding").fetchone()[0]
    if encoding != "UTF8":
        raise Conflict("database-not-utf8", database=database.place, encoding=encoding)
