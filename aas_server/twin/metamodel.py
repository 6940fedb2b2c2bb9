"""The door of the metamodel: what comes in is parsed and verified (aas-core, metamodel 3.1) and made canonical.

Canonical means: the attributes in the metamodel's order, no blanks, no empty lists (clients send them, the
metamodel forbids them); values stay as they were written.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from aas_core3_1 import jsonization, types, verification

from aas_server.errors import BadInput
from aas_server.store.contract import Keys, Kind
from aas_server.twin.blobs import blob_fault
from aas_server.twin.index import keys
from aas_server.twin.plain import Json
from aas_server.twin.repeated import refuse_repeated

LISTS: Mapping[str, Kind] = {
    "assetAdministrationShells": "shell",
    "submodels": "submodel",
    "conceptDescriptions": "concept-description",
}
"""The environment's lists and what is in them."""

MAX_DEPTH = 400
"""Nesting of JSON that the parsers bear within Python's own limit; a setting may ask for less."""

_DIGITS = 4300
"""Digits of an integer: Python reads no longer ones, since that takes time quadratic in them."""

_SNAKE = re.compile(r"_([a-z0-9])")
"""aas-core names attributes in Python's way; people know them as JSON has them."""

_NO_BASE64 = "The value of a Blob has to be base64 (RFC 4648, clause 4)."
_PARSERS: Mapping[Kind, Callable[[Json], types.Class]] = {
    "shell": jsonization.asset_administration_shell_from_jsonable,
    "submodel": jsonization.submodel_from_jsonable,
    "concept-description": jsonization.concept_description_from_jsonable,
}


@dataclass(frozen=True, slots=True)
class Verified:
    """A document that may be stored."""

    kind: Kind
    id: str
    body: bytes
    keys: Keys

    def check_id(self, id: str) -> None:
        """Raises ``BadInput`` where it was sent to the address of another id."""
        if self.id != id:
            raise BadInput("id-differs", kind=self.kind, id=self.id, path=id)


@dataclass(frozen=True, slots=True)
class Fault:
    """One breach of the metamodel: where (a path in the document) and what (with the constraint's name)."""

    path: str
    text: str


def decode(given: bytes, max_depth: int = MAX_DEPTH) -> Any:
    """JSON as Python values, without empty lists. Raises ``BadInput`` as ``from_json`` does."""
    return without_empty_lists(from_json(given, max_depth))


def from_json(given: bytes, max_depth: int = MAX_DEPTH, fraction: Callable[[str], Any] | None = None) -> Any:
    """JSON as Python values; ``fraction`` makes numbers that are not whole (a ``float`` where it is left out).

    Raises ``BadInput`` where it is no JSON, nested too deep, says an attribute twice, or holds an integer that
    Python would not read.
    """
    given = given.removeprefix(codecs.BOM_UTF8)
    try:
        value = msgspec.json.Decoder(float_hook=fraction).decode(given)
    except RecursionError:
        raise BadInput("json-too-deep", limit=max_depth) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        if str(fault).startswith("Integer value out of range"):
            raise BadInput("json-integer-long", limit=_DIGITS) from None
        raise BadInput("json-unreadable", fault=str(fault)) from None
    bound_depth(value, max_depth)
    refuse_repeated(given, value)
    return value


def verified(kind: Kind, document: Any) -> Verified:
    """A document, checked and canonical. Raises ``BadInput`` (``document-invalid``) with the first fault's path
    and text and the number of all faults."""
    try:
        instance = parsed(kind, document)
        found = list(faults_of(instance))
        if found:
            raise _invalid(kind, document, found[0], len(found))
        canonical = jsonization.to_jsonable(instance)
    except RecursionError:
        raise BadInput("json-too-deep", limit=MAX_DEPTH) from None
    assert isinstance(canonical, dict)
    return Verified(kind, canonical["id"], msgspec.json.encode(canonical), keys(kind, canonical))


def faults(kind: Kind, document: Any) -> list[Fault]:
    """All faults of a document (only the first where it cannot even be parsed)."""
    try:
        return list(faults_of(parsed(kind, document)))
    except BadInput as error:
        return [Fault(str(error.values["path"]), str(error.values["fault"]))]
    except RecursionError:
        return [Fault("", f"nested deeper than {MAX_DEPTH}")]


def element_faults(element: Any) -> list[Fault]:
    """All faults of a submodel element that stands in no submodel (only the first where it can't be parsed)."""
    blob = blob_fault(element)
    if blob is not None:
        return [Fault(blob, _NO_BASE64)]
    try:
        return list(faults_of(jsonization.submodel_element_from_jsonable(element)))
    except jsonization.DeserializationException as fault:
        return [Fault(str(fault.path), fault.cause)]
    except RecursionError:
        return [Fault("", f"nested deeper than {MAX_DEPTH}")]


def without_empty_lists(value: Any) -> Any:
    """The same JSON without attributes that are empty lists or null."""
    if isinstance(value, dict):
        return {name: without_empty_lists(part) for name, part in value.items() if part is not None and part != []}
    if isinstance(value, list):
        return [without_empty_lists(part) for part in value]
    return value


def parsed(kind: Kind, document: Any) -> types.Class:
    """A document as aas-core has it, not verified yet. Raises ``BadInput`` where it can't be parsed."""
    if not isinstance(document, dict):
        raise BadInput("document-no-object", kind=kind)
    blob = blob_fault(document)
    if blob is not None:
        raise _invalid(kind, document, Fault(blob, _NO_BASE64), 1)
    try:
        return _PARSERS[kind](document)
    except jsonization.DeserializationException as fault:
        raise _invalid(kind, document, Fault(str(fault.path), fault.cause), 1) from None


def faults_of(instance: types.Class) -> Iterator[Fault]:
    """The breaches of the metamodel in what was parsed."""
    try:
        for error in verification.verify(instance):
            yield Fault(json_path(error.path), error.cause)
    except ValueError as fault:
        # aas-core counts years; Python refuses to read one of more than 4300 digits.
        yield Fault("", str(fault))


def json_path(path: object) -> str:
    """A path of aas-core as people know it, in the names that JSON has."""
    return _SNAKE.sub(lambda match: match[1].upper(), str(path).lstrip("."))


def _invalid(kind: Kind, document: Json, fault: Fault, count: int) -> BadInput:
    return BadInput(
        "document-invalid",
        kind=kind,
        id=document.get("id", "?"),
        path=fault.path or "/",
        fault=fault.text,
        count=count,
    )


def bound_depth(value: Any, limit: int) -> None:
    """Raises ``BadInput`` where JSON is nested deeper than ``limit`` or ``MAX_DEPTH``."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(min(limit, MAX_DEPTH)):
        level = [
            part
            for outer in level
            for part in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(part, dict | list)
        ]
        if not level:
            return
    raise BadInput("json-too-deep", limit=min(limit, MAX_DEPTH))
