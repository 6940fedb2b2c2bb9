"""What a store must do. Every implementation passes the suites in ``tests/contract``.

The document store is asynchronous (a server reads it inside its event loop); journal, lake, catalogue and files
are synchronous and run in worker threads. Only this package holds SQL and lake code. Drivers' errors are
translated here: ``Unavailable`` (locked, disk full), ``Conflict``, ``NotFound``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

import pyarrow as pa

from connectors.message import Message, Scalar

Kind = Literal["shell", "submodel", "concept-description"]
KINDS: tuple[Kind, ...] = ("shell", "submodel", "concept-description")


# --- documents -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Keys:
    """What a document can be found by. ``semantic_id`` of a concept description is its ``isCaseOf``."""

    id_short: str | None = None
    semantic_id: str | None = None
    asset_ids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A shell, submodel or concept description: canonical JSON as bytes, handed out as they are."""

    kind: Kind
    id: str
    body: bytes
    etag: str
    keys: Keys
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """At most ``limit`` documents; ``cursor`` continues after the last one, ``None`` at the end."""

    documents: tuple[Document, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the change log; ``position`` grows by one with every write."""

    position: int
    kind: Kind
    id: str
    what: Literal["created", "updated", "deleted"]
    time: datetime


class Transaction(Protocol):
    """Writes that become visible together or not at all."""

    async def put(self, kind: Kind, id: str, body: bytes, keys: Keys) -> Literal["created", "updated", "same"]:
        """Store a document. The same bytes again are no change: nothing is written, nothing logged."""
        ...

    async def delete(self, kind: Kind, id: str) -> None:
        """Remove a document. Raises ``NotFound``."""
        ...

    async def attach(self, owner: str, path: str, media_type: str, digest: str) -> None:
        """Say that ``path`` of document ``owner`` (a File element's path, ``thumbnail``) is blob ``digest``."""
        ...


class Documents(Protocol):
    """Shells, submodels and concept descriptions."""

    async def get(self, kind: Kind, id: str) -> Document:
        """Raises ``NotFound``."""
        ...

    async def page(
        self,
        kind: Kind,
        limit: int,
        cursor: str | None = None,
        *,
        id_short: str | None = None,
        semantic_id: str | None = None,
        asset_ids: Sequence[tuple[str, str]] = (),
    ) -> Page:
        """A page in order of creation, filtered in the database (all filters must hold); cost is flat in the
        number stored. ``cursor`` is opaque; a wrong one raises ``BadInput``."""
        ...

    async def attachment(self, owner: str, path: str) -> tuple[str, str]:
        """``(media type, digest)`` of an attachment. Raises ``NotFound``."""
        ...

    async def attachments(self, owner: str) -> Mapping[str, tuple[str, str]]:
        """All of a document's attachments: ``{path: (media type, digest)}``."""
        ...

    async def changes(self, after: int, limit: int) -> Sequence[Change]:
        """The change log after a position, oldest first."""
        ...

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction: committed at the end of the block, undone when it raises."""
        ...


# --- files -----------------------------------------------------------------------------------------------------


class Files(Protocol):
    """Bytes by their SHA-256, written once, synced before they are named."""

    def add(self, content: BinaryIO | bytes | Path) -> str:
        """Keep the content; returns its SHA-256 (hex). The same content again costs nothing."""
        ...

    def path(self, digest: str) -> Path:
        """Where the content lies. Raises ``NotFound``."""
        ...


# --- journal ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in the journal. Positions grow by one with every message, without holes."""

    position: int
    message: Message


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message that could not be decoded, and why (``key`` and ``values`` of a sentence)."""

    position: int
    source: str
    topic: str
    arrival: int
    key: str
    values: Mapping[str, str]


class Journal(Protocol):
    """Messages as they came, durable before they are acknowledged. Several processes may read it."""

    def append(self, messages: Sequence[Message], redelivered: int = 0) -> int:
        """Keep the messages in order, in one durable commit; returns the last position. ``redelivered`` counts
        messages that were dropped as redelivery, stored in the same commit."""
        ...

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        """Entries after a position, about ``limit`` of them: a commit is never cut, so more may come; fewer where
        they are large. Nothing comes only at the end."""
        ...

    def tail(self, source: str, limit: int, size: int = 64 * 2**20) -> Sequence[Entry]:
        """The last messages of one source, at most ``limit`` and about ``size`` bytes of commits, oldest first,
        however far back they lie."""
        ...

    def last(self) -> int:
        """The last position, 0 when empty."""
        ...

    def redelivered(self) -> int:
        """How many messages were dropped as redelivery so far."""
        ...

    def mark(self, name: str) -> int:
        """Where reader ``name`` has come to; 0 at first."""
        ...

    def set_mark(self, name: str, position: int) -> None: ...

    def quarantine(self, messages: Sequence[Quarantined]) -> None:
        """Keep the reasons. A position that is there already is left as it is."""
        ...

    def quarantined(self, after: int = 0, limit: int = 100) -> Sequence[Quarantined]: ...

    def quarantined_count(self) -> int: ...


# --- lake ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What is known of a stream without reading its records. Times are ns since 1970, UTC."""

    name: str
    topic: str
    source: str
    shape: Literal["wide", "narrow"]
    messages: int
    records: int
    repeated: int
    flagged: int
    first: int | None
    last: int | None
    last_arrival: int | None


@dataclass(frozen=True, slots=True)
class Pin:
    """A table at one moment: it stays readable whatever is folded, widened or vacuumed later."""

    stream: str
    version: int
    files: tuple[str, ...]
    records: int


class Lake(Protocol):
    """Records as typed columns: a Delta table per stream.

    Columns: ``time`` (timestamp[us, UTC]; null where none), ``arrival`` (timestamp[us, UTC]), ``position``
    (int64, the message in the journal), ``flags`` (string, comma-separated or null), ``misfit`` (string: JSON of
    values that did not fit their column, or null), then the stream's own fields under the names their gateway
    uses. A *wide* stream has one column a field; a *narrow* one has ``tag``, ``number`` (double) and ``text``.
    """

    def streams(self) -> Sequence[str]: ...

    def fold(self, stream: str, rows: pa.Table, upto: int) -> int:
        """Append rows durably and say that the stream is folded up to journal position ``upto``; both become
        true together. New columns are added, ``int64`` widens to ``double``; every other change of type raises
        ``Conflict`` (the caller puts such values into ``misfit``). Returns the new version."""
        ...

    def folded(self, stream: str) -> int:
        """The journal position up to which the stream is folded; 0 for an unknown stream."""
        ...

    def schema(self, stream: str) -> pa.Schema:
        """A column that holds nothing but nulls so far has the type ``null`` (its file says ``string``); it takes
        any type later. Raises ``NotFound``."""
        ...

    def pin(self, stream: str, version: int | None = None) -> Pin:
        """A version (without one, the present) with its files, protected from vacuum. Raises ``NotFound``."""
        ...

    def paths(self, pin: Pin) -> Sequence[Path]:
        """The Parquet files of a pin, in the order they were folded."""
        ...

    def locked(self) -> AbstractContextManager[None]:
        """Only one process folds at a time; waits for its turn."""
        ...


# --- catalogue -------------------------------------------------------------------------------------------------

Section = Literal["stream", "feed", "binding", "product", "release", "listing", "package", "job", "demo"]


class Catalogue(Protocol):
    """Small JSON records of the product line, by section and id; each write is durable and whole."""

    def put(self, section: Section, id: str, body: bytes) -> None: ...

    def add(self, section: Section, id: str, body: bytes) -> None:
        """Like ``put`` for a new id. Raises ``Conflict`` where it exists."""
        ...

    def get(self, section: Section, id: str) -> bytes:
        """Raises ``NotFound``."""
        ...

    def delete(self, section: Section, id: str) -> None: ...

    def page(self, section: Section, limit: int = 100, after: str = "") -> Sequence[tuple[str, bytes]]:
        """``(id, body)`` in order of id."""
        ...


@dataclass(frozen=True, slots=True)
class LiveValue:
    """The last reading of one field. ``time`` is ns since 1970, UTC: the record's, or its arrival."""

    value: Scalar
    time: int


class Live(Protocol):
    """Last readings, kept across restarts and seen by every process on the data folder."""

    def put(self, stream: str, values: Mapping[str, LiveValue]) -> None:
        """A value older than the one there is left out."""
        ...

    def get(self, stream: str) -> Mapping[str, LiveValue]: ...


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
