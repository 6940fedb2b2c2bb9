"""What is missing and follows from what is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aas_core3_1 import constants

from aas_server.twin.package.environment.schema import CLASSES, KINDS_OF, Attribute, model_type
from aas_server.twin.package.repair.notes import Notes
from aas_server.twin.plain import Json

IEC61360 = "https://admin-shell.io/DataSpecificationTemplates/DataSpecificationIec61360/3"
"""The id of the data specification template (IDTA-01003-a V3.1)."""

IDENTIFIABLES = frozenset(str(one.value) for one in constants.AAS_IDENTIFIABLES)


def in_list(given: Json, path: str, notes: Notes) -> Json:
    """A list whose items have the class and value type that the list names, where they name none themselves."""
    items, kind, value_type = (
        given.get("value"),
        given.get("typeValueListElement"),
        given.get("valueTypeListElement"),
    )
    if not isinstance(items, list):
        return given
    renewed = list(items)
    for number, item in enumerate(items):
        where = f"{path}.value[{number}]".lstrip(".")
        if isinstance(item, dict) and not model_type(item) and kind in KINDS_OF["SubmodelElement"]:
            notes.mended(where, "repair-model-type", now=kind)
            item = item | {"modelType": kind}
        typed = isinstance(item, dict) and "valueType" in CLASSES.get(model_type(item), ())
        if typed and value_type and not item.get("valueType"):
            notes.mended(f"{where}.valueType", "repair-filled", attribute="valueType", now=value_type)
            item = item | {"valueType": value_type}
        renewed[number] = item
    return given | {"value": renewed}


def guessed(given: Json, names: tuple[str, ...]) -> str | None:
    """The one class that has all of these attributes and demands no others; ``None`` where it isn't one alone."""
    possible = [name for name in names if _fits(given, CLASSES[name])]
    return possible[0] if len(possible) == 1 else None


def filled(new: Json, name: str, attribute: Attribute, path: str, notes: Notes) -> bool:
    """Derive a required attribute. ``False`` where it can't be."""
    derive = _DERIVED.get((name, attribute.name)) or _DERIVED.get(("", attribute.name))
    value = None if derive is None else derive(new)
    if value is None:
        return False
    new[attribute.name] = value
    if value not in ([], {}):
        notes.mended(f"{path}.{attribute.name}".lstrip("."), "repair-filled", attribute=attribute.name, now=value)
    return True


def _fits(given: Json, attributes: Mapping[str, Attribute]) -> bool:
    if not all(one.name in given for one in attributes.values() if one.required):
        return False
    return all(name in attributes and _alike(value, attributes[name]) for name, value in given.items())


def _alike(value: Any, attribute: Attribute) -> bool:
    if attribute.many:
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            return False
        languages = ["language" in one for one in value]
        return all(languages) if attribute.type.startswith("LangString") else not any(languages)
    return isinstance(value, dict) is (attribute.sort == "object") and not isinstance(value, list)


def _reference_type(reference: Json) -> str:
    keys = reference.get("keys") or [{}]
    return "ModelReference" if keys[0].get("type") in IDENTIFIABLES else "ExternalReference"


def _list_type(given: Json) -> str:
    kinds = {one["modelType"] for one in given.get("value", ())}
    return str(kinds.pop()) if len(kinds) == 1 else "SubmodelElement"


def _template(given: Json) -> Json | None:
    if "dataSpecificationContent" not in given:
        return None
    return {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": IEC61360}]}


_DERIVED: Mapping[tuple[str, str], Callable[[Json], Any]] = {
    ("", "valueType"): lambda _: "xs:string",
    ("", "language"): lambda _: "und",
    ("", "assetKind"): lambda _: "NotApplicable",
    ("", "typeValueListElement"): _list_type,
    ("", "dataSpecification"): _template,
    ("", "preferredName"): lambda _: [],
    ("AssetAdministrationShell", "assetInformation"): lambda _: {"assetKind": "NotApplicable"},
    ("Extension", "name"): lambda _: "extension",
    ("Reference", "type"): _reference_type,
    ("Key", "type"): lambda _: "GlobalReference",
    ("BasicEventElement", "direction"): lambda _: "output",
    ("BasicEventElement", "state"): lambda _: "on",
    **{("LevelType", name): lambda _: False for name in ("min", "nom", "typ", "max")},
}
"""By class (any, where it is empty) and attribute. ``xs:string`` takes any value, ``und`` is the tag for an
undetermined language (ISO 639-2), ``NotApplicable`` says nothing about the asset."""
