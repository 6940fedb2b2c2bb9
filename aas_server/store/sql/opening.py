"""A store put together from its two databases and its folder, brought to this version first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from aas_server.clock import Clock, SystemClock
from aas_server.errors import Conflict
from aas_server.store import folder as folders
from aas_server.store.contract import Indexing, Store
from aas_server.store.files import FolderFiles
from aas_server.store.lake.lake import DeltaLake
from aas_server.store.sql import progress
from aas_server.store.sql.catalogue import SqlCatalogue
from aas_server.store.sql.documents import SqlDocuments
from aas_server.store.sql.engine import Database
from aas_server.store.sql.indexing import index
from aas_server.store.sql.journal import SqlJournal
from aas_server.store.sql.live import SqlLive
from aas_server.store.sql.migration import migrate
from aas_server.store.sql.tables import Tables


@dataclass(frozen=True, slots=True)
class Databases:
    """Both parts of a store on one engine. While ``alone`` is held nobody else brings them to a version."""

    engine: str
    twin: Database
    journal: Database
    alone: Callable[[], AbstractContextManager[None]]
    close: Callable[[], None]
    tables: Mapping[str, Tables]

    def parts(self) -> dict[str, Database]:
        return {"twin": self.twin, "journal": self.journal}


@dataclass(frozen=True, slots=True)
class Brought:
    """What bringing a store to this version took: the migrations of each part, and how many documents were
    indexed."""

    migrations: dict[str, list[int]]
    indexed: int


def bring_up(databases: Databases, indexing: Indexing | None, *, half: bool = False) -> Brought:
    """Bring both parts to this version. Raises ``Conflict`` where one is of a newer one, or holds only a part of
    what was to be copied into it and ``half`` does not say that this is expected."""
    with databases.alone():
        migrations = {part: migrate(database, part) for part, database in databases.parts().items()}
        if not half and unfinished(databases):
            raise Conflict("copy-unfinished", database=databases.twin.place)
        return Brought(migrations, index(databases.twin, indexing) if indexing else 0)


def unfinished(databases: Databases) -> bool:
    """Whether they hold only a part of what was to be copied into them."""
    with databases.twin.reading() as connection:
        return progress.said(connection, progress.COPY) != (0, 0)


def open_on(
    folder: Path, databases: Callable[[], Databases], clock: Clock | None, indexing: Indexing | None
) -> Store:
    """The store on ``databases``, with files and lake in ``folder``, which is made where it is missing."""
    folder = folder.absolute()
    folders.make(folder)
    opened = databases()
    try:
        bring_up(opened, indexing)
    except BaseException:
        opened.close()
        raise
    documents = SqlDocuments(opened.twin, clock or SystemClock())

    def close() -> None:
        documents.close()
        opened.close()

    return Store(
        folder=folder,
        documents=documents,
        files=FolderFiles(folder / "files"),
        journal=SqlJournal(opened.journal, opened.tables["journal"]),
        lake=DeltaLake(folder / "lake"),
        catalogue=SqlCatalogue(opened.twin),
        live=SqlLive(opened.twin),
        close=close,
    )
