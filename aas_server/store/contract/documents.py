"""Shells, submodels, concept descriptions, what others registered, their versions and what is attached to them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from aas_server.store.contract.condition import Condition

Kind = Literal[
    "shell", "submodel", "concept-description", "shell-descriptor", "submodel-descriptor", "asset-links"
]
"""The last three are what others registered: descriptors by the id of what they describe, and asset links by the
id of their shell. Shells and submodels that are stored here need none; their descriptors follow from them."""

Described = Literal["shell", "submodel"]
Registered = Literal["shell-descriptor", "submodel-descriptor"]
REGISTERED: Mapping[Described, Registered] = {"shell": "shell-descriptor", "submodel": "submodel-descriptor"}
"""Under which kind the descriptors that others registered are kept."""
DESCRIBED: Mapping[Kind, Described] = {kind: described for described, kind in REGISTERED.items()}
"""What a descriptor's kind describes."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One value that a document can be queried by. ``field`` is a field of the query language without its scope
    (``submodels[0].keys[0].value``); for what a shell and its descriptor share, the descriptor's name
    (``assetKind``, ``specificAssetIds[0].name``)."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Element:
    """A submodel element, as far as it can be queried. ``path`` is its idShort path; a MultiLanguageProperty has
    one entry for each language. ``number`` is ``value`` where that is one. ``semantic`` is the semanticId as JSON
    where it is more than an ExternalReference of one GlobalReference key; ``semantic_id`` is its first key."""

    path: str
    id_short: str | None = None
    semantic_id: str | None = None
    semantic: str | None = None
    value_type: str | None = None
    value: str | None = None
    number: float | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Keys:
    """What a document can be found by. ``semantic_id`` of a concept description is its ``isCaseOf``. ``metadata``
    is a submodel's body without its elements (``None``: the body itself), which lists and descriptors read."""

    id_short: str | None = None
    semantic_id: str | None = None
    asset_ids: tuple[tuple[str, str], ...] = ()
    facts: tuple[Fact, ...] = ()
    elements: tuple[Element, ...] = ()
    metadata: bytes | None = None


@dataclass(frozen=True, slots=True)
class Indexing:
    """By which rules documents get their keys. A store that was indexed by rules of a lower ``version`` makes the
    keys of all its documents anew when it is opened."""

    version: int
    keys: Callable[[Kind, bytes], Keys]


@dataclass(frozen=True, slots=True)
class Document:
    """Canonical JSON as bytes, handed out as they are. ``etag`` always follows from the whole body, also where
    ``body`` is only the metadata."""

    kind: Kind
    id: str
    body: bytes
    etag: str
    id_short: str | None
    created: datetime
    updated: datetime


