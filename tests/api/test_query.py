from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from aas_server.api.guard import Guard

DOCS = Path(__file__).parents[2] / "docs" / "api.md"
BASE = "/api/v3.1"
Ask = Callable[..., Any]


def eq(field: str, value: str) -> dict[str, Any]:
    return {"$eq": [{"$field": field}, {"$strVal": value}]}


@pytest.fixture
def ask(filled: TestClient) -> Ask:
    """Asks a condition of a kind; returns the ids found."""

    def asking(kind: str, condition: Any, **parameters: Any) -> list[str]:
        answer = filled.post(f"{BASE}/query/{kind}", json={"$condition": condition}, params=parameters)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["result"]]

    return asking


def refused(client: TestClient, condition: Any, kind: str = "submodels", status: int = 400) -> str:
    answer = client.post(f"{BASE}/query/{kind}", json={"$condition": condition})
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"messages"}
    return str(answer.json()["messages"][0]["text"])


def test_a_query_finds_submodels_by_meaning_and_by_values(ask: Ask) -> None:
    assert ask("submodels", eq("$sm#semanticId", "urn:cd:1")) == ["urn:sm:1"]
    assert ask("submodels", {"$gt": [{"$field": "$sme.Speed#value"}, {"$numVal": 1.4}]}) == ["urn:sm:1"]
    assert ask("submodels", {"$gt": [{"$field": "$sme.Speed#value"}, {"$numVal": 1.5}]}) == []
    assert ask("submodels", {"$not": eq("$sm#idShort", "Motor")}) == ["urn:sm:2"]
    assert ask("submodels", {"$boolean": True}) == ["urn:sm:1", "urn:sm:2"]


def test_the_answer_says_what_it_holds(filled: TestClient) -> None:
    answer = filled.post(f"{BASE}/query/submodels", json={"$condition": eq("$sm#idShort", "Other")}).json()
    assert answer["paging_metadata"] == {"resultType": "Submodel"}
    assert [one["modelType"] for one in answer["result"]] == ["Submodel"]
    nothing = filled.post(f"{BASE}/query/shells", json={"$condition": {"$boolean": False}}).json()
    assert nothing == {"paging_metadata": {"resultType": "AssetAdministrationShell"}, "result": []}


def test_ids_alone_can_be_asked_for(filled: TestClient) -> None:
    query = {"$select": "id", "$condition": eq("$cd#idShort", "SpeedConcept")}
    answer = filled.post(f"{BASE}/query/concept-descriptions", json=query).json()
    assert answer == {"paging_metadata": {"resultType": "Identifier"}, "result": ["urn:cd:1"]}


def test_pages_lead_on_to_the_end(filled: TestClient) -> None:
    query = {"$condition": {"$boolean": True}}
    first = filled.post(f"{BASE}/query/submodels?limit=1", json=query).json()
    cursor = first["paging_metadata"]["cursor"]
    second = filled.post(f"{BASE}/query/submodels", params={"limit": 1, "cursor": cursor}, json=query).json()
    assert [one["id"] for one in first["result"] + second["result"]] == ["urn:sm:1", "urn:sm:2"]
    assert "cursor" not in second["paging_metadata"]
    assert filled.post(f"{BASE}/query/submodels?cursor=x", json=query).status_code == 400


def test_shells_are_found_by_their_submodels_and_submodels_by_their_shells(ask: Ask) -> None:
    together = {"$and": [eq("$aas#idShort", "Cell"), eq("$sm#idShort", "Motor"), eq("$sme.Speed#value", "1.50")]}
    assert ask("shells", together) == ["urn:aas:1"]
    assert ask("shells", {"$and": [eq("$sm#idShort", "Other"), eq("$sme.Speed#value", "1.50")]}) == []
    assert ask("submodels", eq("$aas#assetInformation.globalAssetId", "urn:asset:1")) == ["urn:sm:1"]


def test_a_match_is_about_one_element(ask: Ask) -> None:
    assert ask("submodels", {"$match": [eq("$sme#idShort", "Speed"), eq("$sme#value", "1.50")]}) == ["urn:sm:1"]
    assert ask("submodels", {"$match": [eq("$sme#idShort", "Manual"), eq("$sme#value", "1.50")]}) == []
    assert ask("submodels", {"$and": [eq("$sme#idShort", "Manual"), eq("$sme#value", "1.50")]}) == ["urn:sm:1"]
    assert ask("submodels", eq("$sme.Axes[].Speed#value", "1.50")) == ["urn:sm:1"]
    assert ask("submodels", eq("$sme.Axes[1].Speed#value", "1.50")) == []


def test_descriptors_of_what_is_stored_are_found_like_registered_ones(filled: TestClient, ask: Ask) -> None:
    endpoint = {"interface": "SUBMODEL-3.0", "protocolInformation": {"href": "https://other.example/sm"}}
    other = {"id": "urn:sm:9", "idShort": "Motor", "endpoints": [endpoint]}
    assert filled.post(f"{BASE}/submodel-descriptors", json=other).status_code == 201
    assert ask("submodel-descriptors", eq("$smdesc#idShort", "Motor")) == ["urn:sm:1", "urn:sm:9"]
    assert ask("submodel-descriptors", eq("$smdesc#semanticId", "urn:cd:1")) == ["urn:sm:1"]
    assert ask("shell-descriptors", eq("$aasdesc#globalAssetId", "urn:asset:1")) == ["urn:aas:1"]
    assert ask("shell-descriptors", eq("$aasdesc#submodelDescriptors[].idShort", "Motor")) == ["urn:aas:1"]


