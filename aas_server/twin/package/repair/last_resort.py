"""The last step of a repair: what still breaks a rule is moved into an extension, as little of it as will do."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from aas_server.twin.metamodel import Fault, faults
from aas_server.twin.package.environment.schema import CLASSES
from aas_server.twin.package.repair.notes import Kept, Notes
from aas_server.twin.plain import Json

_ROUNDS = 50
"""Each takes something away; a document that is not right by then is kept whole in an extension."""

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
Trail = list[tuple[Any, str | int]]
"""The containers along a path, each with the step taken from it."""

_BLAMED: Mapping[str, str] = {
    "AASd-118": "supplementalSemanticIds",
    "AASd-005": "revision",
    "AASc-3a-004": "category",
    "AASc-3a-005": "category",
    "AASc-3a-006": "category",
    "AASc-3a-007": "category",
    "Max. interval": "maxInterval",
    "Message broker": "messageBroker",
    "Derived-from": "derivedFrom",
    "AASd-107": "semanticIdListElement",
}
"""The attribute that a rule about a whole object can do without, by how aas-core's sentence begins."""


def forced(document: Json, notes: Notes) -> Json:
    """A document that verifies. What had to be moved is a finding each."""
    for _ in range(_ROUNDS):
        found = faults(notes.kind, document)
        if not found:
            return document
        if not _mend(document, found, notes):
            break
    return _skeleton(document, found, notes)


def derived_id(document: Any) -> str:
    """An id that follows from the content: the same document gets the same one whenever it comes."""
    return uuid.uuid5(uuid.NAMESPACE_URL, msgspec.json.encode(document, enc_hook=str, order="sorted").hex()).urn


def _mend(document: Json, found: list[Fault], notes: Notes) -> bool:
    """Treat all faults of a round, the last first so that places keep their numbers."""
    above = set[str]()
    for fault in sorted(found, key=lambda one: _order(one.path), reverse=True):
        trail = _trail(document, fault.path)
        # What is wrong with an object as a whole may be right once a part of it has gone: the next round tells.
        if trail is None or fault.path in above or not (trail or _of_root(fault)):
            continue
        if _treat(document, trail, fault, notes):
            above |= {_path(trail[:end]) for end in range(len(trail) + 1)}
    return bool(above)


def _treat(document: Json, trail: Trail, fault: Fault, notes: Notes) -> bool:
    target = trail[-1][0][trail[-1][1]] if trail else document
    special = next((rule for start, rule in _SPECIAL.items() if start in fault.text), None)
    parts = special(target) if special is not None and isinstance(target, dict) else ()
    if sum(_aside(document, [*trail, *more], fault, notes) for more in parts):
        return True
    blamed = next((name for start, name in _BLAMED.items() if start in fault.text), None)
    if blamed is not None and isinstance(target, dict) and blamed in target:
        return _aside(document, [*trail, (target, blamed)], fault, notes)
    if len(trail) == 1 and trail[0][1] == "id":
        _new_id(document, notes)
        return True
    return _aside(document, trail, fault, notes) if trail else False


def _aside(document: Json, trail: Trail, fault: Fault, notes: Notes) -> bool:
    """Move what a trail leads to into an extension of the nearest element above it."""
    container, step = trail[-1]
    host, place = document, 0
    for number, (above, _) in enumerate(trail):
        if isinstance(above, dict) and "extensions" in CLASSES.get(str(above.get("modelType")), ()):
            host, place = above, number
    if isinstance(container, list):
        assert isinstance(step, int)
        if step >= len(container):
            return False
    elif step not in container:
        return False
    value = container[step]
    del container[step]
    if container == [] and len(trail) > 1:
        outer, name = trail[-2]
        if isinstance(outer, dict):
            del outer[name]
    notes.keep(host, _path(trail[:place]), Kept(_path(trail), value, fault.text))
    return True


