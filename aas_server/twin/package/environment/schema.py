"""The classes of metamodel 3.1 and their attributes, named as JSON and XML do, read off aas-core's types."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, ForwardRef, Literal, get_args

from aas_core3_1 import types

from aas_server.twin.plain import Json

Sort = Literal["text", "truth", "bytes", "choice", "object"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """``type`` is a class's name where ``sort`` is ``object``; ``choices`` are the literals of an enumeration."""

    name: str
    sort: Sort
    type: str
    many: bool
    required: bool
    choices: frozenset[str]


def camel(name: str) -> str:
    """``id_short`` as JSON has it: ``idShort``."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def class_name(name: str) -> str:
    """aas-core spells abbreviations in capitals; JSON and XML don't."""
    return name.replace("IEC61360", "Iec61360").replace("AssetID", "AssetId")


def _named(hint: Any) -> Any:
    """A type that aas-core names before it is there. ``typing`` would keep what it finds, and it shares the names
    that are written alike with other libraries: theirs would be taken for ours, and ours for theirs."""
    name = hint.__forward_arg__ if isinstance(hint, ForwardRef) else hint
    return getattr(types, name) if isinstance(name, str) else hint


def _attribute(name: str, hint: Any) -> Attribute:
    inner = [part for part in get_args(hint) if part is not type(None)]
    required = type(None) not in get_args(hint)
    kind = _named(inner[0] if inner and not required else hint)
    many = getattr(kind, "__origin__", None) is list
    if many:
        kind = _named(get_args(kind)[0])
    choices: frozenset[str] = frozenset()
    sort: Sort = "object"
    if issubclass(kind, Enum):
        sort, choices = "choice", frozenset(str(one.value) for one in kind)
    elif kind in (str, bool, bytes):
        sort = "text" if kind is str else "truth" if kind is bool else "bytes"
    return Attribute(camel(name), sort, class_name(kind.__name__), many, required, choices)


def _concrete() -> Iterator[type[types.Class]]:
    for found in vars(types).values():
        if inspect.isclass(found) and issubclass(found, types.Class) and not inspect.isabstract(found):
            yield found


CLASSES: Mapping[str, Mapping[str, Attribute]] = {
    class_name(found.__name__): {
        camel(name): _attribute(name, hint)
        for name, hint in inspect.get_annotations(found.__init__).items()
        if name != "return"
    }
    for found in _concrete()
}
"""Every class that has instances, with its attributes."""

KINDS_OF: Mapping[str, tuple[str, ...]] = {
    class_name(base.__name__): tuple(
        class_name(found.__name__) for found in _concrete() if issubclass(found, base)
    )
    for base in (types.SubmodelElement, types.DataElement, types.DataSpecificationContent)
}
"""The abstract types that attributes have, with the classes that may stand there."""

NAMED = frozenset(
    {
        *("AssetAdministrationShell", "Submodel", "ConceptDescription"),
        *KINDS_OF["SubmodelElement"],
        *KINDS_OF["DataSpecificationContent"],
    }
)
"""Classes whose JSON bears ``modelType``."""

TAGS: Mapping[str, str] = {name[0].lower() + name[1:]: name for name in CLASSES}
"""The XML element of each class."""


def allowed(type: str) -> tuple[str, ...]:
    """The classes that may stand where an attribute has this type."""
    return KINDS_OF.get(type, (type,))


def model_type(document: Json) -> str:
    """The class that an object says it is of; 2.0 wrote ``{"name": …}``. Empty where it says none."""
    found = document.get("modelType")
    name = found.get("name") if isinstance(found, dict) else found
    return name if isinstance(name, str) else ""
