"""The second step of a repair: what an object says agrees with itself and with what is inside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from aas_server.twin.package.environment.schema import CLASSES, KINDS_OF
from aas_server.twin.package.repair.concepts import specification, specified
from aas_server.twin.package.repair.notes import free_name
from aas_server.twin.package.repair.place import Place
from aas_server.twin.package.repair.references import aimed, pointed
from aas_server.twin.package.repair.texts import languages, shortened
from aas_server.twin.package.repair.values import location, media, typed
from aas_server.twin.plain import Json

Rule = Callable[[Place], None]


def apply(place: Place) -> None:
    """All rules of the object's class, then those of attributes that many classes have."""
    for rule in _RULES.get(place.name, ()):
        rule(place)
    languages(place)
    if "extensions" in place.new:
        _distinct_extensions(place)
    if "qualifiers" in place.new:
        _distinct_qualifiers(place)
    if "embeddedDataSpecifications" in place.new:
        specified(place)


def drop_empty(place: Place) -> None:
    """An empty text says nothing; only a value of type string may be one."""
    for name in [name for name, part in place.new.items() if part == ""]:
        if name == "text" and place.name.startswith("LangString"):
            continue
        typed_value = name in ("value", "min", "max") and "valueType" in CLASSES[place.name]
        if not (typed_value and place.new.get("valueType", "xs:string") == "xs:string"):
            del place.new[name]
            place.mended(name, "repair-empty")


def _listed(place: Place) -> None:
    """A list names the class and the value type that its items have."""
    items: Sequence[Json] = place.new.get("value", ())
    kinds = {item["modelType"] for item in items}
    given = place.new["typeValueListElement"]
    if kinds and not all(_is_a(kind, given) for kind in kinds):
        now = kinds.pop() if len(kinds) == 1 else "SubmodelElement"
        place.replace("typeValueListElement", "repair-list-type", now)
    if place.new["typeValueListElement"] not in ("Property", "Range"):
        return
    types = {item["valueType"] for item in items}
    named = place.new.get("valueTypeListElement")
    if len(types) == 1 and named not in types:
        place.replace("valueTypeListElement", "repair-list-type", types.pop())
    elif len(types) > 1:
        if named is not None:
            place.put_aside("valueTypeListElement")
        place.replace("typeValueListElement", "repair-list-type", "DataElement")
    elif named is None:
        place.replace("valueTypeListElement", "repair-list-type", "xs:string")


def _is_a(kind: str, wanted: str) -> bool:
    return kind == wanted or wanted == "SubmodelElement" or kind in _KINDS.get(wanted, ())


_KINDS: Mapping[str, tuple[str, ...]] = {
    "DataElement": KINDS_OF["DataElement"],
    "EventElement": ("BasicEventElement",),
    "RelationshipElement": ("AnnotatedRelationshipElement",),
}


def _distinct_qualifiers(place: Place) -> None:
    """No two qualifiers of one type (AASd-021)."""
    seen = set[str]()
    left: list[Json] = []
    for number, qualifier in enumerate(place.new["qualifiers"]):
        if qualifier["type"] in seen:
            place.put_aside(f"qualifiers[{number}]", qualifier)
        else:
            seen.add(qualifier["type"])
            left.append(qualifier)
    place.new["qualifiers"] = left


def _distinct_extensions(place: Place) -> None:
    """No two extensions of one name (AASd-077)."""
    taken, numbers = set[str](), dict[str, int]()
    for number, extension in enumerate(place.new["extensions"]):
        name = extension["name"]
        extension["name"] = free_name(name, taken, numbers, "#")
        if extension["name"] != name:
            place.mended(f"extensions[{number}].name", "repair-literal", given=name, now=extension["name"])


def _asset(place: Place) -> None:
    """A shell's asset has an id (AASd-131)."""
    information = place.new["assetInformation"]
    if not information.get("globalAssetId") and not information.get("specificAssetIds"):
        information["globalAssetId"] = f"{place.new['id']}/asset"
        place.mended("assetInformation.globalAssetId", "repair-asset-id", now=information["globalAssetId"])


_RULES: Mapping[str, tuple[Rule, ...]] = {
    "Reference": (pointed,),
    "AssetAdministrationShell": (_asset, aimed),
    "SpecificAssetId": (aimed,),
    "Property": (typed,),
    "Range": (typed,),
    "Qualifier": (typed,),
    "Extension": (typed,),
    "File": (media, location),
    "Resource": (media, location),
    "Blob": (media,),
    "SubmodelElementList": (_listed,),
    "DataSpecificationIec61360": (specification,),
    **{name: (shortened,) for name in CLASSES if name.startswith("LangString")},
}
