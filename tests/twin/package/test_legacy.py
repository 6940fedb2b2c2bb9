"""Metamodel 2.0, in XML and in JSON, says in 3.1 what it said."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aas_server.errors import BadInput
from aas_server.messages import error_text
from aas_server.twin.metamodel import faults
from aas_server.twin.package import Limits, Opened, opened

Json = dict[str, Any]


def keys(type: str, value: str, id_type: str = "IRI") -> Json:
    return {"keys": [{"type": type, "local": True, "value": value, "index": 0, "idType": id_type}]}


def named(kind: str, id_short: str, **more: Any) -> Json:
    return {"modelType": {"name": kind}, "idShort": id_short, "kind": "Instance", **more}


def property(id_short: str, type: str = "double", value: str = "1.50") -> Json:
    return named("Property", id_short, valueType={"dataObjectType": {"name": type}}, value=value)


ELEMENTS = [
    property("Speed")
    | {"semanticId": keys("ConceptDescription", "0173-1#02-AAA#001", "IRDI"), "category": "PARAMETER"},
    property("Name", "langString", "x"),
    named(
        "SubmodelElementCollection",
        "Axes",
        ordered=True,
        allowDuplicates=False,
        value=[property("X", "int", "1"), property("Yy", "int", "2")],
    ),
    named("MultiLanguageProperty", "Title", value={"langString": [{"language": "de", "text": "Motor"}]}),
    named("File", "Manual", mimeType="application/pdf", value="/aasx/files/a.pdf"),
    named("ReferenceElement", "Ref", value=keys("Submodel", "urn:sm")),
    named("Range", "Limits", valueType="integer", min="1", max="9"),
    named("RelationshipElement", "Rel", first=keys("Submodel", "urn:a"), second=keys("Asset", "urn:b")),
    named(
        "AnnotatedRelationshipElement",
        "Note",
        first=keys("Submodel", "urn:a"),
        second=keys("Submodel", "urn:b"),
        annotation=[property("Why", "string", "because")],
    ),
    named(
        "Entity",
        "Part",
        entityType="SelfManagedEntity",
        asset=keys("Asset", "urn:part"),
        statements=[property("Ww")],
    ),
    named(
        "Operation",
        "Run",
        inputVariable=[{"modelType": {"name": "OperationVariable"}, "value": property("Into")}],
        outputVariable=[{"value": property("Out")}],
    ),
    named("BasicEvent", "Event", observed=keys("Submodel", "urn:sm")),
    named("Capability", "Can"),
    property("Kinds") | {"kind": "Template"},
    property("Qualified")
    | {
        "constraints": [
            {"modelType": {"name": "Qualifier"}, "type": "life", "valueType": "int", "value": "7"},
            {"modelType": {"name": "Formula"}, "dependsOn": [keys("Submodel", "urn:formula")]},
        ]
    },
]
ENVIRONMENT = {
    "assetAdministrationShells": [
        {
            "modelType": {"name": "AssetAdministrationShell"},
            "idShort": "Motor",
            "identification": {"id": "urn:aas", "idType": "IRI"},
            "asset": keys("Asset", "urn:asset"),
            "submodels": [keys("Submodel", "urn:sm")],
            "administration": {"version": "1", "revision": "2"},
            "views": [named("View", "Operator", containedElements=[keys("Submodel", "urn:in-view")])],
            "conceptDictionaries": [
                named("ConceptDictionary", "Words", conceptDescriptions=[keys("X", "urn:word")])
            ],
        }
    ],
    "assets": [
        {
            "modelType": {"name": "Asset"},
            "idShort": "MotorItself",
            "identification": {"id": "urn:asset", "idType": "IRI"},
            "kind": "Instance",
            "descriptions": [{"language": "en", "text": "The motor itself"}],
            "assetIdentificationModel": keys("Submodel", "urn:identification"),
            "billOfMaterial": keys("Submodel", "urn:bom"),
        },
        {
            "modelType": {"name": "Asset"},
            "idShort": "Lonely",
            "identification": {"id": "urn:lonely"},
            "kind": "Type",
        },
    ],
    "submodels": [
        {
            "modelType": {"name": "Submodel"},
            "idShort": "Data",
            "identification": {"id": "urn:sm", "idType": "IRI"},
            "kind": "Instance",
            "semanticId": keys("GlobalReference", "urn:meaning"),
            "submodelElements": ELEMENTS,
        }
    ],
    "conceptDescriptions": [
        {
            "modelType": {"name": "ConceptDescription"},
            "idShort": "SpeedMeaning",
            "identification": {"id": "0173-1#02-AAA#001", "idType": "IRDI"},
            "isCaseOf": [keys("GlobalReference", "urn:case")],
            "embeddedDataSpecifications": [
                {
                    "dataSpecification": keys("GlobalReference", "http://admin-shell.io/DataSpecification/2/0"),
                    "dataSpecificationContent": {
                        "preferredName": [{"language": "en", "text": "Speed"}],
                        "shortName": [{"language": "en", "text": "v"}],
                        "definition": [{"language": "en", "text": "How fast"}],
                        "unit": "m/s",
                        "unitId": keys("GlobalReference", "urn:unit"),
                        "dataType": "REAL_MEASURE",
                        "valueList": {
                            "valueReferencePairs": [{"value": "a", "valueId": keys("GlobalReference", "urn:a")}]
                        },
                        "levelType": ["Min", "Max"],
                    },
                }
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Opened]:
    path = tmp_path_factory.mktemp("legacy") / "given"

    def work(body: bytes) -> Opened:
        path.write_bytes(body)
        with opened(path, Limits()) as source:
            for kind, document in source.documents:
                assert faults(kind, document) == []
            return source

    return work


@pytest.fixture(scope="module")
def by_id(read: Callable[[bytes], Opened]) -> dict[str, Json]:
    return {document["id"]: document for _, document in read(json.dumps(ENVIRONMENT).encode()).documents}


def kept(element: Json) -> dict[str, str]:
    return {one["name"]: one["value"] for one in element.get("extensions", ())}


def test_an_asset_becomes_part_of_its_shell(by_id: dict[str, Json]) -> None:
    shell = by_id["urn:aas"]
    assert shell["assetInformation"] == {"assetKind": "Instance", "globalAssetId": "urn:asset"}
    assert [one["keys"][0]["value"] for one in shell["submodels"]] == ["urn:sm", "urn:identification", "urn:bom"]
    assert shell["administration"] == {"version": "1", "revision": "2"}
    assert "The motor itself" in kept(shell)["kept:asset"] and "MotorItself" in kept(shell)["kept:asset"]
    assert "urn:in-view" in kept(shell)["kept:views"] and "urn:word" in kept(shell)["kept:conceptDictionaries"]


def test_a_spoilt_reference_to_an_asset_stays_beside_it(read: Callable[[bytes], Opened]) -> None:
    given = json.loads(json.dumps(ENVIRONMENT))
    given["assetAdministrationShells"][0]["asset"]["keys"][0]["type"] = "Thing"
    shells = {document["id"]: document for _, document in read(json.dumps(given).encode()).documents}
    said = kept(shells["urn:aas"])
    assert "Thing" in said["kept:asset"] and "The motor itself" in said["kept:asset#2"]


def test_an_asset_without_a_shell_gets_one(by_id: dict[str, Json]) -> None:
    shell = by_id["urn:lonely/aas"]
    assert shell["assetInformation"] == {"assetKind": "Type", "globalAssetId": "urn:lonely"}
    assert shell["idShort"] == "Lonely"


def test_elements_say_what_they_said(by_id: dict[str, Json]) -> None:
    found = {one["idShort"]: one for one in by_id["urn:sm"]["submodelElements"]}
    assert len(found) == len(ELEMENTS)
    assert (found["Speed"]["valueType"], found["Speed"]["value"]) == ("xs:double", "1.50")
    meaning = {"type": "ConceptDescription", "value": "0173-1#02-AAA#001"}
    assert found["Speed"]["semanticId"] == {"type": "ModelReference", "keys": [meaning]}
    assert found["Name"]["valueType"] == "xs:string"
    assert [one["value"] for one in found["Axes"]["value"]] == ["1", "2"] and kept(found["Axes"]) == {
        "kept:ordered": "true"
    }
    assert found["Axes"]["value"][0]["displayName"] == [{"language": "en", "text": "X"}]
    assert found["Title"]["value"] == [{"language": "de", "text": "Motor"}]
    assert found["Manual"]["contentType"] == "application/pdf"
    assert found["Ref"]["value"]["type"] == "ModelReference"
    assert (found["Limits"]["valueType"], found["Limits"]["max"]) == ("xs:integer", "9")
    assert found["Rel"]["second"]["keys"] == [{"type": "GlobalReference", "value": "urn:b"}]
    assert found["Note"]["annotations"][0]["value"] == "because"
    assert found["Part"]["globalAssetId"] == "urn:part" and found["Part"]["statements"][0]["idShort"] == "Ww"
    assert found["Run"]["inputVariables"][0]["value"]["idShort"] == "Into"
    assert found["Event"]["modelType"] == "BasicEventElement" and found["Event"]["direction"] == "output"
    assert kept(found["Kinds"]) == {"kept:kind": "Template"}
    assert found["Qualified"]["qualifiers"] == [{"type": "life", "valueType": "xs:int", "value": "7"}]
    assert "urn:formula" in kept(found["Qualified"])["kept:formulas"]


def test_a_concept_keeps_its_specification(by_id: dict[str, Json]) -> None:
    concept = by_id["0173-1#02-AAA#001"]
    content = concept["embeddedDataSpecifications"][0]["dataSpecificationContent"]
    assert content["modelType"] == "DataSpecificationIec61360" and content["unit"] == "m/s"
    assert content["levelType"] == {"min": True, "nom": False, "typ": False, "max": True}
    assert content["valueList"]["valueReferencePairs"][0]["valueId"]["keys"][0]["value"] == "urn:a"
    assert concept["isCaseOf"][0]["type"] == "ExternalReference"


XML = """<aas:aasenv xmlns:aas="http://www.admin-shell.io/aas/2/0" xmlns:IEC61360="http://www.admin-shell.io/IEC61360/2/0">
<aas:submodels><aas:submodel><aas:idShort>Data</aas:idShort>
<aas:identification idType="IRI">urn:sm</aas:identification><aas:kind>Instance</aas:kind><aas:qualifier/>
<aas:submodelElements>
<aas:submodelElement><aas:operation><aas:idShort>Run</aas:idShort><aas:kind>Instance</aas:kind>
<aas:inputVariable><aas:operationVariable><aas:value><aas:submodelElement><aas:property><aas:idShort>Into</aas:idShort>
<aas:valueType>int</aas:valueType><aas:value>1</aas:value></aas:property></aas:submodelElement></aas:value>
</aas:operationVariable></aas:inputVariable></aas:operation></aas:submodelElement>
<aas:submodelElement><aas:multiLanguageProperty><aas:idShort>Title</aas:idShort><aas:value>
<aas:langString lang="de">Motor</aas:langString></aas:value></aas:multiLanguageProperty></aas:submodelElement>
<aas:submodelElement><aas:file><aas:idShort>Manual</aas:idShort><aas:qualifier><aas:qualifier><aas:type>life</aas:type>
<aas:valueType>int</aas:valueType><aas:value>7</aas:value></aas:qualifier></aas:qualifier>
<aas:mimeType>application/pdf</aas:mimeType><aas:value>/a.pdf</aas:value></aas:file></aas:submodelElement>
<aas:submodelElement><aas:entity><aas:idShort>Part</aas:idShort><aas:statements><aas:submodelElement><aas:capability>
<aas:idShort>Can</aas:idShort></aas:capability></aas:submodelElement></aas:statements>
<aas:entityType>SelfManagedEntity</aas:entityType><aas:assetRef><aas:keys>
<aas:key type="Asset" local="true" idType="IRI">urn:part</aas:key></aas:keys></aas:assetRef></aas:entity>
</aas:submodelElement>
</aas:submodelElements></aas:submodel></aas:submodels></aas:aasenv>"""


def test_xml_says_the_same(read: Callable[[bytes], Opened]) -> None:
    source = read(XML.encode())
    ((_, document),) = source.documents
    found = {one["idShort"]: one for one in document["submodelElements"]}
    assert found["Run"]["inputVariables"][0]["value"]["value"] == "1"
    assert found["Title"]["value"] == [{"language": "de", "text": "Motor"}]
    assert found["Manual"]["qualifiers"] == [{"type": "life", "valueType": "xs:int", "value": "7"}]
    assert found["Manual"]["contentType"] == "application/pdf"
    assert (
        found["Part"]["globalAssetId"] == "urn:part"
        and found["Part"]["statements"][0]["modelType"] == "Capability"
    )
    assert source.findings == ()
    assert source.repairs[0].key == "repair-edition"


def test_metamodel_1_is_refused_with_a_sentence(read: Callable[[bytes], Opened]) -> None:
    with pytest.raises(BadInput) as raised:
        read(XML.replace("aas/2/0", "aas/1/0").encode())
    for language in ("ko", "en"):
        assert "1.0" in error_text(raised.value, language) and "3.1" in error_text(raised.value, language)  # type: ignore[arg-type]


RUBBISH = st.sampled_from(["", "lost?", None, True, 5, 1.5, [], {}, ["lost?"], {"keys": [1]}, {"name": "lost?"}])


DROPPED = frozenset({"local", "idType", "index", "modelType", "name"})
"""What 3.1 has no place for by design."""


def spoilt(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict) and value:
        key = draw(st.sampled_from(sorted(set(value) - DROPPED) or sorted(value)))
        return value | {key: spoilt(draw, value[key])}
    if isinstance(value, list) and value and draw(st.integers(0, 5)):
        number = draw(st.integers(0, len(value) - 1))
        return [*value[:number], spoilt(draw, value[number]), *value[number + 1 :]]
    return draw(RUBBISH)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_broken_is_still_read(read: Callable[[bytes], Opened], data: st.DataObject) -> None:
    environment: Any = ENVIRONMENT
    for _ in range(data.draw(st.integers(1, 4))):
        environment = data.draw(st.composite(lambda draw, given=environment: spoilt(draw, given))())
    try:
        source = read(json.dumps(environment).encode())
    except BadInput as error:
        assert error.key in ("document-no-object", "environment-none", "environment-strange")
        return
    said = json.dumps([document for _, document in source.documents])
    # A language's tag that is none is cleaned; what it was stands in the report.
    assert "lost?" in said or "lost?" not in json.dumps(environment) or "lost?" in str(source.repairs)
