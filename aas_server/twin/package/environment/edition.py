"""Metamodel 3.1 said in 3.0: what 3.0 has no place for stands in an extension, and comes back from there.

3.0 allows no hyphen in an idShort (AASd-002), written ``_x2D_`` here, in ModelReferences too; no idShort at all
for a list's children (AASd-120); three categories for data elements (AASd-090); and it demands a content type, an
entity type and an empty list's value type (AASd-109), which 3.1 leaves open. What else 3.1 can say and 3.0 can't
(a relationship without ends, the asset kind ``Role``) is refused by who writes, with its path: to leave it out
would be a loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aas_server.store.contract import Kind
from aas_server.twin.plain import Json

_ID_SHORT, _CATEGORY, _OPEN = (f"{name}InMetamodel3.1" for name in ("idShort", "category", "open"))
"""Extensions: the idShort or category as it is in 3.1; the attribute that 3.1 leaves open and 3.0 does not."""
_HYPHEN = "_x2D_"
_FILLED: Mapping[str, tuple[str, str]] = {
    "File": ("contentType", "application/octet-stream"),
    "Blob": ("contentType", "application/octet-stream"),
    "Entity": ("entityType", "CoManagedEntity"),
    "SubmodelElementList": ("valueTypeListElement", "xs:string"),
}
_CATEGORIES = frozenset({"CONSTANT", "PARAMETER", "VARIABLE"})
_DATA = frozenset({"Property", "MultiLanguageProperty", "Range", "File", "Blob", "ReferenceElement"})


def as_3_0(document: Json) -> Json:
    """A document of 3.1 as 3.0 can say it."""
    result: Json = _older(document, in_list=False)
    return result


def from_3_0(documents: Sequence[tuple[Kind, Json]]) -> list[tuple[Kind, Json]]:
    """The reverse, for all documents of a package: what ``as_3_0`` has put aside is back in its place."""
    if not any(_marks(one) for _, document in documents for one in _objects(document)):
        return list(documents)
    names = {new: old for _, document in documents for new, old in _names(document)}
    return [(kind, _newer(document, names)) for kind, document in documents]


def _older(value: Any, in_list: bool) -> Any:
    if isinstance(value, list):
        return [_older(part, in_list) for part in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("modelType", "")
    result = {
        name: _older(part, kind == "SubmodelElementList" and name == "value") for name, part in value.items()
    }
    if value.get("type") == "ModelReference":
        result["keys"] = [value["keys"][0], *map(_older_key, value["keys"][1:])]
    name, category = value.get("idShort"), value.get("category")
    if name is not None and (in_list or "-" in name):
        result["idShort"] = name.replace("-", _HYPHEN)
        _mark(result, _ID_SHORT, name)
        if in_list:
            del result["idShort"]
    if category is not None and kind in _DATA and category not in _CATEGORIES:
        _mark(result, _CATEGORY, result.pop("category"))
    attribute, filling = _filled(value)
    if attribute and attribute not in value:
        owned = value.keys() & {"globalAssetId", "specificAssetIds"}
        result[attribute] = "SelfManagedEntity" if owned else filling
        _mark(result, _OPEN, attribute)
    return result


def _filled(element: Json) -> tuple[str, str]:
    """The attribute that 3.0 demands of an element and 3.1 does not, and what it is there by default."""
    kind = element.get("modelType", "")
    if kind == "SubmodelElementList" and (
        element.get("value") or element.get("typeValueListElement") not in ("Property", "Range")
    ):
        return "", ""
    return _FILLED.get(kind, ("", ""))


def _older_key(key: Json) -> Json:
    return key | {"value": key["value"].replace("-", _HYPHEN)} if key["type"] != "FragmentReference" else key


def _mark(element: Json, name: str, value: str) -> None:
    mark = {"name": name, "valueType": "xs:string", "value": value}
    element["extensions"] = [*(one for one in element.get("extensions", ()) if one["name"] != name), mark]


def _newer(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_newer(part, names) for part in value]
    if not isinstance(value, dict):
        return value
    result = {name: _newer(part, names) for name, part in value.items()}
    if value.get("type") == "ModelReference":
        result["keys"] = [one | {"value": names.get(one["value"], one["value"])} for one in value["keys"]]
    for name, kept in _marks(value).items():
        rest = [one for one in result.pop("extensions") if one["name"] != name]
        result |= {"extensions": rest} if rest else {}
        if name == _OPEN:
            result.pop(kept)
        else:
            result[name.removesuffix("InMetamodel3.1")] = kept
    return result


def _names(document: Json) -> Iterator[tuple[str, str]]:
    """The idShorts that were written otherwise, with what they are."""
    for one in _objects(document):
        kept = _marks(one).get(_ID_SHORT, "")
        if "-" in kept:
            yield kept.replace("-", _HYPHEN), kept


def _marks(value: Json) -> Mapping[str, str]:
    """What extensions of ours say of an object; one that it no longer agrees with, since others edited it, says
    nothing."""
    found: dict[str, str] = {}
    for one in value.get("extensions", ()):
        name, kept = one["name"], one.get("value", "")
        agrees = {
            _ID_SHORT: value.get("idShort") in (None, kept.replace("-", _HYPHEN)),
            _CATEGORY: "category" not in value,
            _OPEN: kept == _filled(value)[0] and kept in value,
        }
        if kept and agrees.get(name):
            found[name] = kept
    return found


def _objects(value: Any) -> Iterator[Json]:
    if isinstance(value, list):
        for part in value:
            yield from _objects(part)
    elif isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _objects(part)
