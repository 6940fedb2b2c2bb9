"""Writing submodels: one transaction for the document, what is attached to it and the shell that refers to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from aas_server.errors import BadInput, NotFound
from aas_server.store.contract import Document, Transaction, etag_of
from aas_server.twin.editing.attached import Holder, followed, holders, of_elements
from aas_server.twin.editing.fragments import checked
from aas_server.twin.metamodel import Verified, verified
from aas_server.twin.plain import Json
from aas_server.twin.references import submodel_ids
from aas_server.twin.repository import Changed, Repository
from aas_server.twin.views import reference

Check = Callable[[str, Document | None], None]
"""Raises where a writer's conditions do not hold for what is there (``None``: nothing)."""


@dataclass(slots=True)
class Draft:
    """A submodel while it is edited. An edit works on ``submodel`` in place and adds the paths of what it changed
    (``""``: all of it; nothing for a removal). ``before`` is what is stored, ``attached`` is
    ``{path: (media type, digest)}`` before the edit; what an edit puts into ``attach`` is attached with it."""

    before: Document
    submodel: Json
    attached: dict[str, tuple[str, str]]
    changed: set[str] = field(default_factory=set)
    attach: dict[str, tuple[str, str]] = field(default_factory=dict)


Edit = Callable[[Draft], None]


@dataclass(frozen=True, slots=True)
class _Settled:
    """A submodel that may be stored, and where its attachments lie then."""

    document: Verified
    attached: dict[str, tuple[str, str]]


class Submodels:
    """Writes submodels, below a shell only those that it refers to."""

    def __init__(self, repository: Repository, max_depth: int) -> None:
        self._repository = repository
        self._max_depth = max_depth

    async def replace(self, id: str, body: bytes, check: Check, shell: str | None = None) -> Changed:
        """Store a submodel under ``id``, in place of the one there; a new one becomes the shell's, too. Files that
        it keeps keep their attachments."""
        document = await self._repository.verified("submodel", body)
        document.check_id(id)
        async with self._repository.write() as transaction:
            before = await transaction.get("submodel", id)
            await _refer(transaction, shell, id, new=before is None)
            check(id, before)
            attached = of_elements(await transaction.attachments(id))
            if before is not None and attached:
                kept = await asyncio.to_thread(_kept, before.body, document.body, attached)
                await _move(transaction, id, attached, kept)
            return await _put(transaction, document)

    async def edit(self, id: str, edit: Edit, check: Check, shell: str | None = None) -> Changed:
        """Change a part of a submodel. Raises ``NotFound``, ``BadInput`` where the result breaks the metamodel,
        and what ``edit`` raises; then nothing is changed."""
        async with self._repository.write() as transaction:
            before = await _present(transaction, id, shell)
            check(id, before)
            attached = of_elements(await transaction.attachments(id))
            draft = Draft(before, msgspec.json.decode(before.body), attached)
            settled = await asyncio.to_thread(self._settle, draft, edit)
            changed = await _put(transaction, settled.document)
            await _move(transaction, id, attached, settled.attached)
            return changed

    async def delete(self, id: str, check: Check, shell: str | None = None) -> None:
        """Remove a submodel with what is attached to it; on a superpath the shell's reference goes, too."""
        async with self._repository.write() as transaction:
            check(id, await _present(transaction, id, shell))
            await transaction.delete("submodel", id)
            if shell is not None:
                await _change_references(transaction, shell, lambda ids: [one for one in ids if _id(one) != id])

    def _settle(self, draft: Draft, edit: Edit) -> _Settled:
        before = holders(draft.submodel, draft.attached)
        try:
            edit(draft)
            fragment = checked(draft.submodel, draft.changed, self._max_depth)
            attached = _after(before, draft.submodel, draft.attached) | draft.attach
            return _Settled(fragment.document(), attached)
        except RecursionError:
            raise BadInput("json-too-deep", limit=self._max_depth) from None


def _kept(before: bytes, after: bytes, attached: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    return _after(holders(msgspec.json.decode(before), attached), msgspec.json.decode(after), attached)


def _after(
    before: list[Holder], submodel: Json, attached: dict[str, tuple[str, str]]
) -> dict[str, tuple[str, str]]:
    if not before:
        return {}
    return {now: attached[path] for path, now in followed(before, submodel).items()}


async def _present(transaction: Transaction, id: str, shell: str | None) -> Document:
    await _refer(transaction, shell, id, new=False)
    found = await transaction.get("submodel", id)
    if found is None:
        raise NotFound("document-not-found", kind="submodel", id=id)
    return found


async def _refer(transaction: Transaction, shell: str | None, id: str, *, new: bool) -> None:
    """See that a shell refers to a submodel. Raises ``NotFound`` where it does not and the submodel is not new."""
    if shell is None:
        return
    owner = await transaction.get("shell", shell)
    if owner is None:
        raise NotFound("document-not-found", kind="shell", id=shell)
    if id in submodel_ids(msgspec.json.decode(owner.body)):
        return
    if not new:
        raise NotFound("submodel-not-of-shell", submodel=id, shell=shell)
    await _change_references(transaction, shell, lambda references: [*references, reference(id)])


async def _change_references(
    transaction: Transaction, shell: str, change: Callable[[list[Json]], list[Json]]
) -> None:
    owner = await transaction.get("shell", shell)
    assert owner is not None
    plain: Json = msgspec.json.decode(owner.body)
    plain["submodels"] = change(plain.get("submodels", []))
    if not plain["submodels"]:
        del plain["submodels"]
    document = verified("shell", plain)
    await transaction.put("shell", shell, document.body, document.keys)


async def _put(transaction: Transaction, document: Verified) -> Changed:
    outcome = await transaction.put("submodel", document.id, document.body, document.keys)
    return Changed(outcome, document, etag_of(document.body))


async def _move(
    transaction: Transaction, id: str, before: dict[str, tuple[str, str]], after: dict[str, tuple[str, str]]
) -> None:
    for path in before.keys() - after.keys():
        await transaction.detach(id, path)
    for path, (media_type, digest) in after.items():
        if before.get(path) != (media_type, digest):
            await transaction.attach(id, path, media_type, digest)


def _id(reference: Any) -> str:
    id: str = reference["keys"][0]["value"]
    return id
