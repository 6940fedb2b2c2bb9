"""What each kind of document can be found by: its keys, its facts, its elements.

Fields are those of the AAS Query Language (IDTA-01002 V3.1, clause Query Language, table of field identifiers),
without their scope. Everything is read from the plain JSON in one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from aas_server.store.contract import Element, Fact, Keys, Kind
from aas_server.store.contract.lexical import number
from aas_server.twin.elements import walk
from aas_server.twin.plain import Json

VERSION = 2
"""Of these rules. A higher one makes stores index all their documents anew when they are opened."""
_ASSET = ("assetKind", "assetType", "globalAssetId")


def keys(kind: Kind, document: Any) -> Keys:
    """What a document can be found by. ``document`` is its plain JSON; for ``asset-links`` a list of specific
    asset ids. A reference is found by its first key, the globally unique one."""
    return _KEYS[kind](document)


def _shell(shell: Json) -> Keys:
    information = shell["assetInformation"]
    facts = list(_asset_facts(information))
    for index, reference in enumerate(shell.get("submodels", ())):
        facts += _reference_facts(f"submodels[{index}]", reference)
    return Keys(shell.get("idShort"), None, tuple(_asset_ids(information)), tuple(facts))


def _submodel(submodel: Json) -> Keys:
    own = {name: part for name, part in submodel.items() if name != "submodelElements"}
    meaning = submodel.get("semanticId")
    return Keys(
        id_short=submodel.get("idShort"),
        semantic_id=_first(meaning),
        facts=tuple(_reference_facts("semanticId", meaning)),
        elements=tuple(_elements(submodel)),
        metadata=msgspec.json.encode(own) if len(own) < len(submodel) else None,
    )


def _concept_description(concept: Json) -> Keys:
    cases = concept.get("isCaseOf", ())
    facts = [Fact(f"isCaseOf[{index}].keys[0].value", str(_first(one))) for index, one in enumerate(cases)]
    for index, one in enumerate(concept.get("embeddedDataSpecifications", ())):
        place = f"embeddedDataSpecifications[{index}].dataSpecification.keys[0].value"
        facts.append(Fact(place, str(_first(one["dataSpecification"]))))
    return Keys(concept.get("idShort"), _first(cases[0]) if cases else None, facts=tuple(facts))


def _shell_descriptor(descriptor: Json) -> Keys:
    facts = [*_asset_facts(descriptor), *_endpoint_facts("", descriptor)]
    for index, one in enumerate(descriptor.get("submodelDescriptors", ())):
        place = f"submodelDescriptors[{index}]."
        facts += [Fact(place + name, one[name]) for name in ("id", "idShort") if name in one]
        facts += _reference_facts(place + "semanticId", one.get("semanticId"))
        facts += _endpoint_facts(place, one)
    return Keys(descriptor.get("idShort"), None, tuple(_asset_ids(descriptor)), tuple(facts))


def _submodel_descriptor(descriptor: Json) -> Keys:
    meaning = descriptor.get("semanticId")
    facts = (*_reference_facts("semanticId", meaning), *_endpoint_facts("", descriptor))
    return Keys(descriptor.get("idShort"), _first(meaning), facts=facts)


def _asset_links(links: list[Json]) -> Keys:
    return Keys(asset_ids=tuple(_asset_ids({"specificAssetIds": links})))


_KEYS: Mapping[Kind, Callable[[Any], Keys]] = {
    "shell": _shell,
    "submodel": _submodel,
    "concept-description": _concept_description,
    "shell-descriptor": _shell_descriptor,
    "submodel-descriptor": _submodel_descriptor,
    "asset-links": _asset_links,
}


def _asset_ids(information: Json) -> Iterator[tuple[str, str]]:
    """Each pair once: the same name and value may stand there for several subjects."""
    pairs = [("globalAssetId", information["globalAssetId"])] if "globalAssetId" in information else []
    pairs += [(specific["name"], specific["value"]) for specific in information.get("specificAssetIds", ())]
    yield from dict.fromkeys(pairs)


def _asset_facts(information: Json) -> Iterator[Fact]:
    for name in _ASSET:
        if name in information:
            yield Fact(name, information[name])
    for index, specific in enumerate(information.get("specificAssetIds", ())):
        place = f"specificAssetIds[{index}]"
        yield Fact(f"{place}.name", specific["name"])
        yield Fact(f"{place}.value", specific["value"])
        yield from _reference_facts(f"{place}.externalSubjectId", specific.get("externalSubjectId"))


def _endpoint_facts(place: str, descriptor: Json) -> Iterator[Fact]:
    for index, endpoint in enumerate(descriptor.get("endpoints", ())):
        yield Fact(f"{place}endpoints[{index}].interface", endpoint["interface"])
        # The query language spells it in small letters, the descriptor's JSON does not.
        href = endpoint["protocolInformation"]["href"]
        yield Fact(f"{place}endpoints[{index}].protocolinformation.href", href)


def _reference_facts(place: str, reference: Json | None) -> Iterator[Fact]:
    if reference is None:
        return
    yield Fact(f"{place}.type", reference["type"])
    for index, key in enumerate(reference["keys"]):
        yield Fact(f"{place}.keys[{index}].type", key["type"])
        yield Fact(f"{place}.keys[{index}].value", key["value"])


def _elements(submodel: Json) -> Iterator[Element]:
    for path, element in walk(submodel):
        meaning = element.get("semanticId")
        common = (path, element.get("idShort"), _first(meaning), _unusual(meaning), element.get("valueType"))
        kind = element["modelType"]
        if kind == "MultiLanguageProperty" and element.get("value"):
            for text in element["value"]:
                yield Element(*common, text["text"], number(text["text"]), text["language"])
        else:
            value = _value(kind, element)
            yield Element(*common, value, None if value is None else number(value))


def _value(kind: str, element: Json) -> str | None:
    """What ``#value`` means: the text of a Property or File, the first key of a ReferenceElement."""
    if kind == "ReferenceElement":
        return _first(element.get("value"))
    value: str | None = element.get("value") if kind in ("Property", "File") else None
    return value


def _first(reference: Json | None) -> str | None:
    value: str | None = reference["keys"][0]["value"] if reference else None
    return value


def _unusual(reference: Json | None) -> str | None:
    """A reference as JSON, where its first key does not tell all of it."""
    if reference is None:
        return None
    names = reference["keys"]
    usual = reference["type"] == "ExternalReference" and len(names) == 1 and names[0]["type"] == "GlobalReference"
    return None if usual else msgspec.json.encode(reference).decode()
