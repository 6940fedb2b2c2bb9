from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from aas_server import ids

BASE = "/api/v3.1/concept-descriptions"
IEC = "https://admin-shell.io/DataSpecificationTemplates/DataSpecificationIec61360/3"


def reference(value: str) -> dict[str, Any]:
    return {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": value}]}


@pytest.fixture
def concepts(api: TestClient) -> TestClient:
    content = {
        "modelType": "DataSpecificationIec61360",
        "preferredName": [{"language": "en", "text": "speed"}],
        "definition": [{"language": "en", "text": "how fast"}],
        "dataType": "REAL_MEASURE",
        "unit": "m/s",
    }
    specified = [{"dataSpecification": reference(IEC), "dataSpecificationContent": content}]
    plain = {"modelType": "ConceptDescription", "id": "urn:cd:1", "idShort": "Plain"}
    cases = {"isCaseOf": [reference("urn:case:1"), reference("urn:case:2")]}
    for body in (
        plain,
        plain | {"id": "urn:cd:2", "idShort": "Speed", "embeddedDataSpecifications": specified},
        plain | {"id": "urn:cd:3", "idShort": "Case", "embeddedDataSpecifications": specified} | cases,
    ):
        assert api.post(BASE, json=body).status_code == 201
    return api


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [1, 2, 3]),
        ({"idShort": "Speed"}, [2]),
        ({"dataSpecificationRef": ids.encode(IEC)}, [2, 3]),
        ({"dataspecificationref": ids.encode(json.dumps(reference(IEC)))}, [2, 3]),
        ({"dataSpecificationRef": ids.encode("urn:none")}, []),
        ({"isCaseOf": ids.encode("urn:case:1")}, [3]),
        ({"isCaseOf": ids.encode("urn:case:2")}, [3]),
        ({"isCaseOf": ids.encode("urn:case:2"), "idShort": "Speed"}, []),
        ({"isCaseOf": ids.encode("urn:case:2"), "dataSpecificationRef": ids.encode(IEC)}, [3]),
        ({"isCaseOf": "", "idShort": "", "dataSpecificationRef": ""}, [1, 2, 3]),
    ],
)
def test_lists_are_filtered(query: dict[str, str], found: list[int], concepts: TestClient) -> None:
    listed = concepts.get(BASE, params=query)
    assert listed.status_code == 200, listed.text
    assert [one["id"] for one in listed.json()["result"]] == [f"urn:cd:{number}" for number in found]


def test_a_filtered_list_is_paged(concepts: TestClient) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"dataSpecificationRef": ids.encode(IEC), "limit": "1", "cursor": cursor}
        page = concepts.get(BASE, params=query).json()
        seen += [one["id"] for one in page["result"]]
        cursor = page["paging_metadata"].get("cursor")
    assert seen == ["urn:cd:2", "urn:cd:3"]


@pytest.mark.parametrize("name", ["isCaseOf", "dataSpecificationRef"])
@pytest.mark.parametrize(
    "value", ["***", ids.encode('{"keys": []}'), ids.encode("{"), ids.encode('{"keys":[{"value":1}]}')]
)
def test_a_wrong_reference_is_refused(name: str, value: str, concepts: TestClient) -> None:
    answer = concepts.get(BASE, params={name: value})
    assert answer.status_code == 400 and list(answer.json()) == ["messages"]
