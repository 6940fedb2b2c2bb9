from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from aas_server import ids
from aas_server.store.contract import LiveValue, Store

BASE = "/api/v3.1"
At = Callable[..., str]


def test_documents_are_handed_out_as_they_are_stored(
    filled: TestClient, at: At, documents: list[tuple[str, dict[str, Any]]]
) -> None:
    for kind, address in (("shell", "shells"), ("concept-description", "concept-descriptions")):
        expected = next(one for name, one in documents if name == kind)
        answer = filled.get(at(address, expected["id"]))
        assert answer.headers["content-type"] == "application/json" and answer.json() == expected
    whole = filled.get(at("submodels", "urn:sm:1"), params={"extent": "withBlobValue"})
    assert whole.json() == documents[1][1]
    assert '"value":"1.50"' in whole.text


def test_a_blob_comes_only_when_asked_for(shown: TestClient, at: At) -> None:
    address = at("submodels", "urn:sm:1", "/submodel-elements/Logo")
    assert "value" not in shown.get(address).json()
    assert shown.get(address, params={"extent": "withBlobValue"}).json()["value"] == "aGFsbG8="
    assert shown.get(f"{address}/attachment").content == b"hallo"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (
            "/$value",
            {"Speed": 1.5, "Axes": [{"Speed": 1.5}], "Manual": ..., "Logo": {"contentType": "text/plain"}},
        ),
        ("/submodel-elements/Speed/$value", 1.5),
        ("/submodel-elements/Axes[0].Speed/$value", 1.5),
        ("/submodel-elements/Axes%5B0%5D.Speed/$value", 1.5),
        ("/submodel-elements/Axes/$path", ["Axes", "Axes[0]", "Axes[0].Speed"]),
        ("/$path?level=core", ["Speed", "Axes", "Manual", "Logo"]),
        (
            "/submodel-elements/Speed/$metadata",
            {"modelType": "Property", "idShort": "Speed", "valueType": "xs:double"},
        ),
    ],
)
def test_the_content_modifiers(rest: str, expected: Any, shown: TestClient, at: At) -> None:
    found = shown.get(at("submodels", "urn:sm:1", rest)).json()
    if isinstance(expected, dict) and ... in expected.values():
        found["Manual"] = ...
    assert found == expected


def test_below_a_shell_only_its_own_submodels_are_found(shown: TestClient, at: At) -> None:
    def below(id: str) -> str:
        return at("shells", "urn:aas:1", f"/submodels/{ids.encode(id)}/$metadata")

    assert shown.get(below("urn:sm:1")).json()["id"] == "urn:sm:1"
    assert shown.get(below("urn:sm:2")).status_code == 404


def test_a_shells_parts(shown: TestClient, at: At) -> None:
    assert shown.get(at("shells", "urn:aas:1", "/asset-information")).json()["globalAssetId"] == "urn:asset:1"
    refs = shown.get(at("shells", "urn:aas:1", "/submodel-refs")).json()
    assert refs["paging_metadata"] == {} and refs["result"][0]["keys"][0]["value"] == "urn:sm:1"
    assert shown.get(at("shells", "urn:aas:1", "/asset-information/thumbnail")).status_code == 404


