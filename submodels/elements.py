"""Submodel elements from plain values and back, by the structure tables of ``templates.smt``.

A value is: ``str``, ``int``, ``float``, ``bool`` (Property), ``{"ko", "en"}`` (MultiLanguageProperty), a mapping
by idShort (collection), a list (SubmodelElementList), ``(minimum, maximum)`` (Range), a ``FileValue``, a
reference or a finished element (kept as it is). ``None``, an empty text and an empty list are left out where the
template allows that; what it demands stays, with an empty value. A free idShort stands as a key like any other.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from basyx.aas import model
from basyx.aas.model import datatypes

from submodels.text import Text
from templates.smt import Shape, template

EXTENSIONS, DISPLAY_NAME, DESCRIPTION = "@extensions", "@displayName", "@description"
"""Keys under which a collection's own attributes stand; extensions hold what the template has no element for."""
_ATTRIBUTES = (EXTENSIONS, DISPLAY_NAME, DESCRIPTION)


@dataclass(frozen=True, slots=True)
class Coded:
    """A code and the dictionary entry it stands for (its ``valueId``)."""

    text: str
    identifier: str


Values = Mapping[str, Any]
_MODEL_TYPES = {
    "Property": model.Property,
    "MultiLanguageProperty": model.MultiLanguageProperty,
    "SubmodelElementCollection": model.SubmodelElementCollection,
    "SubmodelElementList": model.SubmodelElementList,
    "ReferenceElement": model.ReferenceElement,
}
_IEC61360 = "https://admin-shell.io/DataSpecificationTemplates/DataSpecificationIec61360/3"
_LEGAL = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
_XSD = datatypes.XSD_TYPE_CLASSES


@dataclass(frozen=True, slots=True)
class FileValue:
    """A file: ``path`` in the package (``/aasx/files/…``) or a URL."""

    path: str
    media_type: str


def submodel(name: str, id: str, values: Values, id_short: str | None = None) -> model.Submodel:
    """The submodel ``name`` of ``templates.smt`` with these values."""
    frame = template(name)
    return model.Submodel(
        id_=id,
        id_short=id_short or frame.id_short,
        description=model.MultiLanguageTextType(dict(frame.definition)),
        administration=model.AdministrativeInformation(version="1", revision="0"),
        semantic_id=submodel_reference(frame.semantic_id)
        if frame.is_reference_to_submodel
        else reference(frame.semantic_id),
        supplemental_semantic_id=[reference(one) for one in frame.supplemental],
        submodel_element=fill(frame.elements, values),
    )


def fill(shapes: Iterable[Shape], values: Values) -> list[model.SubmodelElement]:
    """The elements for ``values``, in the template's order. Raises ``KeyError`` for a name it doesn't know."""
    by_name = {shape.id_short: shape for shape in shapes}
    free = by_name.pop("*", None)
    extra = [key for key in values if key not in by_name and key not in _ATTRIBUTES]
    if extra and free is None:
        raise KeyError(extra[0])
    made = [element(shape, values.get(name), name) for name, shape in by_name.items()]
    if free is not None:
        made += [element(free, values[name], name) for name in extra]
    return [one for one in made if one is not None]


def element(shape: Shape, value: Any, id_short: str | None) -> model.SubmodelElement | None:
    """One element, or ``None`` where there is nothing to say and the template allows that."""
    if isinstance(value, model.SubmodelElement):
        return value
    if value in (None, "", [], {}) and shape.is_optional:
        return None
    common: dict[str, Any] = {
        "semantic_id": reference(shape.semantic_id),
        "supplemental_semantic_id": [reference(one) for one in shape.supplemental],
    }
    match shape.model:
        case "Property":
            if isinstance(value, Coded):
                value, common["value_id"] = value.text, reference(value.identifier)
            return property_(id_short, shape.value_type, value, **common)
        case "MultiLanguageProperty":
            return model.MultiLanguageProperty(id_short, text(value), **common)
        case "SubmodelElementCollection":
            return _collection(shape, value or {}, id_short, common)
        case "SubmodelElementList":
            return _list(shape, value or [], id_short, common)
        case "ReferenceElement":
            return model.ReferenceElement(id_short, value, **common)
        case "File":
            return model.File(id_short, value.media_type, value.path, **common)
        case "Range":
            low, high = (None if end is None else typed(shape.value_type, end) for end in value)
            return model.Range(id_short, _XSD[shape.value_type], low, high, **common)
    raise KeyError(shape.model)


def _collection(
    shape: Shape, values: Values, id_short: str | None, common: dict[str, Any]
) -> model.SubmodelElementCollection:
    return model.SubmodelElementCollection(
        id_short,
        fill(shape.children, values),
        extension=extensions(values.get(EXTENSIONS, {})),
        display_name=name(values.get(DISPLAY_NAME)),
        description=text(values.get(DESCRIPTION)),
        **common,
    )


