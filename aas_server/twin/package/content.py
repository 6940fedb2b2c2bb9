"""What goes into a package: shells with all they refer to, and the files of their File elements.

A package is gathered in two passes: the first finds which documents and files go in, the second reads the
documents one after another while they are written, so that none but the one at hand is in memory.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import msgspec

from aas_server.errors import NotFound
from aas_server.store.contract import Kind
from aas_server.twin.live import Overlay
from aas_server.twin.package.container import opc
from aas_server.twin.package.named import THUMBNAIL, named
from aas_server.twin.package.unnamed import part_of
from aas_server.twin.plain import Json
from aas_server.twin.references import referred_ids, submodel_ids
from aas_server.twin.repository import Repository

_FOLDER = "/aasx/files/"
_BATCH = 100
"""Documents read at once where everything is gathered."""


@dataclass(frozen=True, slots=True)
class Supplement:
    """A file in the package: its path (``/aasx/files/…``), media type and content by SHA-256."""

    path: str
    media_type: str
    digest: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a package holds, by id. ``places`` says for a document's attachments where each lies in the
    package. ``thumbnail`` is the path of the supplement that stands for the whole."""

    ids: Mapping[Kind, Sequence[str]]
    supplements: Sequence[Supplement] = ()
    places: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    thumbnail: str | None = None


async def gather(
    repository: Repository,
    overlay: Overlay,
    shells: Sequence[str],
    submodels: Sequence[str] = (),
    concepts: bool = True,
) -> Content:
    """Shells, the submodels they refer to, further submodels, and the concept descriptions those mean. A submodel
    that a shell names but that is not here is left out.

    Raises ``NotFound`` for a shell or submodel that was asked for by name.
    """
    gathering = _Gathering(repository, overlay)
    for id in dict.fromkeys(shells):
        await gathering.add("shell", id)
    asked = frozenset(submodels)
    for id in dict.fromkeys([*submodels, *gathering.referred]):
        await gathering.add("submodel", id, demanded=id in asked)
    if concepts:
        for id in gathering.meant:
            await gathering.add("concept-description", id, demanded=False)
    return gathering.content()


async def gather_all(repository: Repository, overlay: Overlay, concepts: bool = True) -> Content:
    """Everything that is here."""
    gathering = _Gathering(repository, overlay)
    kinds: tuple[Kind, ...] = ("shell", "submodel", *(("concept-description",) if concepts else ()))
    for kind in kinds:
        cursor: str | None = None
        while True:
            page = await repository.page(kind, _BATCH, cursor)
            for one in page.documents:
                await gathering.add(kind, one.id, demanded=False)
            cursor = page.cursor
            if cursor is None:
                break
    return gathering.content()


async def documents(
    repository: Repository, overlay: Overlay, content: Content
) -> AsyncIterator[tuple[Kind, Json]]:
    """The documents of a package in its order, last readings shown, files where they lie in the package. One that
    has gone since the package was gathered is left out."""
    for kind, ids in content.ids.items():
        for id in ids:
            try:
                document = await _read(repository, overlay, kind, id)
            except NotFound:
                continue
            places = content.places.get(id, {})
            for place in named(kind, document) if places else ():
                if place.path in places:
                    place.lead_to(places[place.path])
            yield kind, document


class _Gathering:
    """Reads documents once for what they refer to and the files they name."""

    def __init__(self, repository: Repository, overlay: Overlay) -> None:
        self._repository = repository
        self._overlay = overlay
        self._ids: dict[Kind, list[str]] = {"shell": [], "submodel": [], "concept-description": []}
        self._files: dict[str, Supplement] = {}
        self._places: dict[str, dict[str, str]] = {}
        self._thumbnail: str | None = None
        self.referred: dict[str, None] = {}
        self.meant: dict[str, None] = {}

    async def add(self, kind: Kind, id: str, demanded: bool = True) -> None:
        """Raises ``NotFound`` where a document that is demanded is not here."""
        try:
            document = await _read(self._repository, self._overlay, kind, id)
        except NotFound:
            if demanded:
                raise
            return
        self._ids[kind].append(id)
        if kind == "concept-description":
            return
        if kind == "shell":
            self.referred |= dict.fromkeys(submodel_ids(document))
        else:
            self.meant |= dict.fromkeys(referred_ids(document))
        attachments = await self._repository.attachments(id)
        for place in named(kind, document) if attachments else ():
            if place.path in attachments:
                self._keep(id, place.path, place.value or place.path, *attachments[place.path])
        for path, (media_type, digest) in attachments.items():
            part = part_of(path)
            if part is not None:
                self._add(part, media_type, digest)

    def content(self) -> Content:
        return Content(self._ids, tuple(self._files.values()), self._places, self._thumbnail)

    def _keep(self, owner: str, path: str, wanted: str, media_type: str, digest: str) -> None:
        where = self._add(wanted, media_type, digest)
        self._places.setdefault(owner, {})[path] = where
        if path == THUMBNAIL and self._thumbnail is None:
            self._thumbnail = where

    def _add(self, wanted: str, media_type: str, digest: str) -> str:
        """Each file has a path of its own; two contents under one path are told apart by the hash. Part names are
        compared without regard to case (ECMA-376-2, 6.2.2.3)."""
        path = wanted.removeprefix("file://")
        name = PurePosixPath(path).name or digest[:16]
        if not path.startswith("/") or path.endswith("/") or _reserved(path):
            path = _FOLDER + name
        other = self._files.get(opc.part_name(path).lower())
        if other is not None and other.digest == digest:
            return other.path
        if other is not None:
            path = f"{_FOLDER}{digest[:16]}/{name}"
        self._files[opc.part_name(path).lower()] = Supplement(path, media_type, digest)
        return path


def _reserved(path: str) -> bool:
    """Whether a path leads out of the package, or to a part that the package itself needs."""
    parts = path.lower().split("/")[1:]
    in_root = parts[:1] == ["aasx"] and len(parts) == 2
    return ".." in parts or "_rels" in parts or in_root or parts == [opc.CONTENT_TYPES.lower()]


async def _read(repository: Repository, overlay: Overlay, kind: Kind, id: str) -> Json:
    document: Json = msgspec.json.decode((await repository.get(kind, id)).body)
    binding = overlay.binding(id) if kind == "submodel" else None
    if binding is not None:
        await overlay.prepared([binding])
        overlay.lay_over(document, binding)
    return document
