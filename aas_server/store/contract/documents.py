"""Shells, submodels and concept descriptions, their change log and what is attached to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Kind = Literal["shell", "submodel", "concept-description"]


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
