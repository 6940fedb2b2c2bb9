"""Parts of a package that no document names: they stay with a document of it, and an export has them again."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Iterator, Sequence

from aas_server.store.contract import Files, Kind
from aas_server.twin.package.named import named
from aas_server.twin.package.read import Opened
from aas_server.twin.package.repair.notes import Repair
from aas_server.twin.plain import Json


def unnamed(source: Opened, documents: Iterable[tuple[Kind, Json]]) -> list[str]:
    """The parts that neither make the package nor are named by a document."""
    if source.archive is None or source.spec is None:
        return []
    known = {
        source.find(place.value)
        for kind, document in documents
        for place in named(kind, document)
        if place.value and not place.elsewhere
    }
    return [name for name in source.archive.names if name not in known and name not in source.spec.own]


def keeper(documents: Sequence[tuple[Kind, Json]]) -> tuple[Kind, str] | None:
    """Kind and id of the document that such parts are attached to: the first shell, else the first submodel."""
    kinds: tuple[Kind, ...] = ("shell", "submodel")
    return next(((kind, plain["id"]) for kind in kinds for one, plain in documents if one == kind), None)


def findings(parts: Iterable[str], keeper: tuple[Kind, str] | None) -> Iterator[Repair]:
    """A line of the report for each."""
    for part in parts:
        if keeper is None:
            yield Repair(None, "", part, "finding-part-unkept")
        else:
            yield Repair(None, "", part, "finding-part-unnamed", {"id": keeper[1]})


def attached(source: Opened, parts: Iterable[str], files: Files) -> dict[str, tuple[str, str]]:
    """Media type and SHA-256 of each, by the path under which it is attached: the part's own, and the content's
    hash, since another package of the document may have another file under that name."""
    found: dict[str, tuple[str, str]] = {}
    for part in parts:
        assert source.archive is not None
        with source.archive.file(part) as stream:
            digest = files.add(stream)
        media_type = mimetypes.guess_type(part)[0] or "application/octet-stream"
        found[f"/{part}#{digest[:16]}"] = (media_type, digest)
    return found


def part_of(path: str) -> str | None:
    """The path in the package of what is attached so; ``None`` for the attachment of an element."""
    return path.rpartition("#")[0] if path.startswith("/") else None
