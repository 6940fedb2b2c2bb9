"""Metamodel 2.0 XML as the JSON of 2.0, so that one reader understands both."""

from __future__ import annotations

from typing import Any

from lxml import etree

from aas_server.twin.package.environment.tree import local, loose
from aas_server.twin.plain import Json

_ITEMS = {
    "submodelElements": "submodelElement",
    "submodelRefs": "submodelRef",
    "conceptDictionaries": "conceptDictionary",
    "conceptDescriptionRefs": "conceptDescriptionRef",
    "views": "view",
    "containedElements": "containedElementRef",
    "qualifier": "qualifier",
    "qualifiers": "qualifier",
    "annotations": "dataElement",
    "annotation": "submodelElement",
    "statements": "submodelElement",
    "embeddedDataSpecifications": "embeddedDataSpecification",
    "valueList": "valueReferencePair",
}
"""Lists and what each item is called (AAS.xsd 2.0)."""

_REPEATED = frozenset(
    {"embeddedDataSpecification", "hasDataSpecification", "isCaseOf", "inputVariable", "outputVariable"}
    | {"inoutputVariable", "dataSpecification", "levelType"}
)
"""Elements that stand once for each item, with no list around them."""

_WRAPPED = frozenset({"submodelElement", "dataElement", "operationVariable"})
_MODEL_TYPES = {
    **{name[0].lower() + name[1:]: name for name in ("AssetAdministrationShell", "Asset", "Submodel")},
    **{name[0].lower() + name[1:]: name for name in ("ConceptDescription", "Property", "Range", "Blob", "File")},
    **{name[0].lower() + name[1:]: name for name in ("MultiLanguageProperty", "ReferenceElement", "Capability")},
    **{name[0].lower() + name[1:]: name for name in ("RelationshipElement", "AnnotatedRelationshipElement")},
    **{name[0].lower() + name[1:]: name for name in ("SubmodelElementCollection", "Operation", "Entity")},
    **{"basicEvent": "BasicEvent", "event": "Event"},
}


def old_document(element: etree._Element) -> Json:
    """A shell, asset, submodel or concept description."""
    found: Any = _named(element)
    return found if isinstance(found, dict) else {"#text": found}


def _named(element: etree._Element) -> Any:
    found = _parts(element)
    tag = local(element)
    if isinstance(found, dict):
        found["modelType"] = {"name": _MODEL_TYPES.get(tag, tag[:1].upper() + tag[1:])}
    return found


def _parts(element: etree._Element) -> Any:
    """An object by its parts; a text where there are none."""
    tag = local(element)
    if tag == "identification":
        return {"id": element.text or "", "idType": element.get("idType")}
    if len(element) == 0:
        return [] if tag in _ITEMS else loose(element)
    found: Json = {}
    for child in element:
        name = local(child)
        value = _value(child)
        if name in _REPEATED:
            found.setdefault(name, []).append(value)
        elif name in found:
            found.setdefault(f"{name}#2", []).append(value)
        else:
            found[name] = value
    for attribute, given in element.attrib.items():
        found[f"@{etree.QName(str(attribute)).localname}"] = str(given)
    return found


def _value(element: etree._Element) -> Any:
    tag = local(element)
    inside = [local(child) for child in element]
    if tag == "keys":
        return [_key(child) for child in element]
    if inside and set(inside) == {"langString"}:
        return [{"language": str(child.get("lang", "")), "text": child.text or ""} for child in element]
    if (inside and set(inside) <= _WRAPPED) or (tag in _ITEMS and set(inside) <= {_ITEMS[tag]}):
        return [_item(child) for child in element]
    if tag in ("value", "submodelElement") and len(inside) == 1 and inside[0] in _MODEL_TYPES:
        return _named(element[0])
    return _parts(element)


def _item(element: etree._Element) -> Any:
    """An item of a list; the wrapper around a submodel element says nothing."""
    tag = local(element)
    if tag in ("submodelElement", "dataElement"):
        if len(element) == 1:
            return _named(element[0])
        return _parts(element)
    if tag in ("qualifier", "view", "conceptDictionary"):
        return _named(element)
    return _parts(element)


def _key(element: etree._Element) -> Json:
    return {str(name): str(value) for name, value in element.attrib.items()} | {"value": element.text or ""}
