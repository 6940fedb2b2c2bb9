"""The registries: a descriptor of every shell and submodel that is stored here, and those that others registered.

A registered descriptor stands in place of the one that follows from a stored document with the same id; when it is
removed, that one shows again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from aas_server.errors import AasError, NotFound
from aas_server.store.contract import REGISTERED, Described, Document, Page, Transaction, etag_of
from aas_server.twin.metamodel import Verified
from aas_server.twin.registry import derived
from aas_server.twin.repository import Repository

Edit = Callable[[Document | None], Verified | None]
"""Makes of the descriptor that is shown (``None``: there is none) the one to register, or ``None``: remove it."""

Outcome = Literal["created", "updated", "same", "deleted"]


class Undone(Exception):
    """Some of several changes failed, so none was made. ``faults``: the number of each (from 0), its id, why."""

    def __init__(self, faults: Sequence[tuple[int, str, AasError]]) -> None:
        super().__init__(f"{len(faults)} failed")
        self.faults = faults


class Registry:
    """Descriptors as readers get them. ``base`` is the address of the API (without a slash at the end) that the
    endpoints of stored documents shall name."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._documents = repository.store.documents

    async def page(
        self,
        described: Described,
        base: str,
        limit: int,
        cursor: str | None = None,
        facts: Sequence[tuple[str, str]] = (),
    ) -> Page:
        """Descriptors in order of creation, in at most three queries. Raises ``BadInput``."""
        page = await self._documents.described(described, limit, cursor, facts=facts)
        return Page(await self.shown(page.documents, base), page.cursor)

    async def shown(self, documents: Sequence[Document], base: str) -> tuple[Document, ...]:
        """A page of ``described`` or ``query`` as descriptors: what is stored here becomes its descriptor (with
        its own ETag), what is registered stays."""
        inside = await self._submodels([one.body for one in documents if one.kind == "shell"], base)

        def body(one: Document) -> bytes:
            if one.kind == "submodel":
                return derived.submodel_descriptor(one.body, base)
            own = (inside[id] for id in derived.submodel_ids(one.body) if id in inside)
            return derived.shell_descriptor(one.body, own, base)

        return tuple(_with(one, body(one)) if one.kind in REGISTERED else one for one in documents)

    async def get(self, described: Described, id: str, base: str) -> Document:
        """One descriptor. Raises ``NotFound``."""
        registered = await self._documents.several(REGISTERED[described], [id])
        found = await self._seen(described, id, base, registered.get(id))
        if found is None:
            raise NotFound("document-not-found", kind=REGISTERED[described], id=id)
        return found

    async def change(self, described: Described, id: str, base: str, edit: Edit) -> Outcome:
        """Register or remove one descriptor, with nobody writing in between; ``created`` only where none was
        shown. What ``edit`` raises undoes everything."""
        async with self._repository.write() as transaction:
            return await self._change(transaction, described, id, base, edit)

    async def change_all(self, described: Described, base: str, edits: Sequence[tuple[str, Edit]]) -> None:
        """All changes or none. Raises ``Undone`` with what failed."""
        faults: list[tuple[int, str, AasError]] = []
        async with self._repository.write() as transaction:
            for number, (id, edit) in enumerate(edits):
                try:
                    await self._change(transaction, described, id, base, edit)
                except AasError as fault:
                    faults.append((number, id, fault))
            if faults:
                raise Undone(faults)

    async def _change(
        self, transaction: Transaction, described: Described, id: str, base: str, edit: Edit
    ) -> Outcome:
        kind = REGISTERED[described]
        registered = await transaction.get(kind, id)
        before = await self._seen(described, id, base, registered)
        after = edit(before)
        if after is None:
            await transaction.delete(kind, id)
            return "deleted"
        outcome = await transaction.put(kind, after.id, after.body, after.keys)
        return "updated" if outcome == "created" and before is not None else outcome

    async def _seen(
        self, described: Described, id: str, base: str, registered: Document | None
    ) -> Document | None:
        if registered is not None:
            return registered
        stored = await self._documents.several(described, [id], whole=False)
        return (await self.shown([stored[id]], base))[0] if id in stored else None

    async def _submodels(self, shells: Sequence[bytes], base: str) -> dict[str, bytes]:
        """The descriptors of the shells' submodels that have one here."""
        wanted = list(dict.fromkeys(id for shell in shells for id in derived.submodel_ids(shell)))
        if not wanted:
            return {}
        stored = await self._documents.several("submodel", wanted, whole=False)
        registered = await self._documents.several(REGISTERED["submodel"], wanted)
        known = {id: derived.submodel_descriptor(one.body, base) for id, one in stored.items()}
        return known | {id: one.body for id, one in registered.items()}


def _with(document: Document, body: bytes) -> Document:
    return replace(document, body=body, etag=etag_of(body))