def _skeleton(document: Json, found: list[Fault], notes: Notes) -> Json:
    """The id alone, with the document as it was in an extension."""
    bare: Json = {"modelType": document["modelType"], "id": document["id"]}
    if notes.kind == "shell":
        bare["assetInformation"] = {
            "assetKind": "NotApplicable",
            "globalAssetId": f"{document['id'][:2000]}/asset",
        }
    notes.keep(bare, "", Kept("document", document, found[0].text if found else ""))
    return bare


def _new_id(document: Json, notes: Notes) -> None:
    given, now = document["id"], derived_id(document)
    document["id"] = now
    notes.extend(document, "id", given)
    notes.mended("id", "repair-literal", given=given, now=now)


def _of_root(fault: Fault) -> bool:
    """Whether a fault of the document as a whole is one that an attribute is to blame for."""
    return any(start in fault.text for start in (*_BLAMED, *_SPECIAL))


def _template_qualifiers(target: Json) -> Iterator[Trail]:
    """Qualifiers of templates in an instance (AASd-119, AASd-129): their kind, wherever below."""
    for number, qualifier in enumerate(target.get("qualifiers", ())):
        if qualifier.get("kind") == "TemplateQualifier":
            yield [(target, "qualifiers"), (target["qualifiers"], number), (qualifier, "kind")]
    for name, part in target.items():
        for number, child in enumerate(part if isinstance(part, list) else ()):
            if isinstance(child, dict) and "modelType" in child:
                for more in _template_qualifiers(child):
                    yield [(target, name), (part, number), *more]


def _unlike_semantics(target: Json) -> Iterator[Trail]:
    """Items of a list that mean something else than the first (AASd-114)."""
    meanings = [one.get("semanticId") for one in target.get("value", ())]
    first = next((one for one in meanings if one), None)
    for number, meaning in enumerate(meanings):
        if meaning and _values(meaning) != _values(first):
            items = target["value"]
            yield [(target, "value"), (items, number), (items[number], "semanticId")]


def _values(reference: Any) -> list[Any]:
    return [(key["type"], key["value"]) for key in reference["keys"]]


def _false_global(target: Json) -> Iterator[Trail]:
    """Specific asset ids that call themselves global and are another (AASd-116)."""
    items = target.get("specificAssetIds", [])
    for number in reversed(range(len(items))):
        if items[number]["name"] == "globalAssetId" and items[number]["value"] != target.get("globalAssetId"):
            yield [(target, "specificAssetIds"), (items, number)]


def _not_submodels(target: Json) -> Iterator[Trail]:
    """What a shell lists as submodels and isn't any."""
    items = target.get("submodels", [])
    for number in reversed(range(len(items))):
        keys = items[number]["keys"]
        if items[number]["type"] != "ModelReference" or keys[-1]["type"] != "Submodel":
            yield [(target, "submodels"), (items, number)]


def _self_managed(target: Json) -> Iterator[Trail]:
    """An entity has one way to name its asset, if it has any (AASd-014)."""
    both = "globalAssetId" in target and "specificAssetIds" in target
    yield [(target, "specificAssetIds" if both else "entityType")]


_SPECIAL: Mapping[str, Callable[[Json], Iterator[Trail]]] = {
    "AASd-119": _template_qualifiers,
    "AASd-129": _template_qualifiers,
    "AASd-114": _unlike_semantics,
    "AASd-116": _false_global,
    "AASd-014": _self_managed,
    "All submodels must": _not_submodels,
}


def _trail(document: Json, path: str) -> Trail | None:
    """The way along a path; ``None`` where it has gone with something else already."""
    trail: Trail = []
    place: Any = document
    for name, index in _STEP.findall(path):
        step: str | int = int(index) if index else name
        if isinstance(step, int):
            if not isinstance(place, list) or step >= len(place):
                return None
        elif not isinstance(place, dict) or step not in place:
            return trail or None
        trail.append((place, step))
        place = place[step]
    return trail


def _path(trail: Trail) -> str:
    said = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for _, step in trail)
    return said.lstrip(".")


def _order(path: str) -> list[tuple[str, int]]:
    return [(name, int(index or 0)) for name, index in _STEP.findall(path)]