def test_endpoints_of_what_is_stored_are_found_by_interface_and_address(filled: TestClient, ask: Ask) -> None:
    shown = filled.get(f"{BASE}/submodel-descriptors").json()["result"]
    href = shown[1]["endpoints"][0]["protocolInformation"]["href"]
    assert ask("submodel-descriptors", eq("$smdesc#endpoints[].protocolinformation.href", href)) == [
        shown[1]["id"]
    ]
    interface = eq("$smdesc#endpoints[0].interface", "SUBMODEL-3.0")
    assert ask("submodel-descriptors", interface) == [one["id"] for one in shown]
    both = [eq("$smdesc#endpoints[].interface", "SUBMODEL-3.0"), eq("$smdesc#idShort", "Other")]
    assert ask("submodel-descriptors", {"$match": both}) == ["urn:sm:2"]
    pattern = {"$regex": [{"$field": "$smdesc#endpoints[].interface"}, {"$strVal": "3"}]}
    assert "endpoints" in refused(filled, pattern, "submodel-descriptors", 501)


def test_a_client_that_sends_the_query_as_a_parameter_is_understood(filled: TestClient) -> None:
    query = {"Query": {"$select": "id", "$condition": eq("$cd#id", "urn:cd:1")}}
    encoded = base64.b64encode(json.dumps(query).encode()).decode()
    answer = filled.post(f"{BASE}/query/conceptdescriptions", params={"query": encoded, "Limit": "1"})
    assert answer.json()["result"] == ["urn:cd:1"]
    assert filled.post(f"{BASE}/query/shells", params={"query": "!"}).status_code == 400


@pytest.mark.parametrize("parameter", ["", "?query=e30"])
def test_a_query_that_is_no_json_by_its_type_is_refused(parameter: str, shown: TestClient) -> None:
    headers = {"Content-Type": "application/xml"}
    answer = shown.post(f"{BASE}/query/shells{parameter}", content=b"{}", headers=headers)
    assert answer.status_code == 415 and "application/json" in answer.json()["messages"][0]["text"]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"$and": [{"$boolean": True}]}, "$condition.$and"),
        ({"$or": [{"$boolean": True}, {"$equal": []}]}, "$condition.$or[1]"),
        (eq("$sm#name", "x"), "$condition.$eq[0].$field"),
        ({"$eq": [{"$field": "$sm#id"}, {"$dateTimeVal": "2024-02-30T00:00:00Z"}]}, "$eq[1].$dateTimeVal"),
        ({"$contains": [{"$field": "$sm#id"}, {"$numVal": 1}]}, "$condition.$contains[1]"),
        ({"$regex": [{"$field": "$sm#id"}, {"$strVal": "(a)\\1"}]}, "(a)"),
        (eq("$cd#id", "x"), "$cd"),
        ({"$match": [{"$not": {"$boolean": True}}]}, "$condition.$match[0]"),
        ([], "$condition"),
    ],
)
def test_a_wrong_query_is_told_where_it_is_wrong(filled: TestClient, condition: Any, said: str) -> None:
    assert said in refused(filled, condition)


def test_what_belongs_to_access_rules_is_refused(filled: TestClient) -> None:
    attribute = {"$eq": [{"$attribute": {"CLAIM": "email"}}, {"$strVal": "x"}]}
    assert "access rules" in refused(filled, attribute, status=501)


def test_rubbish_is_refused(filled: TestClient) -> None:
    for body in (
        b"",
        b"{",
        b"[]",
        b"1",
        b'{"$condition": null}',
        b'{"$select": "all", "$condition": {}}',
        b"\xff",
    ):
        answer = filled.post(f"{BASE}/query/shells", content=body)
        assert answer.status_code == 400, (body, answer.text)


def test_a_deep_or_endless_query_is_refused(filled: TestClient) -> None:
    deep: Any = {"$boolean": True}
    for _ in range(30):
        deep = {"$not": deep}
    assert "$not" in refused(filled, deep)
    assert "100" in refused(filled, {"$or": [eq("$sm#id", str(number)) for number in range(101)]})
    assert "20" in refused(filled, {"$match": [eq("$sme#value", str(number)) for number in range(21)]})


def test_the_example_of_the_documentation_finds_its_submodel(
    filled: TestClient, app: Guard, serving: Callable[[Guard], AbstractContextManager[str]]
) -> None:
    meaning = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": "0173-1#02-BAF016#006"}]}
    for number, width in enumerate(("80", "120")):
        element = {"modelType": "Property", "idShort": "Width", "valueType": "xs:double", "value": width}
        submodel = {"modelType": "Submodel", "id": f"urn:t:{number}", "idShort": "TechnicalData"}
        body = submodel | {"submodelElements": [element | {"semanticId": meaning}]}
        assert filled.post(f"{BASE}/submodels", json=body).status_code == 201
    section = DOCS.read_text("utf-8").partition("## Queries")[2].partition("## ")[0]
    code = section.partition("```python\n")[2].partition("```")[0]
    with serving(app) as base:
        said: dict[str, Any] = {}
        exec(code.replace("http://127.0.0.1:8080", base), said)
    assert said["found"] == ["urn:t:0"]
