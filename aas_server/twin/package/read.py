"""An AASX, JSON or XML file, opened: its documents, and its files by the path a File element gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from aas_server.errors import BadInput, NotFound, TooLarge
from aas_server.store.contract import Kind
from aas_server.twin.metamodel import LISTS, faults
from aas_server.twin.package.container import opc
from aas_server.twin.package.container.archive import Archive, archive
from aas_server.twin.package.environment import reading
from aas_server.twin.package.environment.reading import Environment, Open
from aas_server.twin.package.limits import Limits
from aas_server.twin.package.repair.mending import mended
from aas_server.twin.package.repair.notes import Repair
from aas_server.twin.plain import Json

_HEAD = 512
"""Bytes of a file by which its form is known."""


@dataclass(frozen=True, slots=True)
class Opened:
    """``documents`` in the file's order, as metamodel 3.1; ``archive`` is ``None`` for a bare JSON or XML file.

    ``repairs`` is what was mended. ``findings`` is what could not be: it stands in an extension of its element,
    unchanged, so nothing is lost. ``thumbnail`` is the path of the package's picture, for ``file``.
    ``given`` are the documents as the file has them, faults and all.
    """

    documents: tuple[tuple[Kind, Json], ...]
    archive: Archive | None = None
    repairs: tuple[Repair, ...] = ()
    findings: tuple[Repair, ...] = ()
    thumbnail: str | None = None
    given: tuple[tuple[Kind, Json], ...] = ()

    def file(self, path: str) -> BinaryIO | None:
        """The part a File element's value means; ``None`` where it lies elsewhere or is missing."""
        if self.archive is None:
            return None
        name = self.archive.find(path)
        return None if name is None else self.archive.file(name)


@contextmanager
def opened(path: Path, limits: Limits, strict: bool = False) -> Iterator[Opened]:
    """Read a file of any of the forms; what it is, is sniffed. ``strict`` refuses what would need a repair.

    Raises ``NotFound`` (no such file), ``BadInput`` (unreadable, hostile, of metamodel 1.0; with ``strict``
    ``package-not-strict`` with id, path and constraint of the first fault and the number of all), ``TooLarge``.
    """
    form = _form(path)
    if form == "aasx":
        with archive(path, limits) as package:
            pictures = [one.target for one in package.relationships(opc.ROOT) if one.means(opc.THUMBNAIL)]
            thumbnail = next((f"/{name}" for name in pictures if package.find(name)), None)
            yield _judged(_packed(package, limits), path.name, strict, package, thumbnail)
    elif form is None:
        raise BadInput("file-form-unknown", file=path.name)
    else:
        if path.stat().st_size > limits.part:
            raise TooLarge("package-part-large", part=path.name, limit=limits.part, setting="max_package_part")
        found = _read(lambda: path.open("rb"), path.name, limits)
        yield _judged(_documents(found), path.name, strict)


def _form(path: Path) -> reading.FileForm | None:
    try:
        with path.open("rb") as stream:
            return reading.sniffed(stream.read(_HEAD))
    except FileNotFoundError:
        raise NotFound("package-file-missing", file=str(path)) from None
    except OSError as fault:
        raise BadInput("package-file-unreadable", file=str(path), fault=fault.strerror) from None


def _judged(
    found: list[tuple[Kind, Json]],
    file: str,
    strict: bool,
    package: Archive | None = None,
    thumbnail: str | None = None,
) -> Opened:
    wrong = [(given, one) for kind, given in found for one in faults(kind, given)] if strict else []
    if wrong:
        given, first = wrong[0]
        where = {"id": given.get("id", "?"), "path": first.path or "/"}
        raise BadInput("package-not-strict", file=file, fault=first.text, count=len(wrong), **where)
    result = mended(found)
    return Opened(result.documents, package, result.repairs, result.findings, thumbnail, tuple(found))


def _packed(package: Archive, limits: Limits) -> list[tuple[Kind, Json]]:
    """The documents of all environments of a package."""
    found: list[tuple[Kind, Json]] = []
    for part in _spec_parts(package):
        found += _documents(_read(lambda part=part: package.open(part), part, limits))  # type: ignore[misc]
    return found


def _spec_parts(package: Archive) -> list[str]:
    """The environments of a package, by its relationships. One that is named and missing is passed over, if there
    are others."""
    root = package.relationships(opc.ROOT)
    origins = [one.target for one in root if one.means(opc.ORIGIN)]
    named = [one for origin in origins for one in package.relationships(origin)] + root
    parts = list(dict.fromkeys(one.target for one in named if one.means(opc.SPEC)))
    if not origins and not parts:
        raise BadInput("package-no-origin")
    there = [found for part in parts if (found := package.find(part)) is not None]
    if parts and not there:
        raise BadInput("package-part-missing", part=parts[0])
    return list(dict.fromkeys(there))


def _read(open: Open, name: str, limits: Limits) -> Environment:
    with open() as stream:
        form = reading.sniffed(stream.read(_HEAD))
    if form == "xml":
        return reading.read_xml(open, name, limits.depth)
    with open() as stream:
        return reading.read_json(stream.read(), name, limits.depth)


def _documents(found: Environment) -> list[tuple[Kind, Json]]:
    documents = [(kind, one) for name, kind in LISTS.items() for one in found.lists.get(name, ())]
    for kind, one in documents:
        if not isinstance(one, dict):
            raise BadInput("document-no-object", kind=kind)
    return documents