def test_a_reader_who_has_it_gets_304(shown: TestClient, at: At) -> None:
    for rest in ("", "/$value", "/$metadata", "/submodel-elements/Speed"):
        first = shown.get(at("submodels", "urn:sm:1", rest))
        again = shown.get(at("submodels", "urn:sm:1", rest), headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert shown.get(at("submodels", "urn:sm:1"), headers={"If-None-Match": '"other"'}).status_code == 200


def test_live_values_are_shown_everywhere_and_never_kept(filled: TestClient, at: At, store: Store) -> None:
    store.catalogue.put("binding", "urn:sm:1", b'{"Speed":["press","speed"]}')
    for reading in (2.5, 3.5):
        store.live.put("press", {"speed": LiveValue(reading, int(reading * 10))})
        answer = filled.get(at("submodels", "urn:sm:1", "/submodel-elements/Speed/$value"))
        assert answer.json() == reading and "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert filled.get(at("submodels", "urn:sm:1")).json()["submodelElements"][0]["value"] == str(reading)
        assert filled.get(at("submodels", "urn:sm:1", "/$value")).json()["Speed"] == reading
        listed = filled.get(f"{BASE}/submodels").json()["result"][0]
        assert listed["submodelElements"][0]["value"] == str(reading)
    assert "etag" in filled.get(at("submodels", "urn:sm:1", "/$metadata")).headers


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2),
        ("?limit=1", 1),
        ("?Limit=1&Cursor=", 1),
        ("?LIMIT=100000", 2),
        ("?idShort=Motor", 1),
        ("?idshort=Motor", 1),
        ("?idShort=motor", 0),
        (f"?semanticId={ids.encode('urn:cd:1')}", 1),
        ("?semanticId=" + ids.encode(json.dumps({"type": "X", "keys": [{"type": "Y", "value": "urn:cd:1"}]})), 1),
        (f"?semanticId={ids.encode('urn:cd:2')}", 0),
    ],
)
def test_lists_are_filtered_and_query_keys_read_without_regard_to_case(
    query: str, count: int, shown: TestClient
) -> None:
    assert len(shown.get(f"{BASE}/submodels{query}").json()["result"]) == count


@pytest.mark.parametrize("form", ['{"name":"globalAssetId","value":"urn:asset:1"}', "globalAssetId:urn:asset:1"])
def test_shells_are_found_by_asset_id(form: str, shown: TestClient) -> None:
    padded = base64.urlsafe_b64encode(form.encode()).decode()
    for asset_id in (padded, padded.rstrip("="), padded.replace("=", "%3D")):
        assert len(shown.get(f"{BASE}/shells?assetIds={asset_id}").json()["result"]) == 1
    other = ids.encode(form.replace("asset:1", "asset:2"))
    assert shown.get(f"{BASE}/shells?assetIds={other}").json()["result"] == []


@pytest.mark.parametrize("list", ["submodels", "submodels/$reference", "submodels/$metadata", "submodels/$value"])
def test_a_cursor_leads_through_the_whole_list(list: str, shown: TestClient) -> None:
    seen: list[str] = []  # type: ignore[valid-type]
    query = "?limit=1"
    for _ in range(2):
        page = shown.get(f"{BASE}/{list}{query}").json()
        seen.append(str(page["result"]))
        query = f"?limit=1&cursor={page['paging_metadata'].get('cursor', 'END')}"
    assert query.endswith("END") and len(set(seen)) == 2


def test_paths_of_all_submodels_are_paged_one_by_one(shown: TestClient, documents: list[tuple[str, Any]]) -> None:
    twin = documents[1][1] | {"id": "urn:sm:3"}
    shown.post(f"{BASE}/upload", files={"file": ("x.json", json.dumps({"submodels": [twin]}))})
    seen, cursor = [], ""
    while cursor is not None:
        page = shown.get(f"{BASE}/submodels/$path", params={"limit": "1", "cursor": cursor}).json()
        seen += page["result"]
        cursor = page["paging_metadata"].get("cursor")
    assert seen == ["Speed", "Axes", "Axes[0]", "Axes[0].Speed", "Manual", "Logo"] * 2


@pytest.mark.parametrize("rest", ["", "/$metadata", "/$value", "/$reference", "/$path"])
def test_elements_are_paged_too(rest: str, shown: TestClient, at: At) -> None:
    address = at("submodels", "urn:sm:1", f"/submodel-elements{rest}")
    seen, cursor = [], ""
    while True:
        page = shown.get(address, params={"limit": "2", "cursor": cursor}).json()
        seen += list(page["result"])
        cursor = page["paging_metadata"].get("cursor")
        if cursor is None:
            break
    assert len(seen) == (6 if rest == "/$path" else 4)
    assert shown.get(address, params={"cursor": "!!"}).status_code == 400


def test_a_limit_above_the_maximum_is_capped_and_none_is_the_usual(store: Store, api: TestClient) -> None:
    for number in range(8):
        body = json.dumps({"submodels": [{"modelType": "Submodel", "id": f"urn:{number}", "idShort": "Xx"}]})
        assert api.post(f"{BASE}/upload", files={"file": ("x.json", body)}).status_code == 200
    assert len(api.get(f"{BASE}/submodels").json()["result"]) == 3
    assert len(api.get(f"{BASE}/submodels?limit=1000").json()["result"]) == 5


