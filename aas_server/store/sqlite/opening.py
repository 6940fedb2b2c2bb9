"""Opening a data folder: made where it is missing, brought up to this version, refused where it is newer."""

from __future__ import annotations

from pathlib import Path

from aas_server.clock import Clock, SystemClock
from aas_server.store import folder as folders
from aas_server.store.contract import Indexing, Store
from aas_server.store.filelock import FileLock
from aas_server.store.sql.assembly import assembled
from aas_server.store.sql.indexing import index
from aas_server.store.sql.migration import migrate
from aas_server.store.sqlite.database import SqliteDatabase


def open_store(folder: Path, clock: Clock | None = None, indexing: Indexing | None = None) -> Store:
    """The store in ``folder``, which is made where it is missing. With ``indexing``, keys that older rules
    made are made anew.

    Raises ``Unavailable`` where the folder can't be written and ``Conflict`` where it comes from a newer version.
    """
    folder = folder.absolute()
    folders.make(folder)
    twin, journal = databases(folder)
    try:
        with FileLock(folder / "opening.lock").held():
            migrate(twin, "twin")
            migrate(journal, "journal")
            if indexing is not None:
                index(twin, indexing)
    except BaseException:
        twin.close()
        journal.close()
        raise
    return assembled(folder, twin, journal, clock or SystemClock())


def databases(folder: Path) -> tuple[SqliteDatabase, SqliteDatabase]:
    """The two files of a data folder: twin and journal."""
    return SqliteDatabase(folder / "twin.db"), SqliteDatabase(folder / "journal.db")
