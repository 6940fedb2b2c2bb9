from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from starlette.testclient import TestClient

from aas_server import ids

BASE = "/api/v3.1"
AASX = "application/asset-administration-shell-package"


def get(api: TestClient, accept: str, query: str = "") -> Any:
    return api.get(f"{BASE}/serialization{query}", headers={"Accept": accept})


def store(api: TestClient, *submodels: dict[str, Any]) -> None:
    body = json.dumps({"submodels": submodels}).encode()
    assert api.post(f"{BASE}/upload", files={"file": ("x.json", body)}).status_code == 200


def named(*shells: str) -> str:
    return "?" + "&".join(f"aasIds={ids.encode(one)}" for one in shells)


@pytest.mark.parametrize(
    ("accept", "part", "type"),
    [
        (AASX, "aasx/data.xml", AASX),
        (f"{AASX}+xml", "aasx/data.xml", f"{AASX}+xml"),
        (f"{AASX}+json", "aasx/data.json", f"{AASX}+json"),
        (f"application/json;q=0.5, {AASX}", "aasx/data.xml", AASX),
    ],
)
def test_a_package_bears_what_was_asked_for(filled: TestClient, accept: str, part: str, type: str) -> None:
    answer = get(filled, accept, named("urn:aas:1"))
    assert answer.status_code == 200 and answer.headers["content-type"] == type
    assert int(answer.headers["content-length"]) == len(answer.content)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        assert part in package.namelist() and "aasx/files/a.html" in package.namelist()


def test_metamodel_and_form_can_be_chosen(filled: TestClient) -> None:
    answer = get(filled, AASX, named("urn:aas:1") + "&form=json&metamodel=3.1")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        assert "aasx/data.json" in package.namelist()
    assert b"aas/3/0" in get(filled, "application/xml", "?metamodel=3.0").content
    assert b"aas/3/1" in get(filled, "application/xml").content
    older = filled.get("/api/v3.0/serialization", headers={"Accept": "application/xml"})
    assert b"aas/3/0" in older.content
    wrong = get(filled, "application/xml", "?metamodel=2.0")
    assert wrong.status_code == 400 and "3.1" in wrong.json()["messages"][0]["text"]


def test_everything_comes_whatever_the_page_limit(filled: TestClient) -> None:
    store(filled, *({"modelType": "Submodel", "id": f"urn:more:{number}"} for number in range(30)))
    found = get(filled, "application/json").json()
    assert len(found["submodels"]) == 32 and len(found["assetAdministrationShells"]) == 1
    assert [one["id"] for one in found["conceptDescriptions"]] == ["urn:cd:1"]
    without = get(filled, "application/json", "?includeConceptDescriptions=false").json()
    assert "conceptDescriptions" not in without


def test_values_come_as_they_were_written(filled: TestClient) -> None:
    answer = get(filled, "application/json", f"?submodelIds={ids.encode('urn:sm:1')}")
    assert answer.json()["submodels"][0]["submodelElements"][0]["value"] == "1.50"


def test_an_empty_selection_of_a_store_is_an_empty_environment(api: TestClient) -> None:
    assert get(api, "application/json").json() == {}
    assert get(api, "application/xml").text.endswith("</environment>")


def test_what_is_not_here_is_named(filled: TestClient) -> None:
    answer = get(filled, "application/json", named("urn:none"))
    assert answer.status_code == 404 and "urn:none" in answer.json()["messages"][0]["text"]


def test_an_unknown_form_is_refused(filled: TestClient) -> None:
    answer = get(filled, "image/png")
    assert answer.status_code == 400 and "image/png" in answer.json()["messages"][0]["text"]


def test_what_3_0_cannot_say_is_named_with_its_path(filled: TestClient) -> None:
    child = {"modelType": "RelationshipElement", "idShort": "Rel"}
    store(filled, {"modelType": "Submodel", "id": "urn:open", "submodelElements": [child]})
    query = f"?submodelIds={ids.encode('urn:open')}"
    assert get(filled, "application/json", query).status_code == 200
    refused = get(filled, AASX, query)
    assert refused.status_code == 400
    assert "urn:open submodelElements[0]" in refused.json()["messages"][0]["text"]


def test_json_is_json(filled: TestClient) -> None:
    assert json.loads(get(filled, "*/*").content)["submodels"]
