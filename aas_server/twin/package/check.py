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
from aas_server.twin.elements import walk
from aas_server.twin.metamodel import LISTS, faults, without_empty_lists
from aas_server.twin.package.limits import Limits
from aas_server.twin.package.read import Opened, opened
from aas_server.twin.plain import Json

# What is found of a file is shown behind its name: these sentences don't say the name again.
_WHOLE = {
    "file-form-unknown": "finding-form-unknown",
    "xml-unreadable": "finding-xml-unreadable",
    "xml-dtd": "finding-xml-dtd",
    "xml-invalid": "finding-xml-invalid",
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
    """Read and judge a file. Only a missing file raises (``NotFound``); all else is a finding.

    The BaSyx SDK reads metamodel 3.1 only: it is given what we read, as 3.1.
    """
    try:
        with opened(path, Limits.of(settings)) as source:
            found = [*_ours(source), *_basyx(source), *_missing_files(source)]
            count = {kind: sum(1 for one, _ in source.documents if one == kind) for kind in LISTS.values()}
    except AasError as error:
        if error.status == 404:
            raise
        values = {name: str(value) for name, value in error.values.items()}
        whole = path.name in (values.get("file"), values.get("part"))
        key = _WHOLE.get(error.key, error.key) if whole else error.key
        unread = Finding("file", "error", "", values.get("path", ""), str(error), key, values)
        return Findings(path.name, 0, 0, 0, (unread,))
    return Findings(path.name, count["shell"], count["submodel"], count["concept-description"], tuple(found))


def _ours(source: Opened) -> Iterator[Finding]:
    for kind, document in source.documents:
        plain = without_empty_lists(document)
        for fault in faults(kind, plain):
            yield Finding("aas-core", "error", str(document.get("id", "?")), fault.path, fault.text)


def _basyx(source: Opened) -> Iterator[Finding]:
    for kind, document in source.documents:
        text = _refusal(kind, document)
        if text is not None:
            yield Finding("basyx", "error", str(document.get("id", "?")), "", text)


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


def _missing_files(source: Opened) -> Iterator[Finding]:
    if source.archive is None:
        return
    for kind, document in source.documents:
        if kind != "submodel":
            continue
        for path, element in walk(document):
            value = element.get("value")
            if (
                element["modelType"] == "File"
                and value
                and value.startswith("/")
                and not source.archive.find(value)
            ):
                values = {"part": value}
                yield Finding("file", "warning", document["id"], path, value, "package-part-missing", values)
