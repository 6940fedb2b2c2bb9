"""Elements, references and data specifications of metamodel 2.0 as 3.1."""

from __future__ import annotations

from typing import Any

from aas_server.twin.elements import VARIABLES
from aas_server.twin.plain import Json

_CLASSES = {"BasicEvent": "BasicEventElement"}
_KEYS = {
    "Asset": "GlobalReference",
    "BasicEvent": "BasicEventElement",
    "Event": "EventElement",
    "ConceptDictionary": "GlobalReference",
    "View": "GlobalReference",
    "AccessPermissionRule": "GlobalReference",
}
"""Key types that 3.1 no longer has."""

_AAS = ("AssetAdministrationShell", "Submodel", "ConceptDescription")
_RENAMED = {
    "descriptions": "description",
    "constraints": "qualifiers",
    "qualifier": "qualifiers",
    "embeddedDataSpecification": "embeddedDataSpecifications",
    "mimeType": "contentType",
    "annotation": "annotations",
    "inputVariable": "inputVariables",
    "outputVariable": "outputVariables",
    "inoutputVariable": "inoutputVariables",
}
_REFERENCES = ("semanticId", "valueId", "first", "second", "observed")
_PARTS = ("submodelElements", "statements", "annotations")
_TYPES = {"dateTimeStamp": "dateTime", "dayTimeDuration": "duration", "yearMonthDuration": "duration"}
_TYPES |= {"anyUri": "anyURI", "langString": "string"}
_TEXTS = ("normalizedString", "token", "language", "Name", "NCName", "ENTITY", "ID", "IDREF", "QName", "NOTATION")


def referable(old: Json) -> Json:
    """What every identifiable and element has, renewed; other attributes as they are."""
    new = {_name(name, old): part for name, part in old.items() if part is not None}
    kind = new.get("modelType")
    if isinstance(kind, dict):
        kind = kind.get("name")
    if isinstance(kind, str):
        new["modelType"] = _CLASSES.get(kind, kind)
    identification = new.pop("identification", None)
    if isinstance(identification, dict):
        new["id"] = identification.get("id")
    elif identification is not None:
        new["id"] = identification
    if "semanticId" in new:
        new["semanticId"] = reference(new["semanticId"])
    if isinstance(new.get("qualifiers"), list):
        _qualify(new)
    if new.get("embeddedDataSpecifications"):
        given = new["embeddedDataSpecifications"]
        new["embeddedDataSpecifications"] = [
            _specified(one) for one in (given if isinstance(given, list) else [given])
        ]
    return new


def _name(name: str, old: Json) -> str:
    """Where both spellings stand, each keeps its own."""
    renamed = _RENAMED.get(name, name)
    return name if renamed in old else renamed


def element(old: Any, kind: str) -> Any:
    """A submodel element. ``kind`` is that of its submodel: an element that says the same adds nothing."""
    if not isinstance(old, dict):
        return old
    new = referable(old)
    if new.get("kind") == kind:
        del new["kind"]
    for name in _REFERENCES:
        if isinstance(new.get(name), dict):
            new[name] = reference(new[name])
    _type_value(new)
    if new.get("modelType") == "SubmodelElementCollection":
        _collect(new, kind)
    for name in _PARTS:
        if isinstance(new.get(name), list):
            new[name] = [element(one, kind) for one in new[name]]
    for name in VARIABLES:
        if isinstance(new.get(name), list):
            new[name] = [_variable(one, kind) for one in _flat(new[name])]
    if new.get("modelType") == "Entity":
        _own(new)
    return new


def reference(old: Any) -> Any:
    """Keys without ``local`` and ``idType``. The first key decides whether it points into the AAS world."""
    if isinstance(old, list) and len(old) == 1:
        old = old[0]
    if not isinstance(old, dict) or not isinstance(old.get("keys"), list):
        return old
    keys = [_key(one) for one in old["keys"]]
    if not keys:
        return None
    first = keys[0].get("type") if isinstance(keys[0], dict) else None
    kind = "ModelReference" if first in _AAS else "ExternalReference"
    return {name: part for name, part in old.items() if name != "keys"} | {"type": kind, "keys": keys}


def _key(old: Any) -> Any:
    if not isinstance(old, dict):
        return old
    left = {name: part for name, part in old.items() if name not in ("local", "idType", "index")}
    return left | {"type": _KEYS.get(str(old.get("type")), old.get("type"))}


