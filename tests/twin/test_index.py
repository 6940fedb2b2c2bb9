from __future__ import annotations

import json
import time
from typing import Any

from aas_server.store.contract import Element
from aas_server.twin.index import keys


def reference(*values: str, type: str = "GlobalReference", of: str = "ExternalReference") -> dict[str, Any]:
    return {"type": of, "keys": [{"type": type, "value": value} for value in values]}


def submodel(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"modelType": "Submodel", "id": "urn:sm:1", "idShort": "Sm", **more, "submodelElements": list(elements)}


def facts(kind: Any, document: Any) -> dict[str, str]:
    return {fact.field: fact.value for fact in keys(kind, document).facts}


def test_a_shell_is_found_by_its_asset_and_by_its_submodels() -> None:
    subject = reference("urn:subject")
    shell = {
        "modelType": "AssetAdministrationShell",
        "id": "urn:aas:1",
        "idShort": "Motor",
        "assetInformation": {
            "assetKind": "Instance",
            "assetType": "urn:type",
            "globalAssetId": "urn:asset",
            "specificAssetIds": [
                {"name": "serial", "value": "7"},
                {"name": "serial", "value": "7", "externalSubjectId": subject},
            ],
        },
        "submodels": [reference("urn:sm:1", type="Submodel", of="ModelReference")],
    }
    found = keys("shell", shell)
    assert (found.id_short, found.asset_ids) == ("Motor", (("globalAssetId", "urn:asset"), ("serial", "7")))
    assert facts("shell", shell) == {
        "assetKind": "Instance",
        "assetType": "urn:type",
        "globalAssetId": "urn:asset",
        "specificAssetIds[0].name": "serial",
        "specificAssetIds[0].value": "7",
        "specificAssetIds[1].name": "serial",
        "specificAssetIds[1].value": "7",
        "specificAssetIds[1].externalSubjectId.type": "ExternalReference",
        "specificAssetIds[1].externalSubjectId.keys[0].type": "GlobalReference",
        "specificAssetIds[1].externalSubjectId.keys[0].value": "urn:subject",
        "submodels[0].type": "ModelReference",
        "submodels[0].keys[0].type": "Submodel",
        "submodels[0].keys[0].value": "urn:sm:1",
    }


def test_a_submodel_is_found_by_its_elements_wherever_they_stand() -> None:
    found = keys(
        "submodel",
        submodel(
            {"modelType": "Property", "idShort": "Speed", "valueType": "xs:int", "value": "1500"},
            {
                "modelType": "SubmodelElementList",
                "idShort": "Axes",
                "semanticId": reference("urn:axes"),
                "value": [{"modelType": "Property", "valueType": "xs:string", "value": "x"}],
            },
            {
                "modelType": "MultiLanguageProperty",
                "idShort": "Name",
                "value": [{"language": "ko", "text": "모터"}, {"language": "en", "text": "Motor"}],
            },
            {"modelType": "ReferenceElement", "idShort": "See", "value": reference("urn:other")},
            {"modelType": "Blob", "idShort": "Raw", "contentType": "a/b", "value": "AAAA"},
            semanticId=reference("urn:meaning", "more"),
        ),
    )
    assert found.elements == (
        Element("Speed", "Speed", value_type="xs:int", value="1500", number=1500.0),
        Element("Axes", "Axes", "urn:axes"),
        Element("Axes[0]", value_type="xs:string", value="x"),
        Element("Name", "Name", value="모터", language="ko"),
        Element("Name", "Name", value="Motor", language="en"),
        Element("See", "See", value="urn:other"),
        Element("Raw", "Raw"),
    )
    assert found.semantic_id == "urn:meaning"
    assert [fact.value for fact in found.facts if fact.field.endswith("value")] == ["urn:meaning", "more"]


def test_a_meaning_that_is_more_than_its_first_key_is_kept_whole() -> None:
    meaning = reference("urn:cd", type="ConceptDescription", of="ModelReference")
    (element,) = keys(
        "submodel", submodel({"modelType": "Capability", "idShort": "X", "semanticId": meaning})
    ).elements
    assert element.semantic_id == "urn:cd"
    assert json.loads(element.semantic or "") == meaning


def test_the_metadata_are_the_submodel_without_its_elements() -> None:
    plain = submodel({"modelType": "Capability", "idShort": "X"})
    assert json.loads(keys("submodel", plain).metadata or b"") == {
        "modelType": "Submodel",
        "id": "urn:sm:1",
        "idShort": "Sm",
    }
    del plain["submodelElements"]
    assert keys("submodel", plain).metadata is None


def test_descriptors_are_found_by_their_endpoints_and_those_of_their_submodels() -> None:
    endpoint = {"interface": "AAS-3.0", "protocolInformation": {"href": "https://a.example"}}
    inner = {"id": "urn:sm:1", "idShort": "Sm", "semanticId": reference("urn:m"), "endpoints": [endpoint]}
    shell = {"id": "urn:a", "assetKind": "Type", "endpoints": [endpoint], "submodelDescriptors": [inner]}
    assert facts("shell-descriptor", shell) == {
        "assetKind": "Type",
        "endpoints[0].interface": "AAS-3.0",
        "endpoints[0].protocolinformation.href": "https://a.example",
        "submodelDescriptors[0].id": "urn:sm:1",
        "submodelDescriptors[0].idShort": "Sm",
        "submodelDescriptors[0].semanticId.type": "ExternalReference",
        "submodelDescriptors[0].semanticId.keys[0].type": "GlobalReference",
        "submodelDescriptors[0].semanticId.keys[0].value": "urn:m",
        "submodelDescriptors[0].endpoints[0].interface": "AAS-3.0",
        "submodelDescriptors[0].endpoints[0].protocolinformation.href": "https://a.example",
    }
    found = keys("submodel-descriptor", inner)
    assert (found.id_short, found.semantic_id) == ("Sm", "urn:m")


def test_asset_links_and_concept_descriptions_have_their_keys() -> None:
    assert keys("asset-links", [{"name": "serial", "value": "7"}]).asset_ids == (("serial", "7"),)
    concept = {"modelType": "ConceptDescription", "id": "urn:cd", "isCaseOf": [reference("urn:up")]}
    assert keys("concept-description", concept).semantic_id == "urn:up"


def test_ten_thousand_elements_are_indexed_at_once() -> None:
    group = {"modelType": "SubmodelElementCollection", "idShort": "Group"}
    properties = [
        {"modelType": "Property", "idShort": f"P{n}", "valueType": "xs:double", "value": f"{n}.5"}
        for n in range(10_000)
    ]
    plain = submodel(group | {"value": properties})
    before = time.thread_time()
    found = keys("submodel", plain)
    # Ten times what it takes, and more: the machine may be slow.
    assert time.thread_time() - before < 1.0
    assert len(found.elements) == 10_001
