"""What goes into a package: a shell with all it refers to, and the files of its File elements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import msgspec

from aas_server.errors import NotFound
from aas_server.store.contract import Kind
from aas_server.twin.elements import find
from aas_server.twin.live import Overlay
from aas_server.twin.package.formats import Environment
from aas_server.twin.plain import Json
from aas_server.twin.repository import Repository

_FOLDER = "/aasx/files/"


@dataclass(frozen=True, slots=True)
class Supplement:
    """A file in the package: its path (``/aasx/files/…``), media type and content by SHA-256."""

    path: str
    media_type: str
    digest: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a package holds. ``thumbnail`` is the path of the supplement that stands for the whole."""

    environment: Environment
    supplements: tuple[Supplement, ...] = ()
    thumbnail: str | None = None


async def gather(
    repository: Repository,
    overlay: Overlay,
    shells: Sequence[str],
    submodels: Sequence[str] = (),
    concepts: bool = True,
) -> Content:
    """Shells, the submodels they refer to, further submodels, and the concept descriptions those mean; last
    readings shown. A submodel that a shell names but that is not here is left out.

    Raises ``NotFound`` for a shell or submodel that was asked for by name.
    """
    files = _Files()
    roots = [await _document(repository, "shell", id) for id in dict.fromkeys(shells)]
    ids = list(dict.fromkeys([*submodels, *(id for shell in roots for id in submodel_ids(shell))]))
    models = [model for id in ids if (model := await _submodel(repository, overlay, id, id in submodels))]
    for shell in roots:
        files.thumbnail_of(shell, await repository.attachments(shell["id"]))
    for model in models:
        files.files_of(model, await repository.attachments(model["id"]))
    meant = await _concepts(repository, models) if concepts else []
    environment: Environment = {
        name: part
        for name, part in (
            ("assetAdministrationShells", roots),
            ("submodels", models),
            ("conceptDescriptions", meant),
        )
        if part
    }
    return Content(environment, tuple(files.found.values()), files.thumbnail)


def submodel_ids(shell: Json) -> list[str]:
    """The ids of the submodels a shell refers to."""
    return [reference["keys"][0]["value"] for reference in shell.get("submodels", ())]


class _Files:
    """Gives each file a path of its own; two contents under one path are told apart by the hash."""

    def __init__(self) -> None:
        self.found: dict[str, Supplement] = {}
        self.thumbnail: str | None = None

    def thumbnail_of(self, shell: Json, attachments: Any) -> None:
        if "thumbnail" not in attachments or "defaultThumbnail" not in shell["assetInformation"]:
            return
        thumbnail = shell["assetInformation"]["defaultThumbnail"]
        thumbnail["path"] = self._add(thumbnail["path"], *attachments["thumbnail"])
        self.thumbnail = self.thumbnail or thumbnail["path"]

    def files_of(self, submodel: Json, attachments: Any) -> None:
        for path, (media_type, digest) in attachments.items():
            try:
                element = find(submodel, path)
            except NotFound:
                continue
            if element["modelType"] == "File":
                element["value"] = self._add(element.get("value") or path, media_type, digest)

    def _add(self, wanted: str, media_type: str, digest: str) -> str:
        path = wanted.removeprefix("file://")
        if not path.startswith("/") or ".." in path.split("/"):
            path = _FOLDER + (PurePosixPath(path).name or digest[:16])
        other = self.found.get(path)
        if other is not None and other.digest != digest:
            path = f"{_FOLDER}{digest[:16]}/{PurePosixPath(path).name}"
        self.found[path] = Supplement(path, media_type, digest)
        return path


async def _document(repository: Repository, kind: Kind, id: str) -> Json:
    document: Json = msgspec.json.decode((await repository.get(kind, id)).body)
    return document


async def _submodel(repository: Repository, overlay: Overlay, id: str, demanded: bool) -> Json | None:
    try:
        submodel = await _document(repository, "submodel", id)
    except NotFound:
        if demanded:
            raise
        return None
    binding = overlay.binding(id)
    if binding is not None:
        overlay.lay_over(submodel, binding)
    return submodel


async def _concepts(repository: Repository, submodels: Iterable[Json]) -> list[Json]:
    found: list[Json] = []
    for id in dict.fromkeys(id for submodel in submodels for id in _meanings(submodel)):
        try:
            found.append(await _document(repository, "concept-description", id))
        except NotFound:
            continue
    return found


def _meanings(value: Any) -> Iterator[str]:
    """Every id that a reference below ``value`` ends in: any may be that of a concept description."""
    if isinstance(value, list):
        for part in value:
            yield from _meanings(part)
    elif isinstance(value, dict):
        keys = value.get("keys")
        if isinstance(keys, list) and keys and "value" in keys[-1]:
            yield keys[-1]["value"]
        for part in value.values():
            if isinstance(part, dict | list):
                yield from _meanings(part)