def etag_of(body: bytes) -> str:
    """A document's ETag follows from its bytes alone, in every store: half of their SHA-256, in hex."""
    return hashlib.sha256(body).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Page:
    """At most ``limit`` documents; ``cursor`` continues after the last one, ``None`` at the end."""

    documents: tuple[Document, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class IdPage:
    """Ids in their order; ``cursor`` continues after the last one, ``None`` at the end."""

    ids: tuple[str, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the change log; ``position`` grows by one with every write. ``created`` is the document's, where
    the row is the last of its document (``recent``)."""

    position: int
    kind: Kind
    id: str
    what: Literal["created", "updated", "deleted"]
    time: datetime
    created: datetime | None = None


class Transaction(Protocol):
    """Writes that become visible together or not at all. One transaction at a time writes, whoever asks, so what
    it reads stays true until it ends."""

    async def get(self, kind: Kind, id: str) -> Document | None:
        """The document as this transaction sees it."""
        ...

    async def put(self, kind: Kind, id: str, body: bytes, keys: Keys) -> Literal["created", "updated", "same"]:
        """Store a document; the one before is kept as a version. The same bytes again are no change: nothing is
        written, nothing logged."""
        ...

    async def delete(self, kind: Kind, id: str) -> None:
        """Remove a document and, for a shell or submodel, what is attached to it. Raises ``NotFound``."""
        ...

    async def attach(self, owner: str, path: str, media_type: str, digest: str) -> None:
        """Say that ``path`` of document ``owner`` (a File element's path, ``thumbnail``) is blob ``digest``."""
        ...

    async def detach(self, owner: str, path: str) -> bool:
        """Take an attachment away; whether there was one."""
        ...

    async def attachments(self, owner: str) -> Mapping[str, tuple[str, str]]:
        """Like ``Documents.attachments``, as this transaction sees it."""
        ...

    async def forget_versions(self, before: datetime, most: int = 1000) -> int:
        """Drop at most ``most`` versions that were replaced before a moment; returns how many."""
        ...


class Documents(Protocol):
    """Documents of every kind. Cost of each call is flat in the number stored."""

    async def get(self, kind: Kind, id: str, *, whole: bool = True) -> Document:
        """A document, or with ``whole=False`` its metadata. Raises ``NotFound``."""
        ...

    async def several(self, kind: Kind, ids: Sequence[str], *, whole: bool = True) -> Mapping[str, Document]:
        """Those of the named documents that are there, by id."""
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
        whole: bool = True,
    ) -> Page:
        """A page in order of creation, filtered in the database (all filters must hold). ``cursor`` is opaque; a
        wrong one raises ``BadInput``."""
        ...

    async def described(
        self,
        kind: Described,
        limit: int,
        cursor: str | None = None,
        *,
        facts: Sequence[tuple[str, str]] = (),
    ) -> Page:
        """A page of what has a descriptor, in order of creation: documents of ``kind`` (their metadata) and
        descriptors that others registered for it; a registered one stands in place of a document with the same id.
        ``facts`` are pairs of field and value that must hold."""
        ...

    async def shells_by_assets(
        self, asset_ids: Sequence[tuple[str, str]], limit: int, cursor: str | None = None
    ) -> IdPage:
        """Ids of shells that have all of these asset ids, in their own asset information or in asset links that
        were put beside them, in order of id; every shell with asset ids where none is given."""
        ...

    async def query(
        self, kind: Kind, condition: Condition, limit: int, cursor: str | None = None, *, seconds: float = 10
    ) -> Page:
        """A page of the documents for which a condition holds, in order of creation. For a descriptor's kind, like
        ``described``. Raises ``BadInput`` where the condition asks what this kind doesn't have, ``NotSupported``
        where that is kept for some of it only, ``Unavailable`` where it takes longer than ``seconds``."""
        ...

    async def at(self, kind: Kind, id: str, moment: datetime) -> Document:
        """The document as it stood at a moment (``created`` and ``updated`` are that version's). Raises
        ``NotFound`` where it was not there, or the version has been forgotten."""
        ...

    async def recent(
        self,
        kind: Kind,
        limit: int,
        cursor: str | None = None,
        *,
        created_from: datetime | None = None,
        updated_from: datetime | None = None,
        asset_ids: Sequence[tuple[str, str]] = (),
        semantic_id: str | None = None,
    ) -> tuple[Sequence[Change], str | None]:
        """The last change of each document, oldest first, and the cursor that goes on. Deleted ones come too,
        where no filter but the moments is given."""
        ...

    async def attachment(self, owner: str, path: str) -> tuple[str, str]:
        """``(media type, digest)`` of an attachment. Raises ``NotFound``."""
        ...

    async def attachments(self, owner: str) -> Mapping[str, tuple[str, str]]:
        """All of a document's attachments: ``{path: (media type, digest)}``."""
        ...

    async def attached_blobs(self, digests: Sequence[str]) -> frozenset[str]:
        """Which of these blobs are attachments of a document."""
        ...

    async def changes(self, after: int, limit: int) -> Sequence[Change]:
        """The change log after a position, oldest first."""
        ...

    async def last_change(self) -> int:
        """The change log's last position, 0 while nothing was written."""
        ...

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction: committed at the end of the block, undone when it raises."""
        ...
