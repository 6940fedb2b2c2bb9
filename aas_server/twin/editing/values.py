"""Setting values by the value-only form (``PATCH …/$value``, IDTA-01002 V3.1, clause ValueOnly-Serialization).

What is named changes, the rest stays; nothing is added or removed but values. Numbers keep the digits they were
sent with. ``null`` takes a value away.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from aas_server.errors import BadInput
from aas_server.twin.editing.given import Number, as_lexical, as_object, misfit, named_parts, numberless
from aas_server.twin.elements import children, join
from aas_server.twin.metamodel import MAX_DEPTH, from_json
from aas_server.twin.plain import Json
from aas_server.twin.views import WITHOUT_VALUE

_LONG = re.compile(rb"(\d)\d{1000,}")
"""Digits in a row of which the strict parser gets two: it reads no integer of more than 4300."""


def decode_value(given: bytes, max_depth: int = MAX_DEPTH) -> Any:
    """JSON as Python values, numbers of any size as ``Number``. Raises ``BadInput`` where it is none, or nested
    too deep."""
    # The strict parser first: this one takes NaN and half surrogates, and knows no limit of depth.
    from_json(_LONG.sub(rb"\g<1>0", given), max_depth, fraction=str)
    return json.loads(given.decode("utf-8-sig"), parse_int=Number, parse_float=Number)


def set_value(element: Json, given: Any, path: str = "") -> list[str]:
    """Set the value of a submodel or element (``path`` is its own) in place; returns the paths of what changed.
    Raises ``BadInput`` with the path of what does not fit."""
    kind = element["modelType"]
    if kind in WITHOUT_VALUE:
        raise BadInput("value-none", path=path, type=kind)
    if kind in _CONTAINERS:
        return _CONTAINERS[kind](element, given, path)
    return _changed(element, path, lambda: _LEAVES[kind](element, given, path))


def _changed(element: Json, path: str, change: Callable[[], None]) -> list[str]:
    before = dict(element)
    change()
    return [path] if element != before else []


def _children(element: Json, given: Any, path: str) -> list[str]:
    """Values by idShort."""
    by_name = {child["idShort"]: child for child in children(element)}
    changed = []
    for name, part in as_object(given, path).items():
        if name not in by_name:
            raise BadInput("value-unknown", path=join(path, name))
        changed += set_value(by_name[name], part, join(path, name))
    return changed


def _list(element: Json, given: Any, path: str) -> list[str]:
    inside = children(element)
    if not isinstance(given, list):
        misfit(path, given, "array")
    if len(given) != len(inside):
        raise BadInput("value-length", path=path, given=len(given), there=len(inside))
    pairs = enumerate(zip(inside, given, strict=True))
    return [one for index, (child, part) in pairs for one in set_value(child, part, join(path, index))]


def _entity(element: Json, given: Any, path: str) -> list[str]:
    def own() -> None:
        for name in named_parts(given, path, "statements", "entityType", "globalAssetId", "specificAssetIds"):
            if name == "specificAssetIds":
                _put(element, name, _specific_ids(element, given[name], f"{path}/{name}"))
            elif name != "statements":
                _put(element, name, numberless(given[name], f"{path}/{name}"))

    changed = _changed(element, path, own)
    return changed + _named_children(element, given.get("statements", {}), path)


def _annotated(element: Json, given: Any, path: str) -> list[str]:
    def own() -> None:
        for name in named_parts(given, path, "first", "second", "annotations"):
            if name != "annotations":
                _put(element, name, numberless(given[name], f"{path}/{name}"))

    changed = _changed(element, path, own)
    return changed + _named_children(element, given.get("annotations", {}), path)


def _named_children(element: Json, given: Any, path: str) -> list[str]:
    """One object by idShort (3.1), or an array of such objects (the schemas of 3.0)."""
    parts = given if isinstance(given, list) else [given]
    return [one for part in parts for one in _children(element, part, path)]


def _property(element: Json, given: Any, path: str) -> None:
    _put(element, "value", as_lexical(given, element["valueType"], path))


def _range(element: Json, given: Any, path: str) -> None:
    for end in named_parts(given, path, "min", "max"):
        _put(element, end, as_lexical(given[end], element["valueType"], f"{path}/{end}"))


def _languages(element: Json, given: Any, path: str) -> None:
    """``[{"de": "…"}, {"en": "…"}]``; one object with all languages is read, too (the schema of 3.0 and 3.1), and
    the ``[{"language": "de", "text": "…"}]`` of the whole element."""
    parts = given if isinstance(given, list) else [given] if given is not None else []
    texts = [
        {"language": language, "text": numberless(text, f"{path}/{language}")}
        for part in parts
        for language, text in _by_language(as_object(part, path)).items()
    ]
    _put(element, "value", texts or None)


def _by_language(part: Json) -> Json:
    # "language" and "text" are well-formed tags of no language: read as such, both would be stored as texts.
    named = part.keys() == {"language", "text"} and type(part["language"]) is str
    return {part["language"]: part["text"]} if named else part


def _reference(element: Json, given: Any, path: str) -> None:
    _put(element, "value", numberless(given, path))


def _parts(*names: str) -> Callable[[Json, Any, str], None]:
    def change(element: Json, given: Any, path: str) -> None:
        for name in named_parts(given, path, *names):
            _put(element, name, numberless(given[name], f"{path}/{name}"))

    return change


_CONTAINERS: Mapping[str, Callable[[Json, Any, str], list[str]]] = {
    "Submodel": _children,
    "SubmodelElementCollection": _children,
    "SubmodelElementList": _list,
    "Entity": _entity,
    "AnnotatedRelationshipElement": _annotated,
}
_LEAVES: Mapping[str, Callable[[Json, Any, str], None]] = {
    "Property": _property,
    "MultiLanguageProperty": _languages,
    "Range": _range,
    "ReferenceElement": _reference,
    "RelationshipElement": _parts("first", "second"),
    "BasicEventElement": _parts("observed"),
    "File": _parts("contentType", "value"),
    "Blob": _parts("contentType", "value"),
}


def _specific_ids(element: Json, given: Any, path: str) -> list[Json] | None:
    """``[{"name": "value"}, …]``; an id that keeps its name keeps what else it says."""
    if given is None:
        return None
    if not isinstance(given, list):
        misfit(path, given, "array")
    before = {one["name"]: one for one in element.get("specificAssetIds", ())}
    named = [pair for part in given for pair in as_object(part, path).items()]
    return [before.get(name, {"name": name}) | {"value": numberless(value, path)} for name, value in named]


def _put(element: Json, name: str, value: Any) -> None:
    if value is None:
        element.pop(name, None)
    else:
        element[name] = value
