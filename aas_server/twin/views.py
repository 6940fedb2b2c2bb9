"""The content modifiers of IDTA-01002 (``$value``, ``$metadata``, ``$reference``, ``$path``), level and extent.

All work on plain JSON and leave what they are given untouched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from aas_server.errors import BadInput
from aas_server.twin.elements import CHILDREN, Step, children, join, numbered, steps, steps_of, trail
from aas_server.twin.plain import Json
from aas_server.twin.xsd import NUMBER_TYPES

Level = Literal["deep", "core"]
Extent = Literal["withBlobValue", "withoutBlobValue"]

_JSON_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_LOOSE_NUMBER = re.compile(r"([+-]?)0*(\d*)(?:\.(\d*))?([eE][+-]?\d+)?")
VALUES: Mapping[str, tuple[str, ...]] = {
    "Submodel": ("submodelElements",),
    "SubmodelElementCollection": ("value",),
    "SubmodelElementList": ("value",),
    "Entity": ("statements", "entityType", "globalAssetId", "specificAssetIds"),
    "BasicEventElement": ("observed",),
    "Property": ("value", "valueId"),
    "MultiLanguageProperty": ("value", "valueId"),
    "Range": ("min", "max"),
    "ReferenceElement": ("value",),
    "RelationshipElement": ("first", "second"),
    "AnnotatedRelationshipElement": ("first", "second", "annotations"),
    "Blob": ("value", "contentType"),
    "File": ("value", "contentType"),
    "Operation": ("inputVariables", "outputVariables", "inoutputVariables"),
}
"""What ``$metadata`` leaves out (IDTA-01002 V3.1, the ``…Metadata`` schemas)."""

WITHOUT_VALUE = frozenset({"Operation", "Capability"})
"""Elements that have neither a value-only form nor a metadata form of their own (they are all metadata)."""
WITH_PATHS = frozenset({"Submodel", "SubmodelElementCollection", "SubmodelElementList", "Entity"})
"""What ``$path`` may be asked of (IDTA-01002, table of content modifiers by element)."""


def refuse(element: Json, modifier: str) -> None:
    """Raises ``BadInput`` where IDTA-01002 does not know the modifier for this kind of element."""
    kind = element["modelType"]
    unknown = kind not in WITH_PATHS if modifier == "$path" else kind in WITHOUT_VALUE
    if unknown:
        raise BadInput("modifier-not-applicable", modifier=modifier, type=kind)


def metadata(element: Json) -> Json:
    """A submodel or element without its values and children."""
    left_out = VALUES.get(element["modelType"], ())
    return {name: part for name, part in element.items() if name not in left_out}


def reference(submodel_id: str, submodel: Json | None = None, path: str = "") -> Json:
    """A ModelReference to a submodel or, with ``path``, to one of its elements."""
    keys = [{"type": "Submodel", "value": submodel_id}]
    if submodel is not None and path:
        for step, element in zip(steps(path), trail(submodel, path), strict=True):
            keys.append({"type": element["modelType"], "value": str(step)})
    return {"type": "ModelReference", "keys": keys}


def shell_reference(id: str) -> Json:
    return {"type": "ModelReference", "keys": [{"type": "AssetAdministrationShell", "value": id}]}


def paths(element: Json, path: str = "", level: Level = "deep") -> list[str]:
    """The idShort paths of an element (``path`` is its own) and of what is below it; ``core`` stops at the direct
    children."""
    found = [path] if path else []
    for step, child in steps_of(element):
        where = join(path, step)
        found += [where] if level == "core" else paths(child, where)
    return found


def cut(element: Json, level: Level, extent: Extent) -> Json:
    """An element at a level and extent: ``core`` keeps the direct children but nothing below them."""
    below = CHILDREN.get(element["modelType"])
    result = dict(element)
    if extent == "withoutBlobValue" and element["modelType"] == "Blob":
        result.pop("value", None)
    if below in result:
        result[below] = [
            _childless(child, extent) if level == "core" else cut(child, "deep", extent) for child in result[below]
        ]
    return result


def value(element: Json, level: Level = "deep", extent: Extent = "withoutBlobValue") -> Any:
    """The value-only form of a submodel or element. Raises ``BadInput`` for one that has none."""
    refuse(element, "$value")
    return _FORMS[element["modelType"]](cut(element, level, extent))


def values(elements: list[tuple[Step, Json]], level: Level, extent: Extent) -> Json:
    """Several elements' values by idShort; an element without a value is left out."""
    return {str(step): value(element, level, extent) for step, element in elements if _has_value(element)}


