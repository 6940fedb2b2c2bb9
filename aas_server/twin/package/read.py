"""An AASX, JSON or XML file, opened: its documents, and its files by the path a File element gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from aas_server.errors import BadInput, NotFound, TooLarge
from aas_server.store.contract import Kind
from aas_server.twin.metamodel import LISTS
from aas_server.twin.package import formats, opc
from aas_server.twin.package.archive import Archive, archive
from aas_server.twin.package.limits import Limits
from aas_server.twin.package.repair import Repair
from aas_server.twin.plain import Json


@dataclass(frozen=True, slots=True)
class Opened:
    """``documents`` in the file's order, as metamodel 3.1; ``archive`` is ``None`` for a bare JSON or XML file.

    ``repairs`` is what was mended. ``findings`` is what could not be: it stands in an extension of its element,
    unchanged, so nothing is lost. ``thumbnail`` is the path of the package's picture, for ``file``.
    """

    documents: tuple[tuple[Kind, Json], ...]
    archive: Archive | None = None
    repairs: tuple[Repair, ...] = ()
    findings: tuple[Repair, ...] = ()
    thumbnail: str | None = None

    def file(self, path: str) -> BinaryIO | None:
        """The part a File element's value means; ``None`` where it lies elsewhere or is missing."""
        if self.archive is None:
            return None
        name = self.archive.find(path)
        return None if name is None else self.archive.open(name)


@contextmanager
def opened(path: Path, limits: Limits, strict: bool = False, repair: bool = True) -> Iterator[Opened]:  # noqa: ARG001
    """Read a file of any of the forms; what it is, is sniffed. ``strict`` refuses what would need a repair;
    without ``repair`` the documents come as they are, for who wants to judge them.

    Raises ``NotFound`` (no such file), ``BadInput`` (unreadable, hostile, an old metamodel), ``TooLarge``.
    """
    try:
        with path.open("rb") as stream:
            form = formats.sniffed(stream.read(512))
    except FileNotFoundError:
        raise NotFound("package-file-missing", file=str(path)) from None
    except OSError as fault:
        raise BadInput("package-file-unreadable", file=str(path), fault=fault.strerror) from None
    if form == "aasx":
        with archive(path, limits) as package:
            documents = [document for part in _spec_parts(package) for document in _part(package, part, limits)]
            yield Opened(tuple(documents), package)
    elif form is None:
        raise BadInput("file-form-unknown", file=path.name)
    else:
        yield Opened(tuple(_bare(path, form, limits)))


def _spec_parts(package: Archive) -> list[str]:
    """The environments of a package, by its relationships."""
    origins = [one.target for one in package.relationships(opc.ROOT) if one.means(opc.ORIGIN)]
    if not origins:
        raise BadInput("package-no-origin")
    parts = [one.target for origin in origins for one in package.relationships(origin) if one.means(opc.SPEC)]
    return list(dict.fromkeys(parts))


def _part(package: Archive, name: str, limits: Limits) -> Iterator[tuple[Kind, Json]]:
    found = package.find(name)
    if found is None:
        raise BadInput("package-part-missing", part=name)
    body = package.read(found)
    if formats.sniffed(body[:512]) == "xml":
        return _documents(formats.read_xml(BytesIO(body), name, limits.depth))
    return _documents(formats.read_json(body, name, limits.depth))


def _bare(path: Path, form: str, limits: Limits) -> Iterator[tuple[Kind, Json]]:
    if path.stat().st_size > limits.part:
        raise TooLarge("package-part-large", part=path.name, limit=limits.part, setting="max_package_part")
    if form == "json":
        return _documents(formats.read_json(path.read_bytes(), path.name, limits.depth))
    with path.open("rb") as stream:
        return _documents(formats.read_xml(stream, path.name, limits.depth))


def _documents(environment: formats.Environment) -> Iterator[tuple[Kind, Json]]:
    for name, kind in LISTS.items():
        yield from ((kind, document) for document in environment.get(name, ()))
