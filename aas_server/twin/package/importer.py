"""A file taken into the twin: one transaction, all or nothing; the same content again changes nothing."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from aas_server.errors import BadInput
from aas_server.settings import Settings
from aas_server.store.contract import Files, Kind, Transaction
from aas_server.twin.metamodel import Verified, verified
from aas_server.twin.package import unnamed
from aas_server.twin.package.conflict.settling import Attached, Incoming, Policy, Settled, Settling
from aas_server.twin.package.environment.edition import from_3_0
from aas_server.twin.package.limits import Limits
from aas_server.twin.package.named import named
from aas_server.twin.package.read import Opened, opened
from aas_server.twin.package.report import Imported, Outcome, Report
from aas_server.twin.plain import Json
from aas_server.twin.references import submodel_ids
from aas_server.twin.repository import Repository


@dataclass(frozen=True, slots=True)
class _Read:
    incoming: tuple[Incoming, ...]
    report: Report


@dataclass(frozen=True, slots=True)
class _Distinct:
    """``again``: another document of this id comes before it."""

    document: Verified
    plain: Json
    again: bool


async def import_file(
    repository: Repository,
    files: Files,
    path: Path,
    settings: Settings,
    *,
    on_conflict: Policy = "keep-both",
    strict: bool = False,
) -> Report:
    """Import an AASX, JSON or XML file. ``on_conflict`` says what becomes of an id that is here with other
    content; ``strict`` refuses what would need a repair.

    Raises ``BadInput`` (with path and constraint), ``TooLarge``, ``NotFound``, ``Conflict``; then nothing is
    stored.
    """
    read = await asyncio.to_thread(_read, files, path, Limits.of(settings), strict, on_conflict == "keep-both")
    async with repository.write() as transaction:
        settled = await Settling(transaction, read.incoming, on_conflict).settled()
        documents = tuple([await _store(transaction, one, read.report.missing) for one in settled])
    return replace(read.report, documents=documents)


async def _store(transaction: Transaction, one: Settled, missing: Iterable[str]) -> Imported:
    kind, id = one.document.kind, one.document.id
    outcome: Outcome = "kept" if one.left else "same"
    if one.new:
        outcome = "created" if id == one.given else "kept-both"
    elif not (one.taken or one.left):
        outcome = "updated"
    if outcome not in ("same", "kept"):
        await transaction.put(kind, id, one.document.body, one.document.keys)
    if outcome != "kept" and await _attach(transaction, one, missing) and outcome == "same":
        outcome = "updated"
    return Imported(kind, id, outcome, one.given)


async def _attach(transaction: Transaction, one: Settled, missing: Iterable[str]) -> bool:
    """Attach the files a document comes with; whether there was something to do. One whose content is replaced
    loses the files it no longer has; what the package only lacks stays."""
    id = one.document.id
    there = {} if one.new else await transaction.attachments(id)
    wanted = {path: file for path, file in one.files.items() if path not in there}
    if not (one.new or one.taken):
        wanted = dict(one.files)
        for path in there.keys() - one.files.keys():
            if f"{one.given}#{path}" not in missing:
                await transaction.detach(id, path)
    for path, (media_type, digest) in wanted.items():
        await transaction.attach(id, path, media_type, digest)
    return bool(wanted)


def _read(files: Files, path: Path, limits: Limits, strict: bool, twice: bool) -> _Read:
    """Everything that can be wrong with a file shows here, before the transaction begins. ``twice``: one id may
    stand for several contents."""
    with opened(path, limits, strict) as source:
        found = from_3_0(_with_thumbnail(source))
        documents = _distinct([(verified(kind, plain), plain) for kind, plain in found])
        again = next((one.document.id for one in documents if one.again), None)
        if again is not None and (strict or not twice):
            raise BadInput("package-id-twice", id=again, file=path.name)
        owners = _owners(plain for kind, plain in found if kind == "shell")
        incoming: list[Incoming] = []
        missing: list[str] = []
        parts = unnamed.unnamed(source, found)
        keeper = unnamed.keeper(found)
        beside = unnamed.attached(source, parts, files) if keeper is not None else {}
        for one in documents:
            attached, lacking = _attachments(source, files, one.document, one.plain)
            owner = owners.get(one.document.id) if one.document.kind == "submodel" else None
            if (one.document.kind, one.document.id) == keeper:
                attached, beside = {**attached, **beside}, {}
            incoming.append(Incoming(one.document, attached, owner, one.again))
            missing += lacking
        count = sum(len(one.files) for one in incoming)
        findings = (*source.findings, *unnamed.findings(parts, keeper))
        report = Report(path.name, (), count, tuple(missing), tuple(source.repairs), findings)
    return _Read(tuple(incoming), report)


def _distinct(found: Iterable[tuple[Verified, Json]]) -> list[_Distinct]:
    """Of equal documents the first."""
    distinct: list[_Distinct] = []
    seen: dict[tuple[Kind, str], set[bytes]] = {}
    for document, plain in found:
        bodies = seen.setdefault((document.kind, document.id), set())
        if document.body not in bodies:
            distinct.append(_Distinct(document, plain, again=bool(bodies)))
            bodies.add(document.body)
    return distinct


def _with_thumbnail(source: Opened) -> list[tuple[Kind, Json]]:
    """The documents; the package's picture becomes that of its shell, where there is one shell and it has none."""
    shells = [plain for kind, plain in source.documents if kind == "shell"]
    thumbnail = None if source.spec is None else source.spec.thumbnail
    if thumbnail is None or len(shells) != 1 or "defaultThumbnail" in shells[0].get("assetInformation", {}):
        return list(source.documents)
    picture = {"path": thumbnail, "contentType": mimetypes.guess_type(thumbnail)[0] or "image/png"}
    information = shells[0]["assetInformation"] | {"defaultThumbnail": picture}
    return [
        (kind, plain | {"assetInformation": information} if kind == "shell" else plain)
        for kind, plain in source.documents
    ]


def _owners(shells: Iterable[Json]) -> Mapping[str, str]:
    """The first shell that refers to each submodel."""
    owners: dict[str, str] = {}
    for shell in shells:
        for id in submodel_ids(shell):
            owners.setdefault(id, shell["id"])
    return owners


def _attachments(source: Opened, files: Files, document: Verified, plain: Json) -> tuple[Attached, list[str]]:
    """A document's files, kept by their content, and those that the package lacks (``id#path``)."""
    attached: dict[str, tuple[str, str]] = {}
    missing: list[str] = []
    for place in named(document.kind, plain):
        if not place.value or place.elsewhere:
            continue
        stream = source.file(place.value)
        if stream is not None:
            with stream:
                attached[place.path] = (place.media_type, files.add(stream))
        elif source.archive is not None:
            missing.append(f"{document.id}#{place.path}")
    return attached, missing
