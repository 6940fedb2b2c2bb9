"""What a store must do. Every implementation passes the suites in ``tests/contract``.

The document store is asynchronous (a server reads it inside its event loop); journal, lake, catalogue and files
are synchronous and run in worker threads. Only this package holds SQL and lake code. Drivers' errors are
translated here: ``Unavailable`` (locked, disk full), ``Damaged``, ``Conflict``, ``NotFound``.
"""

from __future__ import annotations

from aas_server.store.contract.catalogue import Catalogue, Section
from aas_server.store.contract.condition import Condition
from aas_server.store.contract.documents import (
    DESCRIBED,
    REGISTERED,
    Change,
    Described,
    Document,
    Documents,
    Element,
    Fact,
    IdPage,
    Indexing,
    Keys,
    Kind,
    Page,
    Transaction,
    etag_of,
)
from aas_server.store.contract.files import Files
from aas_server.store.contract.journal import (
    NOTHING,
    OTHER_TOPICS,
    Entry,
    Erased,
    Journal,
    Quarantined,
    TopicCount,
)
from aas_server.store.contract.lake import COMMON, MOST_COLUMNS, REFLAG, Damaged, Gone, Lake, Pin, StreamFacts
from aas_server.store.contract.live import Live, LiveValue, Readings
from aas_server.store.contract.store import Store

__all__ = [
    "COMMON",
    "DESCRIBED",
    "MOST_COLUMNS",
    "NOTHING",
    "OTHER_TOPICS",
    "REFLAG",
    "REGISTERED",
    "Catalogue",
    "Change",
    "Condition",
    "Damaged",
    "Described",
    "Document",
    "Documents",
    "Element",
    "Entry",
    "Erased",
    "Fact",
    "Files",
    "Gone",
    "IdPage",
    "Indexing",
    "Journal",
    "Keys",
    "Kind",
    "Lake",
    "Live",
    "LiveValue",
    "Page",
    "Pin",
    "Quarantined",
    "Readings",
    "Section",
    "Store",
    "StreamFacts",
    "TopicCount",
    "Transaction",
    "etag_of",
]