def _collect(new: Json, kind: str) -> None:
    """A collection; ``false`` is what 3.1 means by one anyhow."""
    for name in ("ordered", "allowDuplicates"):
        if new.get(name) in (False, "false"):
            del new[name]
    inside = new.get("value")
    if isinstance(inside, list):
        new["value"] = [element(one, kind) for one in inside]
    elif isinstance(inside, str) and not inside.strip():
        del new["value"]
    elif isinstance(inside, dict):
        new["value"] = [element(inside, kind)]


def _type_value(new: Json) -> None:
    given = new.get("valueType")
    if isinstance(given, dict):
        inner = given.get("dataObjectType", given)
        given = inner.get("name") if isinstance(inner, dict) else inner
    if isinstance(given, str):
        bare = given.removeprefix("xs:").removeprefix("xsd:")
        bare = "string" if bare in _TEXTS else _TYPES.get(bare, bare)
        new["valueType"] = f"xs:{bare}" if bare else None
    value = new.get("value")
    if new.get("modelType") == "MultiLanguageProperty" and isinstance(value, dict):
        new["value"] = value.get("langString", value)
    elif new.get("modelType") == "ReferenceElement":
        new["value"] = reference(value)


def _variable(old: Any, kind: str) -> Any:
    if not isinstance(old, dict):
        return old
    inner = old.get("value", old)
    if isinstance(inner, list) and len(inner) == 1:
        inner = inner[0]
    return {"value": element(inner, kind)}


def _own(new: Json) -> None:
    """An entity's asset, once a reference, is an id."""
    for name in ("asset", "assetRef"):
        given = new.get(name)
        keys = given.get("keys") if isinstance(given, dict) else None
        if isinstance(given, dict) and not keys:
            del new[name]
        elif keys and len(keys) == 1 and isinstance(keys[0], dict):
            new["globalAssetId"] = keys[0].get("value")
            if keys[0].get("type") == "Asset":
                del new[name]


def _qualify(new: Json) -> None:
    """Qualifiers renewed; formulas have no successor and are handed on."""
    given = new.pop("qualifiers")
    qualifiers = [one for one in given if isinstance(one, dict) and "type" in one]
    formulas = [one for one in given if not (isinstance(one, dict) and "type" in one)]
    renewed = []
    for one in qualifiers:
        _type_value(one)
        for name in ("semanticId", "valueId"):
            if isinstance(one.get(name), dict):
                one[name] = reference(one[name])
        renewed.append({name: part for name, part in one.items() if name != "modelType" and part is not None})
    if renewed:
        new["qualifiers"] = renewed
    if formulas:
        new["formulas"] = formulas


def _specified(old: Any) -> Any:
    """An embedded data specification; its content is IEC 61360."""
    if not isinstance(old, dict):
        return old
    new = dict(old)
    if "dataSpecification" in new:
        new["dataSpecification"] = reference(new["dataSpecification"])
    content = new.get("dataSpecificationContent")
    if isinstance(content, dict):
        inner = content.get("dataSpecificationIEC61360", content)
        if isinstance(inner, dict):
            new["dataSpecificationContent"] = _content(inner)
    return new


def _content(old: Json) -> Json:
    new = {name: part for name, part in old.items() if part not in (None, "", [])}
    new["modelType"] = "DataSpecificationIec61360"
    for name in ("unitId", "valueId"):
        if isinstance(new.get(name), dict):
            new[name] = reference(new[name])
    if new.get("dataType") == "URL":
        new["dataType"] = "IRI"
    pairs = new.get("valueList")
    if isinstance(pairs, dict):
        pairs = pairs.get("valueReferencePairs", pairs.get("valueReferencePairTypes"))
    if isinstance(pairs, list):
        new["valueList"] = {"valueReferencePairs": [_pair(one) for one in pairs]}
    levels = new.get("levelType")
    if isinstance(levels, list | str):
        named = {str(one).lower() for one in (levels if isinstance(levels, list) else [levels])}
        new["levelType"] = {name: name in named for name in ("min", "nom", "typ", "max")}
    return new


def _pair(old: Any) -> Any:
    if isinstance(old, dict) and isinstance(old.get("valueId"), dict):
        return old | {"valueId": reference(old["valueId"])}
    return old


def _flat(items: list[Any]) -> list[Any]:
    return [one for item in items for one in (item if isinstance(item, list) else [item])]
