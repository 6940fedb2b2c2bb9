"""What was mended in a document of the field so that it fits metamodel 3.1, and what could not be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec

from aas_server.store.contract import Kind
from aas_server.twin.plain import Json

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that an attribute must not have (AASd-130)."""

_SHOWN = 120
"""Characters of a value that a line of the report quotes."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One change to one document, or one thing that could only be kept aside. ``id`` is the document's, ``path``
    leads to the place in it (empty: the document); ``key`` and ``values`` are a sentence of
    ``messages/repair.toml``. What concerns a part of the package has no kind and no id; ``path`` is the part.
    """

    kind: Kind | None
    id: str
    path: str
    key: str
    values: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that has no place at ``path``; it goes into an extension of the nearest element that can have one.
    ``fault`` is aas-core's sentence, where it is one that says why. An ``original`` is what a repair replaced: the
    repair reports it."""

    path: str
    value: Any
    fault: str = ""
    original: bool = False


class Notes:
    """The report on one document, while it is mended."""

    def __init__(self, kind: Kind, id: str) -> None:
        self.kind: Kind = kind
        self.id = id
        self.repairs: list[Repair] = []
        self.findings: list[Repair] = []
        self._extended: dict[int, tuple[Json, set[str], dict[str, int]]] = {}

    def mended(self, path: str, key: str, **values: object) -> None:
        """Note a repair."""
        said = {name: shown(value) for name, value in values.items()}
        self.repairs.append(Repair(self.kind, self.id, path, key, said))

    def keep(self, host: Json, place: str, kept: Kept) -> None:
        """Put something into an extension of ``host``, which stands at ``place``, and note the finding."""
        name = self.extend(host, kept.path[len(place) :].lstrip("."), kept.value)
        if kept.original:
            return
        key = "finding-fault" if kept.fault else "finding-strange"
        values = {"extension": name, "given": shown(kept.value)} | ({"fault": kept.fault} if kept.fault else {})
        self.findings.append(Repair(self.kind, self.id, kept.path, key, values))

    def extend(self, host: Json, name: str, value: Any) -> str:
        """Add an extension ``kept:<name>`` with a value as text (JSON, where it is none); the name it got."""
        extensions = host.setdefault("extensions", [])
        if id(host) not in self._extended:
            self._extended[id(host)] = (host, {str(one.get("name")) for one in extensions}, {})
        _, taken, numbers = self._extended[id(host)]
        free = free_name(f"kept:{name}"[:100], taken, numbers, "#")
        extensions.append({"name": free, "valueType": "xs:string", "value": as_text(value)})
        return free


def free_name(wanted: str, taken: set[str], numbers: dict[str, int], sign: str) -> str:
    """A name that is not taken, by a number behind it; taken from now on. ``numbers`` are the last ones given, so
    that thousands of one name take no longer each than one."""
    free = wanted
    while free in taken:
        numbers[wanted] = numbers.get(wanted, 1) + 1
        free = f"{wanted}{sign}{numbers[wanted]}"
    taken.add(free)
    return free


def as_text(value: Any) -> str:
    """A value as a text that XML can hold; a text that it can't is quoted as in JSON."""
    if isinstance(value, str) and not _NO_XML.search(value):
        return str(value)
    encoded = msgspec.json.encode(str(value) if isinstance(value, str) else value, enc_hook=str).decode()
    return _NO_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", encoded)


def shown(value: object) -> str:
    """A value for a line of the report."""
    text = as_text(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def says_something(value: Any) -> bool:
    """Whether anything but names and types stands in it."""
    if isinstance(value, dict):
        keys = [key for key in value if key not in ("modelType", "type")] or list(value)
        return any(says_something(value[key]) for key in keys)
    if isinstance(value, list):
        return any(says_something(part) for part in value)
    return value is not None and (not isinstance(value, str) or bool(value.strip()))