def _list(
    shape: Shape, values: Iterable[Any], id_short: str | None, common: dict[str, Any]
) -> model.SubmodelElementList[Any]:
    (item,) = shape.children
    kind = "Property" if shape.item.startswith("xs:") else shape.item
    return model.SubmodelElementList(
        id_short,
        _MODEL_TYPES[kind],
        [made for value in values if (made := element(item, value, None)) is not None],
        semantic_id_list_element=reference(item.semantic_id),
        value_type_list_element=_XSD[shape.item] if kind == "Property" else None,
        **common,
    )


def named(values: Mapping[str, tuple[str, Any]], semantic: Callable[[str], str]) -> dict[str, model.Property]:
    """Properties whose names are free: name → (XSD type, value). A name that is no legal idShort (in 3.0 and 3.1)
    is kept in an extension; ``semantic`` gives each its semantic id."""
    made = {}
    for key, (value_type, value) in values.items():
        legal = key if _LEGAL.fullmatch(key) else f"x_{hashlib.sha256(key.encode()).hexdigest()[:8]}"
        shown = None if legal == key else extensions({"name": key})
        common = {"extension": shown, "display_name": name({"en": key})} if shown else {}
        made[legal] = property_(legal, value_type, value, semantic_id=reference(semantic(key)), **common)
    return made


def extensions(values: Mapping[str, str]) -> list[model.Extension]:
    """Extensions by name."""
    return [model.Extension(key, str, value) for key, value in values.items()]


def property_(id_short: str | None, value_type: str, value: Any, **common: Any) -> model.Property:
    """A Property of an XSD type (``xs:double``); ``None`` and, but for strings, an empty text is no value."""
    return model.Property(id_short, _XSD[value_type], typed(value_type, value), **common)


def typed(value_type: str, value: Any) -> Any:
    """``value`` (a text or a number) as the SDK's type. A date given for ``xs:dateTime`` is its midnight UTC.

    Raises ``ValueError`` where it is no such value, and for NaN and the infinities.
    """
    kind = _XSD[value_type]
    if value is None or (value == "" and not issubclass(kind, str)):
        return None
    if kind is bool and isinstance(value, bool):
        return value
    if value_type == "xs:dateTime" and len(str(value)) == len("2026-01-01"):
        value = f"{value}T00:00:00Z"
    made = datatypes.from_xsd(str(value), kind)
    if isinstance(made, float | Decimal) and not math.isfinite(made):
        raise ValueError(f"{value} is no finite number")
    return made


def text(value: Text | None) -> model.MultiLanguageTextType | None:
    """A text in the SDK's form; languages without a word are left out."""
    said = {language: words for language, words in (value or {}).items() if words}
    return model.MultiLanguageTextType(said) if said else None


def name(value: Text | None) -> model.MultiLanguageNameType | None:
    """A display name; cut to the 128 letters that the metamodel allows it."""
    said = {language: words[:128] for language, words in (value or {}).items() if words}
    return model.MultiLanguageNameType(said) if said else None


def data_specification(
    preferred: Text,
    definition: Text | None = None,
    unit: str = "",
    unit_id: str = "",
    data_type: model.DataTypeIEC61360 | None = None,
) -> model.EmbeddedDataSpecification:
    """A data specification IEC 61360. Lengths are those the metamodel allows; ``preferred`` has to have an English
    part (AASc-3a-002)."""
    names = {language: words[:255] for language, words in preferred.items() if words}
    said = {language: words[:1023] for language, words in (definition or {}).items() if words}
    content = model.DataSpecificationIEC61360(
        model.PreferredNameTypeIEC61360(names),
        data_type=data_type,
        definition=model.DefinitionTypeIEC61360(said) if said else None,
        unit=unit or None,
        unit_id=reference(unit_id) if unit_id else None,
        symbol=None,
    )
    return model.EmbeddedDataSpecification(reference(_IEC61360), content)


def reference(identifier: str) -> model.ExternalReference:
    """A reference to something outside: a dictionary entry, a vocabulary's term, a URI."""
    return model.ExternalReference((model.Key(model.KeyTypes.GLOBAL_REFERENCE, identifier),))


def submodel_reference(identifier: str, *path: tuple[model.KeyTypes, str]) -> model.ModelReference[Any]:
    """A reference to a submodel or, by ``path`` (kind, idShort), to an element in it."""
    keys = [(model.KeyTypes.SUBMODEL, identifier), *path]
    target = {
        model.KeyTypes.SUBMODEL: model.Submodel,
        model.KeyTypes.PROPERTY: model.Property,
        model.KeyTypes.SUBMODEL_ELEMENT_COLLECTION: model.SubmodelElementCollection,
    }[keys[-1][0]]
    return model.ModelReference(tuple(model.Key(kind, value) for kind, value in keys), target)
