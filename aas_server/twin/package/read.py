"""An AASX, JSON or XML file, opened: its documents, and its files by the path a File element gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from aas_server.twin.package.environment.reading import NAMESPACES, Environment
from aas_server.twin.package.limits import Limits
from aas_server.twin.package.repair.mending import mended
from aas_server.twin.package.repair.notes import Repair
from aas_server.twin.package.spec_parts import SpecParts, spec_parts
from aas_server.twin.plain import Json

_EDITION = "repair-edition"


@dataclass(frozen=True, slots=True)
class Opened:
    """``documents`` in the file's order, as metamodel 3.1; ``archive`` is ``None`` for a bare JSON or XML file.

    ``repairs`` is what was mended. ``findings`` is what could not be: it stands in an extension of its element,
    unchanged, so nothing is lost. ``spec`` says which parts the package consists of.
    ``given`` are the documents as the file has them, faults and all.
    """

    documents: tuple[tuple[Kind, Json], ...]
    archive: Archive | None = None
    repairs: tuple[Repair, ...] = ()
    findings: tuple[Repair, ...] = ()
    spec: SpecParts | None = None
    given: tuple[tuple[Kind, Json], ...] = ()

    def file(self, path: str) -> BinaryIO | None:
        """The content of what ``find`` finds."""
        name = self.find(path)
        return None if self.archive is None or name is None else self.archive.file(name)

    def find(self, path: str) -> str | None:
        """The part a File element's value means; ``None`` where it lies elsewhere or is missing. A relative one
        starts at the package's root, as most tools have it, else where an environment lies (RFC 3986, 5.1)."""
        if self.archive is None or self.spec is None:
            return None
        starts = () if path.startswith(("/", "file:")) else self.spec.parts
        wanted = [path, *(opc.resolved(part, path) for part in starts)]
        return next((name for name in map(self.archive.find, wanted) if name is not None), None)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a file holds, not judged yet, with what is to be said of its parts."""

    documents: Sequence[tuple[Kind, Json]]
    repairs: Sequence[Repair] = ()
    findings: Sequence[Repair] = ()
    archive: Archive | None = None
    spec: SpecParts | None = None


@contextmanager
def opened(path: Path, limits: Limits, strict: bool = False) -> Iterator[Opened]:
    """Read a file of any of the forms; what it is, is sniffed. ``strict`` refuses what would need a repair; that a
    file is of metamodel 2.0 needs none.

    Raises ``NotFound`` (no such file), ``BadInput`` (unreadable, hostile, of metamodel 1.0; with ``strict``
    ``package-not-strict`` with id, path and constraint of the first fault and the number of all), ``TooLarge``.
    """
    form = _form(path)
    if form == "aasx":
        with archive(path, limits) as package:
            yield _judged(_packed(package, limits), path.name, strict)
    elif form is None:
        raise BadInput("file-form-unknown", file=path.name)
    else:
        if path.stat().st_size > limits.part:
            raise TooLarge("package-part-large", part=path.name, limit=limits.part, setting="max_package_part")
        found = reading.read(lambda: path.open("rb"), path.name, limits.depth)
        yield _judged(_Found(_documents(found), _renewed(path.name, found)), path.name, strict)


def _form(path: Path) -> reading.FileForm | None:
    try:
        with path.open("rb") as stream:
            return reading.sniffed(stream.read(reading.HEAD))
    except FileNotFoundError:
        raise NotFound("package-file-missing", file=str(path)) from None
    except OSError as fault:
        raise BadInput("package-file-unreadable", file=str(path), fault=fault.strerror) from None


def _judged(found: _Found, file: str, strict: bool) -> Opened:
    if strict:
        _refuse_faults(found, file)
    result = mended(found.documents)
    return Opened(
        result.documents,
        found.archive,
        (*found.repairs, *result.repairs),
        (*found.findings, *result.findings),
        found.spec,
        tuple(found.documents),
    )


def _refuse_faults(found: _Found, file: str) -> None:
    for missing in found.findings:
        raise BadInput("package-part-missing", part=missing.path)
    wrong = [
        (file, one.path, f"{one.values['given']} → {one.values['now']}")
        for one in found.repairs
        if one.key != _EDITION
    ]
    wrong += [
        (given.get("id", "?"), one.path or "/", one.text)
        for kind, given in found.documents
        for one in faults(kind, given)
    ]
    for id, path, fault in wrong:
        raise BadInput("package-not-strict", file=file, count=len(wrong), id=id, path=path, fault=fault)


def _packed(package: Archive, limits: Limits) -> _Found:
    """The documents of all environments of a package."""
    spec = spec_parts(package, limits.depth)
    found = {
        part: reading.read(lambda part=part: package.open(part), part, limits.depth)  # type: ignore[misc]
        for part in spec.parts
    }
    repairs = [one for part, environment in found.items() for one in _renewed(part, environment)]
    # Details of the AAS V2 named the relationships so: a package of its time is right.
    timely = bool(found) and all(environment.version == "2.0" for environment in found.values())
    return _Found(
        [one for environment in found.values() for one in _documents(environment)],
        [*(one for one in spec.repairs if not (timely and one.key == "repair-relationship")), *repairs],
        [Repair(None, "", part, "finding-part-missing") for part in spec.missing],
        package,
        spec,
    )


def _renewed(part: str, found: Environment) -> list[Repair]:
    """What is to be said of an environment as a whole."""
    said: list[Repair] = []
    namespace = NAMESPACES[found.version]
    if found.namespace not in (None, namespace):
        values = {"given": found.namespace or "", "now": namespace}
        said.append(Repair(None, "", part, "repair-namespace", values))
    if found.version == "2.0":
        said.append(Repair(None, "", part, _EDITION, {"given": "2.0", "now": "3.1"}))
    return said


def _documents(found: Environment) -> list[tuple[Kind, Json]]:
    documents = [(kind, one) for name, kind in LISTS.items() for one in found.lists.get(name, ())]
    for kind, one in documents:
        if not isinstance(one, dict):
            raise BadInput("document-no-object", kind=kind)
    return documents
