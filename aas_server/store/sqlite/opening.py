"""Opening a data folder: made where it is missing, brought up to this version, refused where it is newer."""

from __future__ import annotations

from pathlib import Path

from aas_server.clock import Clock
from aas_server.store.contract import Indexing, Store
from aas_server.store.filelock import FileLock
from aas_server.store.sql.opening import Databases, open_on
from aas_server.store.sqlite.database import SqliteDatabase
from aas_server.store.sqlite.tables import SqliteTables


def open_store(folder: Path, clock: Clock | None = None, indexing: Indexing | None = None) -> Store:
    """The store in ``folder``, which is made where it is missing. With ``indexing``, keys that older rules
    made are made anew.

    Raises ``Unavailable`` where the folder can't be written and ``Conflict`` where it comes from a newer version.
    """
    return open_on(folder, lambda: databases(folder.absolute()), clock, indexing)


def databases(folder: Path) -> Databases:
    """The two files of a data folder that is there."""
    twin, journal = (SqliteDatabase(folder / name, erasing=True) for name in ("twin.db", "journal.db"))

    tables = {"twin": SqliteTables(twin.file), "journal": SqliteTables(journal.file)}

    def close() -> None:
        twin.close()
        journal.close()

    return Databases("sqlite", twin, journal, FileLock(folder / "opening.lock").held, close, tables)
