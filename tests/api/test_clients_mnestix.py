"""What Mnestix sends and reads, request by request."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from aas_server import ids

BASE = "/api/v3.1"
At = Callable[..., str]


def test_the_list_begins_with_an_empty_cursor(filled: TestClient) -> None:
    for kind in ("shells", "submodels", "concept-descriptions", "shell-descriptors", "submodel-descriptors"):
        page = filled.get(f"{BASE}/{kind}?limit=1&cursor=")
        assert page.status_code == 200 and len(page.json()["result"]) == 1
    for path in ("/lookup/shells?cursor=", "/packages?cursor=", "/shells/$reference?cursor="):
        assert filled.get(BASE + path).status_code == 200


@pytest.mark.parametrize("limit", ["undefined", "-1", "0", "", "1.5", "1e3", "99999999999999999999999x"])
def test_a_limit_that_is_none_is_said_so(limit: str, filled: TestClient) -> None:
    for kind in ("shells", "submodels", "packages", "lookup/shells"):
        answer = filled.get(f"{BASE}/{kind}?limit={limit}&cursor=")
        assert answer.status_code == 400 and "limit" in answer.json()["messages"][0]["text"]


def test_a_row_of_the_list(filled: TestClient, at: At) -> None:
    references = filled.get(at("shells", "urn:aas:1", "/submodel-refs")).json()["result"]
    for reference in references:
        metadata = filled.get(at("submodels", reference["keys"][0]["value"], "/$metadata?level=core"))
        assert metadata.status_code == 200 and "submodelElements" not in metadata.json()
    missing = filled.get(at("shells", "urn:aas:1", "/asset-information/thumbnail"))
    assert missing.status_code == 404 and missing.json()["messages"]


def test_a_shell_taken_for_an_asset_is_found_nowhere(filled: TestClient) -> None:
    asked = ids.encode('{"name":"globalAssetId","value":"urn:aas:1"}')
    answer = filled.get(f"{BASE}/lookup/shells?assetIds={asked}")
    assert answer.status_code == 200 and answer.json()["result"] == []


def test_asset_ids_are_put_one_at_a_time(filled: TestClient, at: At) -> None:
    put = filled.post(at("lookup/shells", "urn:aas:1"), json={"name": "serial", "value": "7"})
    assert put.status_code == 201
    found = filled.get(f"{BASE}/lookup/shells?assetIds={ids.encode('serial:7')}")
    assert found.json()["result"] == ["urn:aas:1"]


def test_a_file_name_comes_in_the_query(filled: TestClient, at: At) -> None:
    manual = at("submodels", "urn:sm:1", "/submodel-elements/Manual/attachment")
    thumbnail = at("shells", "urn:aas:1", "/asset-information/thumbnail")
    for address in (manual, thumbnail):
        sent = filled.put(f"{address}?fileName=new.png", files={"file": ("blob", b"PNG", "image/png")})
        assert sent.status_code == 204 and filled.get(address).content == b"PNG"
    assert filled.get(at("submodels", "urn:sm:1", "/$value")).json()["Manual"]["value"].endswith("new.png")


def test_a_serialization_is_asked_for_with_everything(filled: TestClient) -> None:
    shell, motor, other = (ids.encode(id) for id in ("urn:aas:1", "urn:sm:1", "urn:sm:2"))
    query = f"aasIds={shell}&submodelIds={motor}&submodelIds={other}"
    for included in ("true", "True", "false"):
        answer = filled.get(
            f"{BASE}/serialization?{query}&includeConceptDescriptions={included}&outputFormat=json",
            headers={"Accept": "application/json"},
        )
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["submodels"]) == 2
        assert ("conceptDescriptions" in answer.json()) == (included != "false")


def test_no_error_is_without_a_body(filled: TestClient) -> None:
    for method, path in (("GET", "/x"), ("DELETE", "/shells"), ("POST", "/shells"), ("GET", "/submodels/%20")):
        answer = filled.request(method, BASE + path)
        assert answer.status_code >= 400 and answer.json()["messages"]