def test_head_and_a_trailing_slash_are_understood(shown: TestClient, at: At) -> None:
    whole = shown.get(at("shells", "urn:aas:1"))
    head = shown.head(at("shells", "urn:aas:1", "/"))
    assert (head.status_code, head.content) == (200, b"")
    assert (
        head.headers["content-length"] == str(len(whole.content)) and head.headers["etag"] == whole.headers["etag"]
    )
    attachment = shown.head(at("submodels", "urn:sm:1", "/submodel-elements/Manual/attachment"))
    assert attachment.headers["content-length"] == "25" and attachment.content == b""


@pytest.mark.parametrize(
    "spell",
    [
        lambda id: base64.urlsafe_b64encode(id.encode()).decode(),
        lambda id: base64.urlsafe_b64encode(id.encode()).decode().replace("=", "%3D"),
        lambda id: base64.b64encode(id.encode()).decode().replace("/", "%2F"),
    ],
)
def test_ids_are_read_in_every_spelling_clients_use(spell: Callable[[str], str], shown: TestClient) -> None:
    assert shown.get(f"{BASE}/shells/{spell('urn:aas:1')}").status_code in (200, 404)
    assert shown.get(f"{BASE}/submodels/{spell('urn:sm:1')}").status_code == 200


def test_a_slash_in_an_id_of_standard_base64_divides_no_path(filled: TestClient, at: At) -> None:
    id = "urn:sm:?>?>?~~~"
    spelled = base64.b64encode(id.encode()).decode()
    assert "/" in spelled
    filled.post(f"{BASE}/submodels", json={"modelType": "Submodel", "id": id, "idShort": "Odd"})
    for slash in ("%2F", "%2f"):
        there = f"{BASE}/submodels/{spelled.replace('/', slash)}"
        assert filled.get(there).json()["id"] == filled.get(f"{there}/$metadata").json()["id"] == id
    assert filled.delete(there).status_code == 204
    assert filled.get(at("submodels", id)).status_code == 404


def test_an_attachment_is_a_download_and_never_a_page_of_ours(shown: TestClient, at: At) -> None:
    answer = shown.get(at("submodels", "urn:sm:1", "/submodel-elements/Manual/attachment"))
    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert shown.get(at("submodels", "urn:sm:1", "/submodel-elements/Speed/attachment")).status_code == 405


@pytest.mark.parametrize(
    ("accept", "starts"),
    [
        ("*/*", b'{"assetAdministrationShells"'),
        ("application/json", b'{"assetAdministrationShells"'),
        ("application/xml", b"<?xml"),
        ("application/asset-administration-shell-package+xml", b"PK"),
    ],
)
def test_serialization_in_every_form(accept: str, starts: bytes, shown: TestClient) -> None:
    query = f"?aasIds={ids.encode('urn:aas:1')}&includeConceptDescriptions=True"
    answer = shown.get(f"{BASE}/serialization{query}", headers={"Accept": accept})
    assert answer.status_code == 200 and answer.content.startswith(starts)
    if starts.startswith(b"{"):
        everything = answer.json()
        assert [one["id"] for one in everything["submodels"]] == ["urn:sm:1"]
        assert [one["id"] for one in everything["conceptDescriptions"]] == ["urn:cd:1"]


def test_the_description_lists_profiles_under_both_versions(shown: TestClient) -> None:
    profiles = shown.get(f"{BASE}/description").json()["profiles"]
    name = "AssetAdministrationShellRepositoryServiceSpecification/SSP-002"
    for version in ("3/0", "3/1"):
        assert f"https://admin-shell.io/aas/API/{version}/{name}" in profiles


def test_the_openapi_page_loads_nothing_from_elsewhere(shown: TestClient) -> None:
    page = shown.get(f"{BASE}/docs", headers={"Accept-Language": "ko"})
    assert "GetAllSubmodels" in page.text and "제공하는" in page.text
    assert "http://" not in page.text and "https://" not in page.text and "<script" not in page.text
    schema = shown.get(f"{BASE}/openapi.json").json()
    operations = [one["operationId"] for path in schema["paths"].values() for one in path.values()]
    assert len(operations) == len(set(operations)) >= 50
