"""The faults of real files, one by one, and some that no one would make on purpose: mended, reported, not lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aas_server.errors import BadInput
from aas_server.messages import error_text
from aas_server.twin.metamodel import faults
from aas_server.twin.package import Limits, Opened, opened

Json = dict[str, Any]
Pack = Callable[..., bytes]
SUBMODEL = {"modelType": "Submodel", "id": "urn:x", "idShort": "Motor"}
SHELL = {
    "modelType": "AssetAdministrationShell",
    "id": "urn:aas",
    "assetInformation": {"assetKind": "Instance", "globalAssetId": "urn:asset"},
}
SPEED = {"modelType": "Property", "idShort": "Speed", "valueType": "xs:double", "value": "1.50"}
GLOBAL = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": "urn:meaning"}]}


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Opened]:
    """Read a file of these bytes; every document verifies."""

    def work(body: bytes, strict: bool = False) -> Opened:
        path = tmp_path / "given"
        path.write_bytes(body)
        with opened(path, Limits(), strict) as source:
            for kind, document in source.documents:
                assert faults(kind, document) == []
            return source

    return work


@pytest.fixture
def mend(read: Callable[..., Opened]) -> Callable[..., tuple[Json, dict[str, str], Json]]:
    """What becomes of one document: itself, the keys of the report by path, its extensions by name."""

    def work(given: Json) -> tuple[Json, dict[str, str], Json]:
        name = {"Submodel": "submodels", "AssetAdministrationShell": "assetAdministrationShells"}
        body = json.dumps({name.get(given["modelType"], "conceptDescriptions"): [given]}).encode()
        source = read(body)
        ((_, document),) = source.documents
        report = {one.path: one.key for one in (*source.repairs, *source.findings)}
        with pytest.raises(BadInput) as raised:
            read(body, strict=True)
        assert raised.value.key == "package-not-strict" and raised.value.values["count"] >= 1
        return document, report, extensions(document)

    return work


def extensions(value: Any) -> Json:
    found: Json = {}
    if isinstance(value, list):
        for part in value:
            found |= extensions(part)
    elif isinstance(value, dict):
        found = {one["name"]: one["value"] for one in value.get("extensions", ()) if "value" in one}
        for name, part in value.items():
            found |= extensions(part) if name != "extensions" else {}
    return found


def only(document: Json) -> Json:
    (element,) = document["submodelElements"]
    return dict(element)


def with_element(element: Json) -> Json:
    return SUBMODEL | {"submodelElements": [element]}


@pytest.mark.parametrize(
    ("element", "expected", "key"),
    [
        (SPEED | {"value": ""}, {"value": None}, "repair-empty"),
        (SPEED | {"value": 1.25}, {"value": "1.25"}, "repair-text"),
        (SPEED | {"value": " 1.50 "}, {"value": "1.50"}, "repair-literal"),
        (SPEED | {"value": "fast"}, {"value": "fast", "valueType": "xs:string"}, "repair-value-type"),
        (SPEED | {"valueType": "xs:boolean", "value": "True"}, {"value": "true"}, "repair-literal"),
        (SPEED | {"valueType": "double"}, {"valueType": "xs:double"}, "repair-literal"),
        (SPEED | {"description": []}, {"description": None}, "repair-empty"),
        (SPEED | {"semanticId": {"type": "ExternalReference", "keys": []}}, {"semanticId": None}, "repair-empty"),
        (
            {"idShort": "Speed", "valueType": "xs:int", "value": "1"},
            {"modelType": "Property"},
            "repair-model-type",
        ),
        ({"modelType": "Property", "idShort": "Speed"}, {"valueType": "xs:string"}, "repair-filled"),
        (
            SPEED | {"description": {"language": "en_US?", "text": "Fast"}},
            {"description": [{"language": "en-US", "text": "Fast"}]},
            "repair-list",
        ),
        (
            {"modelType": "File", "idShort": "Manual", "contentType": "PDF", "value": "/aasx/a b.pdf"},
            {"contentType": "application/pdf", "value": "/aasx/a%20b.pdf"},
            "repair-path",
        ),
        (
            SPEED | {"idShort": "회전 속도"},
            {"displayName": [{"language": "ko", "text": "회전 속도"}]},
            "repair-id-short",
        ),
    ],
)
def test_what_follows_from_the_rest_is_mended(
    element: Json, expected: Json, key: str, mend: Callable[..., tuple[Json, dict[str, str], Json]]
) -> None:
    document, report, _ = mend(with_element(element))
    found = only(document)
    assert {name: found.get(name) for name in expected} == expected
    assert key in report.values() and all(path.startswith("submodelElements[0]") for path in report)


@pytest.mark.parametrize(
    ("element", "kept"),
    [
        (SPEED | {"colour": "red"}, {"kept:colour": "red"}),
        (SPEED | {"value": "fast"}, {"kept:valueType": "xs:double"}),
        (SPEED | {"valueType": "kilo"}, {"kept:valueType": "kilo"}),
        (SPEED | {"value": {"deep": [1, "two"]}}, {"kept:value": '{"deep":[1,"two"]}'}),
        (SPEED | {"idShort": "a b", "displayName": [{"language": "en", "text": "A"}]}, {"kept:idShort": "a b"}),
        (SPEED | {"supplementalSemanticIds": [GLOBAL]}, {"kept:supplementalSemanticIds": json.dumps([GLOBAL])}),
        (
            SPEED | {"description": [{"language": "en", "text": "x" * 2000}]},
            {"kept:description[0].text": "x" * 2000},
        ),
        (SPEED | {"category": "x" * 200}, {"kept:category": "x" * 200}),
        (SPEED | {"valueType": "xs:string", "value": "a\x01b"}, {"kept:value": '"a\\u0001b"'}),
        (
            SPEED | {"qualifiers": [{"type": "t", "kind": "TemplateQualifier", "valueType": "xs:string"}]},
            {"kept:qualifiers[0].kind": "TemplateQualifier"},
        ),
        (
            {"modelType": "Entity", "idShort": "Part", "entityType": "SelfManagedEntity"},
            {"kept:entityType": "SelfManagedEntity"},
        ),
        (
            {"modelType": "Blob", "idShort": "Logo", "contentType": "text/plain", "value": "no base64!"},
            {"kept:value": "no base64!"},
        ),
    ],
)
def test_what_has_no_place_is_kept_in_an_extension_of_its_element(
    element: Json, kept: Json, mend: Callable[..., tuple[Json, dict[str, str], Json]]
) -> None:
    document, _, _ = mend(with_element(element))
    found = {one["name"]: one["value"] for one in only(document)["extensions"]}
    assert {name: text.replace(", ", ",").replace(": ", ":") for name, text in kept.items()} == found


def test_what_is_no_element_at_all_is_kept_by_its_parent(
    mend: Callable[..., tuple[Json, dict[str, str], Json]],
) -> None:
    document, report, kept = mend(
        SUBMODEL | {"submodelElements": [SPEED, 5, {"modelType": "Ghost", "boo": "boo"}]}
    )
    assert only(document) == SPEED
    assert kept["kept:submodelElements[1]"] == "5" and "boo" in kept["kept:submodelElements[1]#2"]
    assert list(report.values()) == ["finding-strange"]


@pytest.mark.parametrize(
    ("items", "named", "expected"),
    [
        ([SPEED, SPEED], {"typeValueListElement": "File"}, ("Property", "xs:double")),
        ([SPEED, SPEED | {"valueType": "xs:string"}], {"typeValueListElement": "Property"}, ("DataElement", None)),
        ([SPEED, {"modelType": "Capability"}], {"typeValueListElement": "Property"}, ("SubmodelElement", None)),
        ([SPEED], {}, ("Property", "xs:double")),
        (
            [{"value": "1"}],
            {"typeValueListElement": "Property", "valueTypeListElement": "xs:int"},
            ("Property", "xs:int"),
        ),
    ],
)
def test_a_list_names_what_is_in_it(
    items: list[Json],
    named: Json,
    expected: tuple[str, str | None],
    mend: Callable[..., tuple[Json, dict[str, str], Json]],
) -> None:
    nameless = [{name: part for name, part in item.items() if name != "idShort"} for item in items]
    document, _, _ = mend(
        with_element({"modelType": "SubmodelElementList", "idShort": "Axes", "value": nameless, **named})
    )
    found = only(document)
    assert (found["typeValueListElement"], found.get("valueTypeListElement")) == expected
    assert [one.get("value") for one in found["value"]] == [one.get("value") for one in nameless]


def test_siblings_of_one_name_are_told_apart_and_references_follow(read: Callable[..., Opened]) -> None:
    def leading(*names: str) -> Json:
        keys = [{"type": "SubmodelElementCollection", "value": name} for name in names[:-1]]
        last = {"type": "Property", "value": names[-1]}
        return {"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:x"}, *keys, last]}

    inner = {
        "modelType": "SubmodelElementCollection",
        "idShort": "X axis",
        "value": [SPEED | {"idShort": "Ist wert"}],
    }
    pointing = {"modelType": "ReferenceElement", "idShort": "Ref", "value": leading("X axis", "Ist wert")}
    elsewhere = {"modelType": "Submodel", "id": "urn:y", "submodelElements": [pointing]}
    twice = SUBMODEL | {"submodelElements": [inner, SPEED, SPEED | {"value": "2"}]}
    source = read(json.dumps({"submodels": [elsewhere, twice]}).encode())
    (_, pointer), (_, model) = source.documents
    assert only(pointer)["value"] == leading("X_axis", "Ist_wert")
    assert [one["idShort"] for one in model["submodelElements"]] == ["X_axis", "Speed", "Speed_2"]
    assert model["submodelElements"][2]["displayName"] == [{"language": "en", "text": "Speed"}]
    assert [one.id for one in source.repairs if one.key == "repair-followed"] == ["urn:y", "urn:y"]


def test_a_shell_without_asset_id_and_with_loose_references(
    mend: Callable[..., tuple[Json, dict[str, str], Json]],
) -> None:
    loose = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": "urn:x"}]}
    document, report, _ = mend(SHELL | {"assetInformation": {}, "submodels": [loose], "derivedFrom": loose})
    assert document["assetInformation"] == {"assetKind": "NotApplicable", "globalAssetId": "urn:aas/asset"}
    assert document["submodels"] == [{"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:x"}]}]
    assert document["derivedFrom"]["keys"] == [{"type": "AssetAdministrationShell", "value": "urn:x"}]
    assert report["assetInformation.globalAssetId"] == "repair-asset-id"


def test_a_concept_gets_the_english_that_iec_61360_demands(
    mend: Callable[..., tuple[Json, dict[str, str], Json]],
) -> None:
    content = {"modelType": "DataSpecificationIec61360", "preferredName": [{"language": "ko", "text": "속도"}]}
    content |= {"dataType": "REAL_MEASURE"}
    concept = {"modelType": "ConceptDescription", "id": "urn:cd", "idShort": "Speed"}
    document, _, kept = mend(concept | {"embeddedDataSpecifications": [{"dataSpecificationContent": content}]})
    found = document["embeddedDataSpecifications"][0]["dataSpecificationContent"]
    assert [one["text"] for one in found["preferredName"]] == ["속도", "Speed"]
    assert found["definition"] == [{"language": "en", "text": "Speed"}]
    assert found["dataType"] == "REAL_COUNT" and "REAL_MEASURE" in kept.values()


def test_an_id_that_is_missing_is_the_same_each_time(read: Callable[..., Opened]) -> None:
    body = json.dumps({"submodels": [{"modelType": "Submodel", "idShort": "Motor"}]}).encode()
    ids = {read(body).documents[0][1]["id"] for _ in range(3)}
    assert len(ids) == 1 and ids.pop().startswith("urn:uuid:")


@pytest.mark.parametrize("id", ["x" * 5000, "a\x01b"])
def test_an_id_that_cannot_be_one_is_kept_beside_the_one_that_is_given(
    id: str, read: Callable[..., Opened]
) -> None:
    ((_, document),) = read(json.dumps({"submodels": [SUBMODEL | {"id": id}]}).encode()).documents
    assert document["id"].startswith("urn:uuid:") and "kept:id" in extensions(document)


def test_environments_of_several_parts_are_one(read: Callable[..., Opened], pack: Pack) -> None:
    first, second = SUBMODEL, SUBMODEL | {"id": "urn:y"}
    parts = [json.dumps({"submodels": part}).encode() for part in ([first], [first, second])]
    assert [document["id"] for _, document in read(pack(*parts)).documents] == ["urn:x", "urn:y"]


def test_a_named_part_that_is_missing_does_not_hide_the_others(read: Callable[..., Opened], pack: Pack) -> None:
    body = pack(json.dumps({"submodels": [SUBMODEL]}).encode(), b'{"submodels": []}')
    cut = body.replace(b"aasx/data1.xml", b"aasx/dataX.xml")
    source = read(cut)
    assert len(source.documents) == 1
    assert [(one.key, one.path) for one in source.findings] == [("finding-part-missing", "aasx/data1.xml")]
    with pytest.raises(BadInput) as raised:
        read(cut, strict=True)
    assert raised.value.values["part"] == "aasx/data1.xml"


@pytest.mark.parametrize(
    "host", ["http://admin-shell.io", "https://www.admin-shell.io", "http://www.admin-shell.io"]
)
def test_the_namespace_of_another_host_is_read(host: str, read: Callable[..., Opened]) -> None:
    inner = "<submodels><submodel><id>urn:x</id></submodel></submodels>"
    body = f'<environment xmlns="{host}/aas/3/0">{inner}</environment>'
    source = read(body.encode())
    assert source.documents == (("submodel", {"modelType": "Submodel", "id": "urn:x"}),)
    assert [one.key for one in source.repairs] == ["repair-namespace"]
    with pytest.raises(BadInput) as raised:
        read(body.encode(), strict=True)
    assert "https://admin-shell.io/aas/3/0" in error_text(raised.value, "en")


def test_json_in_utf_16_is_read(read: Callable[..., Opened]) -> None:
    assert len(read(json.dumps({"submodels": [SUBMODEL]}).encode("utf-16")).documents) == 1


def test_a_key_that_loses_its_type_is_kept(mend: Callable[..., tuple[Json, dict[str, str], Json]]) -> None:
    keys = [{"type": "Property", "value": "urn:p"}]
    document, _, kept = mend(SUBMODEL | {"semanticId": {"type": "ExternalReference", "keys": keys}})
    assert document["semanticId"]["keys"] == [{"type": "GlobalReference", "value": "urn:p"}]
    assert json.loads(kept["kept:semanticId.keys"]) == keys


def test_strict_says_where_and_why(read: Callable[..., Opened]) -> None:
    with pytest.raises(BadInput) as raised:
        read(json.dumps({"submodels": [with_element(SPEED | {"idShort": "9 a"})]}).encode(), strict=True)
    assert raised.value.values["path"] == "submodelElements[0].idShort" and raised.value.values["count"] == 1
    assert "ID-short" in error_text(raised.value, "en") and "strict" in error_text(raised.value, "ko")


def test_what_is_right_is_not_touched(read: Callable[..., Opened]) -> None:
    source = read(json.dumps({"submodels": [with_element(SPEED)]}).encode(), strict=True)
    assert source.documents == (("submodel", with_element(SPEED)),)
    assert source.repairs == () and source.findings == ()
