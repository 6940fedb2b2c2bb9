"""The first step of a repair: every attribute is one that the metamodel knows, of the type that it demands."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from aas_server.twin.package.environment.schema import CLASSES, NAMED, Attribute, allowed, model_type
from aas_server.twin.package.repair.fill import filled, guessed, in_list
from aas_server.twin.package.repair.notes import Kept, Notes, says_something
from aas_server.twin.package.repair.place import Place
from aas_server.twin.package.repair.rules import apply, drop_empty
from aas_server.twin.plain import Json

_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def shaped(given: Json, name: str, notes: Notes) -> Json:
    """A shell, submodel or concept description whose JSON the metamodel's parsers take. ``given`` has an id."""
    found = _Shape(notes).object(given, name, "", [])
    assert found is not None
    return found


class _Shape:
    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def object(self, given: Json, name: str, path: str, outer: list[Kept]) -> Json | None:
        """An object of a class; ``None`` where it lacks what cannot be derived: the caller keeps it as it was."""
        attributes = CLASSES[name]
        new: Json = {"modelType": name} if name in NAMED else {}
        extensible = "extensions" in attributes
        kept: list[Kept] = [] if extensible else outer
        mark = len(kept)
        if name == "SubmodelElementList":
            given = in_list(given, path, self._notes)
        for key, value in given.items():
            where = f"{path}.{key}".lstrip(".")
            attribute = attributes.get(key)
            if attribute is not None:
                part = self._part(value, attribute, where, kept)
                if part is not None:
                    new[key] = part
            elif not (key == "modelType" and model_type(given) == name) and says_something(value):
                kept.append(Kept(where, value))
        place = Place(name, new, path, kept, self._notes)
        drop_empty(place)
        for attribute in attributes.values():
            if (
                attribute.required
                and attribute.name not in new
                and not filled(new, name, attribute, path, self._notes)
            ):
                del kept[mark:]
                return None
        apply(place)
        if extensible:
            for one in kept:
                self._notes.keep(new, path, one)
        return new

    def _part(self, value: Any, attribute: Attribute, path: str, kept: list[Kept]) -> Any:
        if attribute.many:
            return self._items(value, attribute, path, kept)
        if attribute.sort == "object":
            return self._one(value, attribute.type, path, kept)
        if value is None or value == [] or value == {}:
            self._notes.mended(path, "repair-empty")
            return None
        if attribute.sort == "text":
            return self._text(value, path, kept)
        return self._literal(value, attribute, path, kept)

    def _items(self, value: Any, attribute: Attribute, path: str, kept: list[Kept]) -> list[Any] | None:
        if isinstance(value, dict) and value:
            self._notes.mended(path, "repair-list")
            value = [value]
        if not isinstance(value, list):
            if says_something(value):
                kept.append(Kept(path, value))
            else:
                self._notes.mended(path, "repair-empty")
            return None
        found: list[Any] = []
        for item in value:
            part = self._one(item, attribute.type, f"{path}[{len(found)}]", kept)
            if part is not None:
                found.append(part)
        if not value:
            self._notes.mended(path, "repair-empty")
        return found or None

    def _one(self, value: Any, type: str, path: str, kept: list[Kept]) -> Json | None:
        element = "SubmodelElement" in (type, "SubmodelElement" if type == "DataElement" else "")
        if not element and not says_something(value):
            self._notes.mended(path, "repair-empty")
            return None
        name = self._class(value, allowed(type), path)
        found = None if name is None else self.object(value, name, path, kept)
        if found is None:
            kept.append(Kept(path, value))
        return found

    def _class(self, value: Any, names: tuple[str, ...], path: str) -> str | None:
        if not isinstance(value, dict):
            return None
        if len(names) == 1:
            return names[0]
        given = model_type(value)
        if given in names:
            return given
        if given:
            alike = [name for name in names if name.lower() == given.lower()]
            name = alike[0] if alike else None
        else:
            name = guessed(value, names)
        if name is not None:
            self._notes.mended(path, "repair-model-type", now=name)
        return name

    def _text(self, value: Any, path: str, kept: list[Kept]) -> str | None:
        if isinstance(value, str):
            return value
        if isinstance(value, dict | list):
            kept.append(Kept(path, value))
            return None
        text = str(value).lower() if isinstance(value, bool) else str(value)
        self._notes.mended(path, "repair-text", now=text)
        return text

    def _literal(self, value: Any, attribute: Attribute, path: str, kept: list[Kept]) -> Any:
        found = _literal(value, attribute)
        if found is None:
            if says_something(value):
                kept.append(Kept(path, value))
            else:
                self._notes.mended(path, "repair-empty")
        elif found != value or isinstance(found, bool) is not isinstance(value, bool):
            self._notes.mended(path, "repair-literal", given=value, now=found)
        return found


def _literal(value: Any, attribute: Attribute) -> Any:
    """A truth value, an enumeration's literal or base64, however it was spelt."""
    if attribute.sort == "truth":
        return value if isinstance(value, bool) else _TRUTH.get(str(value).strip().lower())
    if not isinstance(value, str):
        return None
    if attribute.sort == "bytes":
        return _base64(value)
    if value in attribute.choices:
        return value
    bare = _bare(value)
    return next((choice for choice in sorted(attribute.choices) if _bare(choice) == bare), None)


def _bare(literal: str) -> str:
    """``XS_INT``, ``int``, ``xsd:int`` and ``xs:int`` are the same."""
    bare = literal.strip().lower().replace("-", "_")
    for prefix in ("xs:", "xsd:", "xs_", "xsd_"):
        bare = bare.removeprefix(prefix)
    return bare.replace("_", "")


def _base64(value: str) -> str | None:
    packed = "".join(value.split())
    try:
        base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        return None
    return packed
