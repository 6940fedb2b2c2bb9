"""A file taken into the twin: one transaction, all or nothing; the same content again changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aas_server.errors import BadInput, NotFound
from aas_server.settings import Settings
from aas_server.store.contract import Files, Kind
from aas_server.twin.elements import walk
from aas_server.twin.metamodel import Verified, verified
from aas_server.twin.package.limits import Limits
from aas_server.twin.package.read import Opened, opened
from aas_server.twin.plain import Json
from aas_server.twin.repository import Attachment, Bundle, Repository


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one document. ``updated``: one of the same id and other content was replaced; ``kept``: it
    was left as it is."""

    kind: Kind
    id: str
    outcome: Literal["created", "updated", "same", "kept"]


@dataclass(frozen=True, slots=True)
class Report:
    """``missing`` are File elements (``submodel id#path``) whose part the package lacks."""

    file: str
    documents: tuple[Imported, ...]
    files: int
    missing: tuple[str, ...]

    @property
    def created(self) -> int:
        return self._count("created")

    @property
    def updated(self) -> int:
        return self._count("updated")

    @property
    def same(self) -> int:
        """How many were there already, equal or kept."""
        return self._count("same") + self._count("kept")

    def as_json(self) -> dict[str, object]:
        documents = [{"kind": one.kind, "id": one.id, "outcome": one.outcome} for one in self.documents]
        return {"file": self.file, "documents": documents, "files": self.files, "missing": list(self.missing)}

    def _count(self, outcome: str) -> int:
        return sum(one.outcome == outcome for one in self.documents)


@dataclass(frozen=True, slots=True)
class _Read:
    documents: tuple[Verified, ...]
    attachments: tuple[Attachment, ...]
    missing: tuple[str, ...]


async def import_file(
    repository: Repository, files: Files, path: Path, settings: Settings, *, keep_existing: bool = False
) -> Report:
    """Import an AASX, JSON or XML file of metamodel 3.0 or 3.1. An id that exists with other content is replaced,
    or left with ``keep_existing``.

    Raises ``BadInput`` (with path and constraint), ``TooLarge``, ``NotFound``; then nothing is stored.
    """
    read = await asyncio.to_thread(_read, files, path, Limits.of(settings))
    kept = await _present(repository, read.documents) if keep_existing else frozenset[tuple[Kind, str]]()
    owners = {id for _, id in kept}
    bundle = Bundle(
        tuple(one for one in read.documents if (one.kind, one.id) not in kept),
        tuple(one for one in read.attachments if one.owner not in owners),
    )
    outcomes = iter(await repository.put_all(bundle))
    documents = tuple(
        Imported(one.kind, one.id, "kept" if (one.kind, one.id) in kept else next(outcomes))
        for one in read.documents
    )
    return Report(path.name, documents, len(bundle.attachments), read.missing)


async def _present(repository: Repository, documents: tuple[Verified, ...]) -> frozenset[tuple[Kind, str]]:
    found = set[tuple[Kind, str]]()
    for one in documents:
        try:
            await repository.get(one.kind, one.id)
        except NotFound:
            continue
        found.add((one.kind, one.id))
    return frozenset(found)


def _read(files: Files, path: Path, limits: Limits) -> _Read:
    documents: dict[tuple[Kind, str], Verified] = {}
    attachments: list[Attachment] = []
    missing: list[str] = []
    with opened(path, limits) as source:
        for kind, plain in source.documents:
            document = verified(kind, plain)
            other = documents.setdefault((kind, document.id), document)
            if other.body != document.body:
                raise BadInput("package-id-twice", id=document.id, file=path.name)
        for kind, plain in source.documents:
            for element, media_type, value in _files(kind, plain):
                attachment = _attachment(source, files, plain["id"], element, media_type, value)
                if attachment is not None:
                    attachments.append(attachment)
                elif source.archive is not None and not _elsewhere(value):
                    missing.append(f"{plain['id']}#{element}")
    return _Read(tuple(documents.values()), tuple(attachments), tuple(missing))


def _files(kind: Kind, document: Json) -> Iterator[tuple[str, str, str]]:
    """``(path of the element, media type, value)`` of every file a document names."""
    if kind == "shell":
        thumbnail: Mapping[str, str] | None = document["assetInformation"].get("defaultThumbnail")
        if thumbnail is not None:
            yield "thumbnail", thumbnail.get("contentType", "application/octet-stream"), thumbnail["path"]
    elif kind == "submodel":
        for path, element in walk(document):
            if element["modelType"] == "File" and element.get("value"):
                yield path, element.get("contentType", "application/octet-stream"), element["value"]


def _attachment(
    source: Opened, files: Files, owner: str, element: str, media_type: str, value: str
) -> Attachment | None:
    stream = None if _elsewhere(value) else source.file(value)
    if stream is None:
        return None
    with stream:
        return Attachment(owner, element, media_type, files.add(stream))


def _elsewhere(value: str) -> bool:
    return "://" in value and not value.startswith("file:///")
