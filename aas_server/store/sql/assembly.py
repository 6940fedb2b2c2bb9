"""A store put together from its two databases and its folder."""

from __future__ import annotations

from pathlib import Path

from aas_server.clock import Clock
from aas_server.store.contract import Store
from aas_server.store.files import FolderFiles
from aas_server.store.lake.lake import DeltaLake
from aas_server.store.sql.catalogue import SqlCatalogue
from aas_server.store.sql.documents import SqlDocuments
from aas_server.store.sql.engine import Database
from aas_server.store.sql.journal import SqlJournal
from aas_server.store.sql.live import SqlLive


def assembled(folder: Path, twin: Database, journal: Database, clock: Clock) -> Store:
    """The store on databases that are of this version. Its ``close`` closes them."""
    documents = SqlDocuments(twin, clock)

    def close() -> None:
        documents.close()
        twin.close()
        journal.close()

    return Store(
        folder=folder,
        documents=documents,
        files=FolderFiles(folder / "files"),
        journal=SqlJournal(journal),
        lake=DeltaLake(folder / "lake"),
        catalogue=SqlCatalogue(twin),
        live=SqlLive(twin),
        close=close,
    )
