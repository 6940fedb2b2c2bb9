"""What becomes of documents whose ids are taken: kept beside, put in place of the others, left out, refused."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

from aas_server.errors import Conflict
from aas_server.store.contract import Kind, Transaction
from aas_server.twin.metamodel import Verified, verified
from aas_server.twin.package.conflict.order import edges, groups
from aas_server.twin.package.conflict.renames import KEY_TYPES, Renames, called, candidate, followed, referred
from aas_server.twin.package.named import named
from aas_server.twin.plain import Json

Policy = Literal["keep-both", "replace", "refuse", "keep-ours"]
"""What to do with an id that is here with other content."""

Attached = Mapping[str, tuple[str, str]]
"""Media type and SHA-256 by the path they are attached to."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document of a package with its files. ``shell`` is the first shell of the package that refers to it.
    ``again``: the package holds another document of this id before it."""

    document: Verified
    files: Attached = field(default_factory=dict)
    shell: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What is to be stored of an incoming document. ``given`` is its id in the package; ``new`` and ``taken`` say
    whether its id is free and whether an equal document has it; neither: it takes the other one's place, or, with
    ``left``, isn't stored."""

    document: Verified
    files: Attached
    given: str
    new: bool
    taken: bool
    left: bool = False


@dataclass(frozen=True, slots=True)
class _Stored:
    body: bytes
    files: Attached


class Settling:
    """Settles the documents of one package within one transaction."""

    def __init__(self, transaction: Transaction, incoming: Sequence[Incoming], policy: Policy) -> None:
        self._transaction = transaction
        self._incoming = incoming
        self._policy = policy
        self._ids = {one.document.id for one in incoming}
        self._chosen: set[tuple[Kind, str]] = set()
        self._seen: dict[tuple[Kind, str], _Stored | None] = {}

    async def settled(self) -> list[Settled]:
        """One for each incoming document, in their order. Raises ``Conflict`` (``import-conflict``)."""
        if self._policy == "keep-both":
            return await self._beside()
        return [await self._in_place(one) for one in self._incoming]

    async def _in_place(self, one: Incoming) -> Settled:
        stored = await self._stored(one.document.kind, one.document.id)
        taken = stored is not None and equal(one, stored.body, stored.files)
        if stored is not None and not taken and self._policy == "refuse":
            raise Conflict("import-conflict", kind=one.document.kind, id=one.document.id)
        left = stored is not None and not taken and self._policy == "keep-ours"
        return Settled(one.document, one.files, one.document.id, stored is None, taken, left)

    async def _beside(self) -> list[Settled]:
        """What is referred to is settled first, so each document is compared with its references led to where they
        will lead. Documents that refer to each other in a circle are settled together."""
        made = [one.document for one in self._incoming]
        levels = [int(one.again) for one in self._incoming]
        if not await self._fit(range(len(made)), levels, made):
            plains = await asyncio.to_thread(lambda: [_plain(one.document.body) for one in self._incoming])
            for group in _groups(self._incoming, plains):
                made = await self._together(group, plains, made)
        return [
            Settled(document, one.files, one.document.id, free, not free)
            for one, document in zip(self._incoming, made, strict=True)
            for free in [await self._stored(document.kind, document.id) is None]
        ]

    async def _together(
        self, group: Sequence[int], plains: Sequence[Json], made: list[Verified]
    ) -> list[Verified]:
        """Give the documents of a group the first ids at which each is free or equal; shells change theirs
        last."""
        for level in itertools.count():
            for shells in range(level + 1):
                levels = [
                    (shells if self._incoming[one].document.kind == "shell" else level) + self._incoming[one].again
                    for one in group
                ]
                ids = {one: self._candidate(one, number) for one, number in zip(group, levels, strict=True)}
                tried = await asyncio.to_thread(self._tried, ids, plains, made)
                if await self._fit(group, levels, tried):
                    self._chosen |= {(tried[one].kind, tried[one].id) for one in group}
                    return tried
        raise AssertionError  # itertools.count has no end

    async def _fit(self, group: Sequence[int], levels: Sequence[int], made: Sequence[Verified]) -> bool:
        """Whether each document's id is free, or borne by an equal document."""
        for position, level in zip(group, levels, strict=True):
            one, document = self._incoming[position], made[position]
            taken = level > 0 and document.id in self._ids
            if taken or (document.kind, document.id) in self._chosen:
                return False
            stored = await self._stored(document.kind, document.id)
            if stored is not None and not equal(replace(one, document=document), stored.body, stored.files):
                return False
        return True

    def _candidate(self, position: int, number: int) -> str:
        one = self._incoming[position]
        return candidate(number, one.document.id, one.document.body, one.shell)

    def _tried(self, ids: Mapping[int, str], plains: Sequence[Json], made: Sequence[Verified]) -> list[Verified]:
        """All documents, those of ``ids`` under these and with references that follow what is settled so far."""
        renames = _renames(self._incoming, [ids.get(number, one.id) for number, one in enumerate(made)])
        tried = list(made)
        for position, id in ids.items():
            tried[position] = _renamed(self._incoming[position].document, plains[position], id, renames)
        return tried

    async def _stored(self, kind: Kind, id: str) -> _Stored | None:
        if (kind, id) not in self._seen:
            document = await self._transaction.get(kind, id)
            files = dict(await self._transaction.attachments(id)) if document is not None else {}
            self._seen[kind, id] = None if document is None else _Stored(document.body, files)
        return self._seen[kind, id]


def equal(one: Incoming, body: bytes, files: Attached) -> bool:
    """Whether a document is the same as a stored one: the same JSON, and the same bytes where both have a file,
    whatever path the package gives it. Bytes that one of them lacks make no difference."""
    if one.document.body == body and one.files == files:
        return True
    kind = one.document.kind
    mine, theirs = _plain(one.document.body), _plain(body)
    return _with_digests(kind, mine, one.files, files) == _with_digests(kind, theirs, files, one.files)


def _with_digests(kind: Kind, document: Json, files: Attached, others: Attached) -> Json:
    for place in named(kind, document):
        if place.path in files and place.path in others:
            place.lead_to(f"sha256:{files[place.path][1]}")
    return document


def _groups(incoming: Sequence[Incoming], plains: Sequence[Json]) -> list[list[int]]:
    names: dict[tuple[str, str], int] = {}
    for position, one in enumerate(incoming):
        if one.document.kind in KEY_TYPES:
            names.setdefault((KEY_TYPES[one.document.kind], one.document.id), position)
    references = [referred(one.document.kind, plain) for one, plain in zip(incoming, plains, strict=True)]
    return groups(edges(references, names))


def _renames(incoming: Sequence[Incoming], ids: Sequence[str]) -> Renames:
    return {
        (KEY_TYPES[one.document.kind], one.document.id): id
        for one, id in zip(incoming, ids, strict=True)
        if one.document.kind in KEY_TYPES and id != one.document.id and not one.again
    }


def _renamed(document: Verified, plain: Json, id: str, renames: Renames) -> Verified:
    if not renames and id == document.id:
        return document
    led = followed(document.kind, plain, renames)
    return verified(document.kind, led if id == document.id else called(document.kind, led, id))


def _plain(body: bytes) -> Json:
    plain: Json = msgspec.json.decode(body)
    return plain
