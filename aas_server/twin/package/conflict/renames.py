"""Ids for documents that are kept beside others of the same id, and the references that follow them.

A derived id is the id, ``~`` and a tail. A submodel's tail is made from the id of the shell that refers to it in
the package, so the submodels of one machine bear one tail; everything else's tail is a hash of its content. The
same package gives the same ids whenever it comes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from aas_server.ids import slug
from aas_server.store.contract import Kind
from aas_server.twin.plain import Json
from aas_server.twin.references import submodel_ids

LONGEST = 2048
"""IDTA-01001 V3.1: an ``Identifier`` has at most 2048 characters."""

Renames = Mapping[tuple[str, str], str]
"""New ids by (key type of references, id): ``("Submodel", id)``, ``("AssetAdministrationShell", id)``."""

KEY_TYPES: Mapping[Kind, str] = {"shell": "AssetAdministrationShell", "submodel": "Submodel"}
"""Concept descriptions are missing: who means ``0173-1#02-…`` means the dictionary's entry, not our copy of it."""


def candidate(number: int, id: str, body: bytes, shell: str | None) -> str:
    """The ids under which a document of this content may be kept: 0 is the wanted one. ``shell`` is the shell that
    refers to it."""
    content = hashlib.sha256(body).hexdigest()[:8]
    tails = [content]
    if shell is not None:
        short = slug(re.split("[/:#]", shell.rstrip("/:#"))[-1])
        own = f"{short}-{hashlib.sha256(shell.encode()).hexdigest()[:8]}"
        tails = [own, f"{own}-{content}"]
    if number == 0:
        return id
    extra = number - len(tails)
    tail = tails[number - 1] if extra <= 0 else f"{tails[-1]}-{extra + 1}"
    return f"{id[: LONGEST - len(tail) - 1]}~{tail}"


def referred(kind: Kind, document: Json) -> list[tuple[str, str]]:
    """Key type and id of everything that ``followed`` may lead elsewhere."""
    found = list(_referred(document))
    if kind == "shell":
        found += [("Submodel", id) for id in submodel_ids(document)]
    return found


def followed(kind: Kind, document: Json, renames: Renames) -> Json:
    """A document whose references lead to the new ids. A shell's references to submodels follow whatever type they
    bear; elsewhere only ModelReferences do, as an ExternalReference means an id in the world outside."""
    result: Json = _followed(document, renames)
    if kind == "shell" and "submodels" in result:
        result["submodels"] = [_redirected(one, renames, "Submodel") for one in result["submodels"]]
    return result


def called(kind: Kind, document: Json, id: str) -> Json:
    """A document under another id. A concept description says that it is a case of the one it stands beside."""
    result = document | {"id": id}
    if kind == "concept-description":
        meant = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": document["id"]}]}
        result["isCaseOf"] = [meant, *(one for one in document.get("isCaseOf", ()) if one != meant)]
    return result


def _referred(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for part in value:
            yield from _referred(part)
    elif isinstance(value, dict):
        keys = value.get("keys")
        if isinstance(keys, list) and keys:
            yield keys[0]["type"], keys[0]["value"]
        for part in value.values():
            yield from _referred(part)


def _followed(value: Any, renames: Renames) -> Any:
    if isinstance(value, list):
        return [_followed(part, renames) for part in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("keys"), list):
        value = _redirected(value, renames, None)
    return {name: _followed(part, renames) if name != "keys" else part for name, part in value.items()}


def _redirected(reference: Json, renames: Renames, type: str | None) -> Json:
    first, *rest = reference["keys"]
    new = renames.get((type or first["type"], first["value"]))
    return reference if new is None else reference | {"keys": [first | {"value": new}, *rest]}
