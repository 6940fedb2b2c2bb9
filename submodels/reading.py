"""Plain values out of submodel elements: the way back from ``elements``, by the same structure tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from basyx.aas import model

from submodels.elements import DESCRIPTION, DISPLAY_NAME, EXTENSIONS, FileValue
from templates.smt import Shape, template


def values_of(submodel: model.Submodel, name: str) -> dict[str, Any]:
    """The values of a submodel made by ``submodel``; what is missing is missing here, too."""
    return read(template(name).elements, submodel.submodel_element)


def named_of(properties: Iterable[model.Property]) -> dict[str, Any]:
    """The values of free properties by the names ``named`` was given."""
    return {extensions_of(one).get("name", one.id_short or ""): plain(one.value) for one in properties}


def extensions_of(element: model.HasExtension) -> dict[str, str]:
    """The values of an element's extensions by name."""
    return {one.name: str(one.value) for one in element.extension}


def semantic_id(element: model.HasSemantics) -> str:
    """The value of an element's (first) semantic id, or an empty text."""
    return str(element.semantic_id.key[-1].value) if element.semantic_id else ""


def read(shapes: Iterable[Shape], elements: Iterable[model.SubmodelElement]) -> dict[str, Any]:
    """The values of ``elements``, by idShort."""
    by_name = {shape.id_short: shape for shape in shapes}
    result: dict[str, Any] = {}
    for one in elements:
        shape = by_name.get(one.id_short) or by_name.get("*")
        if shape is not None:
            result[one.id_short] = value_of(shape, one)
    return result


def value_of(shape: Shape, one: Any) -> Any:
    """The value of one element; an element of a free kind is handed on as it is."""
    match shape.model:
        case "Property":
            return plain(one.value)
        case "MultiLanguageProperty":
            return dict(one.value or {})
        case "SubmodelElementCollection":
            return {**read(shape.children, one.value), **_attributes_of(one)}
        case "SubmodelElementList":
            return [value_of(shape.children[0], item) for item in one.value]
        case "File":
            return FileValue(one.value or "", one.content_type or "")
        case "Range":
            return (plain(one.min), plain(one.max))
        case "ReferenceElement":
            return one.value
    return one


def _attributes_of(one: model.SubmodelElementCollection) -> dict[str, Any]:
    said = {
        EXTENSIONS: extensions_of(one),
        DISPLAY_NAME: dict(one.display_name or {}),
        DESCRIPTION: dict(one.description or {}),
    }
    return {key: value for key, value in said.items() if value}


def plain(value: Any) -> Any:
    """A Property's value as ``str``, ``int``, ``float`` or ``bool``; times as ISO 8601 with ``Z`` for UTC."""
    match value:
        case None | bool():
            return value
        case datetime():
            moment = value.astimezone(UTC) if value.tzinfo else value
            return moment.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case int():
            return int(value)
        case float():
            return float(value)
    return str(value)
