"""Shells, submodels and concept descriptions, as the rest of the house reads and writes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from aas_server.clock import Clock, SystemClock
from aas_server.store.contract import Document, Kind, Page, Store, Transaction, etag_of
from aas_server.twin.forgetting import Forgetting
from aas_server.twin.metamodel import Verified, decode, verified

Outcome = Literal["created", "updated", "same"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """The bytes of a File element (``path`` is its idShort path) or of a shell's ``thumbnail``."""

    owner: str
    path: str
    media_type: str
    digest: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """Documents and files that become visible together."""

    documents: Sequence[Verified]
    attachments: Sequence[Attachment] = field(default=())


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did. ``document`` is what is stored now, ``etag`` its ETag; ``None`` where it was removed."""

    outcome: Literal["created", "updated", "same", "deleted"]
    document: Verified | None
    etag: str | None = None


class Repository:
    """The twin's documents in a store. Reading hands out the stored bytes; writing verifies first."""

    def __init__(
        self, store: Store, max_depth: int = 400, history_days: float = 400, clock: Clock | None = None
    ) -> None:
        self.store = store
        self._documents = store.documents
        self._max_depth = max_depth
        self._forgetting = Forgetting(history_days, clock or SystemClock())

    async def get(self, kind: Kind, id: str, *, whole: bool = True) -> Document:
        """A document, or with ``whole=False`` its metadata. Raises ``NotFound``."""
        return await self._documents.get(kind, id, whole=whole)

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
        """A page in order of creation, with ``whole=False`` of metadata. Raises ``BadInput`` for a cursor that is
        none of ours."""
        return await self._documents.page(
            kind, limit, cursor, id_short=id_short, semantic_id=semantic_id, asset_ids=asset_ids, whole=whole
        )

    async def attachment(self, owner: str, path: str) -> tuple[str, str]:
        """``(media type, digest)``. Raises ``NotFound``."""
        return await self._documents.attachment(owner, path)

    async def attachments(self, owner: str) -> Mapping[str, tuple[str, str]]:
        return await self._documents.attachments(owner)

    async def put(self, kind: Kind, body: bytes) -> Outcome:
        """Verify and store one document under its own id. Raises ``BadInput`` with constraint and path."""
        return (await self.put_all(Bundle((await self.verified(kind, body),))))[0]

    async def verified(self, kind: Kind, body: bytes) -> Verified:
        """A document from its JSON, on a worker thread. Raises ``BadInput`` with constraint and path."""
        return await asyncio.to_thread(lambda: verified(kind, decode(body, self._max_depth)))

    async def change(self, kind: Kind, id: str, edit: Callable[[Document | None], Verified | None]) -> Changed:
        """Replace one document by what ``edit`` makes of it (``None``: there was none, or: remove it), with nobody
        writing in between. ``edit`` runs on a worker thread; what it raises undoes everything."""
        async with self.write() as transaction:
            before = await transaction.get(kind, id)
            after = await asyncio.to_thread(edit, before)
            if after is None:
                await transaction.delete(kind, id)
                return Changed("deleted", None)
            outcome = await transaction.put(kind, after.id, after.body, after.keys)
            return Changed(outcome, after, etag_of(after.body))

    async def put_all(self, bundle: Bundle) -> list[Outcome]:
        """Store everything in one transaction; what is there already, byte for byte, is not written."""
        known = await self._known(bundle.attachments)
        async with self.write() as transaction:
            return await put_into(transaction, bundle, known)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """A transaction of the store, for several steps that belong together. Versions that are too old go in it,
        a few at a time."""
        async with self._documents.write() as transaction:
            await self._forgetting.look(transaction)
            yield transaction

    async def _known(self, attachments: Iterable[Attachment]) -> set[Attachment]:
        known: set[Attachment] = set()
        for owner in {attachment.owner for attachment in attachments}:
            for path, (media_type, digest) in (await self._documents.attachments(owner)).items():
                known.add(Attachment(owner, path, media_type, digest))
        return known


async def put_into(transaction: Transaction, bundle: Bundle, known: set[Attachment]) -> list[Outcome]:
    """Put a bundle into an open transaction; attachments in ``known`` are there already."""
    outcomes: list[Outcome] = []
    for document in bundle.documents:
        outcomes.append(await transaction.put(document.kind, document.id, document.body, document.keys))
    for attachment in bundle.attachments:
        if attachment not in known:
            await transaction.attach(attachment.owner, attachment.path, attachment.media_type, attachment.digest)
    return outcomes
