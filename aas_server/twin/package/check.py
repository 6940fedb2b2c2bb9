"""``aas check``: what is wrong with a file, in two opinions: aas-core's (ours) and the BaSyx SDK's (strict)."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import msgspec
from basyx.aas.adapter.json import read_aas_json_file

from aas_server.errors import AasError
from aas_server.settings import Settings
from aas_server.store.contract import Kind
from aas_server.twin.metamodel import LISTS, faults, without_empty_lists
from aas_server.twin.package.limits import Limits
from aas_server.twin.package.named import named
from aas_server.twin.package.read import Opened, opened
from aas_server.twin.package.unnamed import unnamed
from aas_server.twin.plain import Json

# What is found of a file is shown behind its name: these sentences don't say the name again.
_WHOLE = {
    "file-form-unknown": "finding-form-unknown",
    "xml-unreadable": "finding-xml-unreadable",
    "xml-dtd": "finding-xml-dtd",
    "metamodel-old": "finding-metamodel-old",
    "environment-none": "finding-environment-none",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """``document`` is the id it concerns (empty: the file), ``path`` where in it. What we found ourselves has the
    ``key`` and ``values`` of a sentence; the libraries' findings are ``text`` in their own words. A warning
    is a file that is named and missing."""

    checker: Literal["file", "aas-core", "basyx"]
    severity: Literal["error", "warning"]
    document: str
    path: str
    text: str
    key: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, one by one; none means that the file is good. The counts say what was looked at."""

    file: str
    shells: int
    submodels: int
    concept_descriptions: int
    findings: tuple[Finding, ...]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)


def check(path: Path, settings: Settings) -> Findings:
    """Read and judge a file as it is; what an import would mend in it comes as warnings. Only a missing file
    raises (``NotFound``); all else is a finding.

    The BaSyx SDK reads metamodel 3.1 only: it is given what we read, as 3.1.
    """
    try:
        with opened(path, Limits.of(settings)) as source:
            found = [*_ours(source), *_basyx(source), *_mended(source), *_files(source)]
            count = {kind: sum(1 for one, _ in source.given if one == kind) for kind in LISTS.values()}
    except AasError as error:
        if error.status == 404:
            raise
        values = {name: str(value) for name, value in error.values.items()}
        whole = path.name in (values.get("file"), values.get("part"))
        key = _WHOLE.get(error.key, error.key) if whole else error.key
        unread = Finding("file", "error", "", values.get("path", ""), str(error), key, values)
        return Findings(path.name, 0, 0, 0, (unread,))
    return Findings(path.name, count["shell"], count["submodel"], count["concept-description"], tuple(found))


def _mended(source: Opened) -> Iterator[Finding]:
    for one in (*source.repairs, *source.findings):
        yield Finding("file", "warning", one.id, one.path, one.key, one.key, one.values)


def _ours(source: Opened) -> Iterator[Finding]:
    for kind, document in source.given:
        for fault in faults(kind, without_empty_lists(document)):
            yield Finding("aas-core", "error", _id(document), fault.path, fault.text)


def _basyx(source: Opened) -> Iterator[Finding]:
    for kind, document in source.given:
        text = _refusal(kind, document)
        if text is not None:
            yield Finding("basyx", "error", _id(document), "", text)


def _id(document: Json) -> str:
    """The file is not judged yet: it may hold anything."""
    return str(document.get("id", "?")) if isinstance(document, dict) else "?"


def _refusal(kind: Kind, document: Json) -> str | None:
    """Why the BaSyx SDK does not load a document in strict mode."""
    name = next(name for name, one in LISTS.items() if one == kind)
    # Its readers log what they then raise; said twice would be noise on a person's screen.
    logging.getLogger("basyx").setLevel(logging.CRITICAL)
    try:
        read_aas_json_file(io.StringIO(msgspec.json.encode({name: [document]}).decode()), failsafe=False)
    except Exception as fault:
        return f"{type(fault).__name__}: {fault}"
    return None


def _files(source: Opened) -> Iterator[Finding]:
    """Files that are named and missing, and the reverse."""
    if source.archive is None:
        return
    for part in unnamed(source, source.documents):
        yield Finding("file", "warning", "", part, "", "finding-unnamed")
    for kind, document in source.documents:
        for place in named(kind, document):
            if place.value.startswith(("/", "file:///")) and not source.find(place.value):
                values = {"part": place.value}
                yield Finding(
                    "file", "warning", document["id"], place.path, place.value, "package-part-missing", values
                )
