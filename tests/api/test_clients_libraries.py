"""What AASX Package Explorer, generated clients and libraries send that differs from the letter."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from aas_server import ids

BASE = "/api/v3.1"
At = Callable[..., str]
LISTS = ["shells", "submodels", "concept-descriptions", "shell-descriptors", "submodel-descriptors"]


def shell(id: str) -> dict[str, Any]:
    information = {"assetKind": "Instance", "globalAssetId": f"{id}:asset", "specificAssetIds": []}
    return {"modelType": "AssetAdministrationShell", "id": id, "assetInformation": information, "submodels": []}


@pytest.fixture
def many(api: TestClient) -> TestClient:
    """With two of everything that is listed."""
    for number in (1, 2):
        assert api.post(f"{BASE}/shells", json=shell(f"urn:aas:{number}")).status_code == 201
        for path, kind in (("submodels", "Submodel"), ("concept-descriptions", "ConceptDescription")):
            body = {"modelType": kind, "id": f"urn:{path}:{number}", "displayName": [], "extensions": []}
            made = api.post(f"{BASE}/{path}", json=body)
            assert made.status_code == 201 and "displayName" not in made.json(), "empty lists are dropped"
    return api


@pytest.mark.parametrize("kind", LISTS)
def test_package_explorer_pages_with_capitals(kind: str, many: TestClient) -> None:
    first = many.get(f"{BASE}/{kind}?Limit=1").json()
    second = many.get(f"{BASE}/{kind}?Limit=1&Cursor={first['paging_metadata']['cursor']}").json()
    assert len(first["result"]) == len(second["result"]) == 1
    assert first["result"] != second["result"] and "cursor" not in second["paging_metadata"]


def test_package_explorer_looks_up_in_the_old_way(many: TestClient) -> None:
    for name in ("assetId", "AssetId"):
        found = many.get(f"{BASE}/lookup/shells?{name}={ids.encode('urn:aas:2:asset')}")
        assert found.json()["result"] == ["urn:aas:2"]


@pytest.mark.parametrize("kind", ["shells", "submodels", "conceptdescriptions"])
def test_package_explorer_queries(kind: str, many: TestClient) -> None:
    query = ids.encode(json.dumps({"Query": {"$condition": {"$boolean": False}}}))
    answer = many.post(f"{BASE}/query/{kind}?query={query}&Limit=5")
    assert answer.status_code == 200, answer.text
    assert answer.json()["result"] == [] and answer.json()["paging_metadata"]["resultType"]


def test_package_explorer_lists_packages(many: TestClient) -> None:
    assert many.get(f"{BASE}/packages?Limit=10").json()["result"] == []


def test_package_explorer_finds_its_interfaces(many: TestClient) -> None:
    for path, wanted in (("shell-descriptors", "AAS-1.0"), ("submodel-descriptors", "SUBMODEL-1.0")):
        for one in many.get(f"{BASE}/{path}").json()["result"]:
            assert wanted in {endpoint["interface"] for endpoint in one["endpoints"]}


@pytest.mark.parametrize("id", ["urn:aas:>>>?", "a~~~b???c", "https://example.org/a#b?c=d&e=f/ü/한글", "x"])
def test_ids_come_in_every_spelling_of_base64(id: str, api: TestClient) -> None:
    assert api.post(f"{BASE}/shells", json=shell(id)).status_code == 201
    padded, standard = (encode(id.encode()).decode() for encode in (base64.urlsafe_b64encode, base64.b64encode))
    for spelled in (padded, padded.rstrip("="), padded.replace("=", "%3D"), standard.replace("/", "%2F")):
        if "%2F" not in spelled:
            assert api.get(f"{BASE}/shells/{spelled}").json()["id"] == id, spelled


def test_a_list_is_spelled_in_both_ways(filled: TestClient, at: At) -> None:
    for path in ("Axes[0].Speed", "Axes%5B0%5D.Speed"):
        assert filled.get(at("submodels", "urn:sm:1", f"/submodel-elements/{path}")).json()["value"] == "1.50"


def test_an_asset_id_is_a_name_and_a_value(filled: TestClient) -> None:
    asked = ids.encode("globalAssetId:urn:asset:1")
    assert filled.get(f"{BASE}/lookup/shells?assetIds={asked}").json()["result"] == ["urn:aas:1"]


def test_a_number_is_patched_as_text(filled: TestClient, at: At) -> None:
    address = at("submodels", "urn:sm:1", "/submodel-elements/Speed/$value")
    assert filled.patch(address, json="7").status_code == 204
    assert filled.patch(address, json="7").status_code == 204, "the same again is no error"
    assert filled.get(address).json() == 7


def test_a_connection_may_be_closed_each_time(live: str) -> None:
    where = urlsplit(live)
    for _ in range(3):
        connection = http.client.HTTPConnection(where.netloc, timeout=60)
        connection.request("GET", f"{BASE}/shells", headers={"Connection": "close"})
        answer = connection.getresponse()
        assert answer.status == 200 and json.loads(answer.read())["result"] == []
        assert answer.getheader("connection") == "close"
        connection.close()


@pytest.mark.parametrize("suffix", ["", "+xml", "+json"])
def test_a_package_is_asked_for_with_a_suffix(suffix: str, filled: TestClient) -> None:
    accept = f"application/asset-administration-shell-package{suffix}"
    answer = filled.get(f"{BASE}/serialization", headers={"Accept": accept})
    assert answer.status_code == 200 and answer.content.startswith(b"PK")


@pytest.mark.parametrize("path", ["/actuator/health", "/api/health", f"{BASE}/actuator/health"])
def test_probes_of_other_servers_are_answered(path: str, api: TestClient) -> None:
    assert api.get(path).json() == {"status": "UP"}


def test_both_names_of_a_profile_are_listed(api: TestClient) -> None:
    claimed = api.get(f"{BASE}/description").json()["profiles"]
    former = {one for one in claimed if "/API/3/0/" in one}
    assert former and {one.replace("/API/3/0/", "/API/3/1/") for one in former} <= set(claimed)


@pytest.mark.parametrize("kind", LISTS)
def test_a_trailing_slash_and_head_are_understood(kind: str, many: TestClient) -> None:
    plain = many.get(f"{BASE}/{kind}")
    assert many.get(f"{BASE}/{kind}/").content == plain.content
    head = many.head(f"{BASE}/{kind}")
    assert head.status_code == 200 and head.content == b""
    assert head.headers["content-length"] == str(len(plain.content))


@pytest.mark.parametrize("kind", [*LISTS, "lookup/shells", "packages", "submodels/$value"])
def test_a_cursor_of_nobody_is_refused(kind: str, many: TestClient) -> None:
    for cursor in ("x", "***", ids.encode("s1e5"), ids.encode("한글"), "A" * 5000):
        answer = many.get(f"{BASE}/{kind}?cursor={cursor}")
        if kind in ("lookup/shells", "packages") and answer.status_code == 200:
            continue  # an id: there the list goes on after it, whoever made it up
        assert answer.status_code == 400 and list(answer.json()) == ["messages"], cursor


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_without_a_limit_is_bounded(kind: str, many: TestClient) -> None:
    for number in range(3, 9):
        many.post(f"{BASE}/shells", json=shell(f"urn:aas:{number}"))
        many.post(f"{BASE}/submodels", json={"modelType": "Submodel", "id": f"urn:sm:{number}"})
    page = many.get(f"{BASE}/{kind}").json()
    assert list(page) == ["paging_metadata", "result"] and len(page["result"]) <= 3
    assert len(many.get(f"{BASE}/{kind}?limit=1000").json()["result"]) <= 5


def test_nesting_and_odd_names_survive(api: TestClient, at: At) -> None:
    element: dict[str, Any] = {
        "modelType": "Property",
        "idShort": "Leaf",
        "valueType": "xs:string",
        "value": "1.50",
    }
    path = "Leaf"
    for number in range(110):
        name = f"Level{number}"
        element = {"modelType": "SubmodelElementCollection", "idShort": name, "value": [element]}
        path = f"{name}.{path}"
    id = "https://example.org/sm#1?a=b c"
    made = api.post(f"{BASE}/submodels", json={"modelType": "Submodel", "id": id, "submodelElements": [element]})
    assert made.status_code == 201, made.text
    assert api.get(at("submodels", id, f"/submodel-elements/{path}/$value")).json() == "1.50"