def _childless(element: Json, extent: Extent) -> Json:
    left_out = CHILDREN.get(element["modelType"])
    return {name: part for name, part in cut(element, "core", extent).items() if name != left_out}


def _has_value(element: Json) -> bool:
    kind = element["modelType"]
    if kind in ("Property", "MultiLanguageProperty", "ReferenceElement"):
        return "value" in element
    return kind not in WITHOUT_VALUE


def _by_name(element: Json) -> Json:
    return {
        child["idShort"]: _FORMS[child["modelType"]](child) for child in children(element) if _has_value(child)
    }


def _collection(element: Json) -> Any:
    if numbered(element):
        return [_FORMS[child["modelType"]](child) for child in children(element) if child["modelType"] in _FORMS]
    return _by_name(element)


def _property(element: Json) -> Any:
    return scalar(element.get("value"), element["valueType"])


def _languages(element: Json) -> list[Json]:
    return [{text["language"]: text["text"]} for text in element.get("value", ())]


def _range(element: Json) -> Json:
    return {end: scalar(element[end], element["valueType"]) for end in ("min", "max") if end in element}


def _entity(element: Json) -> Json:
    result: Json = {"statements": _by_name(element)}
    result |= _only("entityType", "globalAssetId")(element)
    if "specificAssetIds" in element:
        result["specificAssetIds"] = [{id["name"]: id["value"]} for id in element["specificAssetIds"]]
    return result


def _annotated(element: Json) -> Json:
    return _only("first", "second")(element) | {"annotations": _by_name(element)}


def _only(*names: str) -> Callable[[Json], Json]:
    return lambda element: {name: element[name] for name in names if name in element}


def _plain_value(element: Json) -> Any:
    return element.get("value")


_FORMS: Mapping[str, Callable[[Json], Any]] = {
    "Submodel": _by_name,
    "SubmodelElementCollection": _collection,
    "SubmodelElementList": _collection,
    "Entity": _entity,
    "BasicEventElement": _only("observed"),
    "Property": _property,
    "MultiLanguageProperty": _languages,
    "Range": _range,
    "ReferenceElement": _plain_value,
    "RelationshipElement": _only("first", "second"),
    "AnnotatedRelationshipElement": _annotated,
    "Blob": _only("contentType", "value"),
    "File": _only("contentType", "value"),
}


def scalar(text: str | None, value_type: str) -> Any:
    """A lexical value as JSON: numbers digit by digit as they were written, ``NaN`` and ``INF`` as text."""
    if text is None:
        return None
    plain = text.strip()
    if value_type == "xs:boolean" and plain in ("true", "false", "1", "0"):
        return plain in ("true", "1")
    if value_type in NUMBER_TYPES:
        number = plain if _JSON_NUMBER.fullmatch(plain) else _tidy(plain)
        if number is not None:
            return msgspec.Raw(number.encode())
    return text


def _tidy(text: str) -> str | None:
    """A number XML Schema allows and JSON does not (``+1``, ``.5``, ``007``), in JSON's form."""
    match = _LOOSE_NUMBER.fullmatch(text)
    if match is None or not any(letter.isdigit() for letter in text):
        return None
    sign, whole, fraction, exponent = match.groups()
    return ("-" if sign == "-" else "") + (whole or "0") + (f".{fraction}" if fraction else "") + (exponent or "")
