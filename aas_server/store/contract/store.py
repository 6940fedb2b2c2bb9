"""All parts of a store together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from aas_server.store.contract.catalogue import Catalogue
from aas_server.store.contract.documents import Documents
from aas_server.store.contract.files import Files
from aas_server.store.contract.journal import Journal
from aas_server.store.contract.lake import Lake
from aas_server.store.contract.live import Live


@dataclass(frozen=True, slots=True)
class Store:
    """All of one data folder, opened."""

    folder: Path
    documents: Documents
    files: Files
    journal: Journal
    lake: Lake
    catalogue: Catalogue
    live: Live
    close: Callable[[], None] = field(repr=False)
