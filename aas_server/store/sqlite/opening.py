"""Opening a data folder: made where it is missing, brought up to this version, refused where it is newer."""

from __future__ import annotations

import os
from pathlib import Path

from aas_server.clock import Clock, SystemClock
from aas_server.errors import Unavailable
from aas_server.store.contract import Store
from aas_server.store.durable import sync
from aas_server.store.filelock import FileLock
from aas_server.store.files import FolderFiles
from aas_server.store.lake.lake import DeltaLake
from aas_server.store.sqlite.catalogue import SqliteCatalogue
from aas_server.store.sqlite.database import Database
from aas_server.store.sqlite.documents import SqliteDocuments
from aas_server.store.sqlite.journal import SqliteJournal
from aas_server.store.sqlite.live import SqliteLive
from aas_server.store.sqlite.migration import migrate


def open_store(folder: Path, clock: Clock | None = None) -> Store:
    """The store in ``folder``, which is made where it is missing.

    Raises ``Unavailable`` where the folder can't be written and ``Conflict`` where it comes from a newer version.
    """
    folder = folder.absolute()
    _make(folder)
    twin, journal = Database(folder / "twin.db"), Database(folder / "journal.db")
    try:
        with FileLock(folder / "opening.lock").held():
            migrate(twin, "twin")
            migrate(journal, "journal")
    except BaseException:
        twin.close()
        journal.close()
        raise
    documents = SqliteDocuments(twin, clock or SystemClock())

    def close() -> None:
        documents.close()
        twin.close()
        journal.close()

    return Store(
        folder=folder,
        documents=documents,
        files=FolderFiles(folder / "files"),
        journal=SqliteJournal(journal),
        lake=DeltaLake(folder / "lake"),
        catalogue=SqliteCatalogue(twin),
        live=SqliteLive(twin),
        close=close,
    )


def _make(folder: Path) -> None:
    try:
        parts = (*reversed(folder.parents), folder, folder / "files", folder / "lake")
        new = [part for part in parts if not part.exists()]
        for part in new:
            part.mkdir(exist_ok=True)
        # SQLite syncs what it makes, but nobody the folders that others are made in.
        for holder in dict.fromkeys(part.parent for part in new):
            sync(holder)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as fault:
        raise Unavailable(
            "data-folder-unwritable", folder=str(folder), fault=os.strerror(fault.errno or 0)
        ) from fault
