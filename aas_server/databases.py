"""Which database a store stands on: SQLite in the data folder, or PostgreSQL where the settings name one."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import cast

import msgspec

from aas_server.clock import Clock
from aas_server.errors import Unavailable
from aas_server.settings import Settings
from aas_server.store import sqlite
from aas_server.store.contract import Indexing, Keys, Kind, Store
from aas_server.store.sql.opening import Databases
from aas_server.twin import index


def open_store(settings: Settings, clock: Clock | None = None) -> Store:
    """The store that the settings name, made where it is missing. Raises the errors of either engine."""
    if settings.postgres_url is None:
        return sqlite.open_store(settings.data, clock, INDEXING)
    return cast(Store, _postgres().open_store(settings.data, settings.postgres_url, clock, INDEXING))


def there(settings: Settings) -> bool:
    """Whether the data folder was made by a store of ours."""
    own = "twin.db" if settings.postgres_url is None else "files"
    return (settings.data / own).exists()


def databases(folder: Path, postgres_url: str | None) -> Databases:
    """The databases of a folder, or those in PostgreSQL; nothing is made or brought to a version yet."""
    if postgres_url is None:
        return sqlite.databases(folder.absolute())
    return cast(Databases, _postgres().databases(postgres_url))


def _keys(kind: Kind, body: bytes) -> Keys:
    return index.keys(kind, msgspec.json.decode(body))


INDEXING = Indexing(index.VERSION, _keys)


def _postgres() -> ModuleType:
    """Raises ``Unavailable`` where the extra is not installed."""
    try:
        from aas_server.store import postgres  # noqa: PLC0415 (an optional extra)
    except ImportError:
        raise Unavailable("postgres-not-installed") from None
    return postgres
