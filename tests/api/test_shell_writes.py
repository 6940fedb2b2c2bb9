from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from aas_server import ids
from aas_server.store.contract import Store

BASE = "/api/v3.1"
At = Callable[..., str]
SHELL = {
    "modelType": "AssetAdministrationShell",
    "id": "urn:aas:9",
    "idShort": "New",
    "displayName": [],
    "assetInformation": {"assetKind": "Instance", "globalAssetId": "urn:asset:9"},
}


def reference(id: str) -> dict[str, Any]:
    return {"type": "ModelReference", "keys": [{"type": "Submodel", "value": id}]}


def test_a_shell_is_created_read_changed_and_deleted(api: TestClient, at: At) -> None:
    made = api.post(f"{BASE}/shells", json=SHELL)
    assert made.status_code == 201, made.text
    assert made.headers["location"].endswith(at("shells", "urn:aas:9"))
    stored = {name: part for name, part in SHELL.items() if name != "displayName"}
    assert made.json() == stored, "empty lists are dropped"
    read = api.get(made.headers["location"])
    assert read.json() == stored and read.headers["etag"] == made.headers["etag"]
    changed = api.put(at("shells", "urn:aas:9"), json=stored | {"idShort": "Renamed"})
    assert (changed.status_code, changed.content) == (204, b"")
    assert changed.headers["etag"] == api.get(at("shells", "urn:aas:9")).headers["etag"] != made.headers["etag"]
    assert api.delete(at("shells", "urn:aas:9")).status_code == 204
    assert api.get(at("shells", "urn:aas:9")).status_code == 404
    assert api.delete(at("shells", "urn:aas:9")).status_code == 404


def test_put_may_create(api: TestClient, at: At) -> None:
    for kind, body in (
        ("shells", SHELL),
        ("concept-descriptions", {"modelType": "ConceptDescription", "id": "urn:cd:9"}),
    ):
        address = at(kind, str(body["id"]))
        made = api.put(address, json=body)
        assert made.status_code == 201 and made.headers["location"].endswith(address)
        again = api.put(address, json=body)
        assert again.status_code == 204 and again.headers["etag"] == made.headers["etag"]


def test_a_put_that_changes_nothing_writes_nothing(api: TestClient, at: At, store: Store) -> None:
    api.put(at("shells", "urn:aas:9"), json=SHELL)
    before = api.get(at("shells", "urn:aas:9")).headers["etag"]
    api.put(at("shells", "urn:aas:9"), json=SHELL)
    assert api.get(at("shells", "urn:aas:9")).headers["etag"] == before


def test_what_is_there_already_is_a_conflict(filled: TestClient, documents: list[tuple[str, Any]]) -> None:
    for address, number in (("shells", 0), ("concept-descriptions", 3)):
        answer = filled.post(f"{BASE}/{address}", json=documents[number][1])
        assert answer.status_code == 409 and answer.json()["messages"][0]["code"] == "409"


def test_two_editors_do_not_overwrite_each_other(filled: TestClient, at: At, documents: list[Any]) -> None:
    address, body = at("shells", "urn:aas:1"), documents[0][1]
    seen = filled.get(address).headers["etag"]
    first = filled.put(address, json=body | {"idShort": "First"}, headers={"If-Match": seen})
    assert first.status_code == 204
    for method, rest, sent in (
        ("PUT", "", body | {"idShort": "Second"}),
        ("PUT", "/asset-information", body["assetInformation"]),
        ("POST", "/submodel-refs", reference("urn:sm:7")),
        ("DELETE", f"/submodel-refs/{ids.encode('urn:sm:1')}", None),
        ("DELETE", "", None),
    ):
        late = filled.request(method, address + rest, json=sent, headers={"If-Match": seen})
        assert late.status_code == 412, (method, rest)
    picture = {"file": ("a.png", b"x", "image/png")}
    late = filled.put(f"{address}/asset-information/thumbnail", files=picture, headers={"If-Match": seen})
    assert late.status_code == 412
    assert filled.get(address).json()["idShort"] == "First"
    only_new = filled.put(address, json=body, headers={"If-None-Match": "*"})
    assert only_new.status_code == 412
    good = filled.put(address, json=body, headers={"If-Match": first.headers["etag"]})
    assert good.status_code == 204


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        (b"", 400, "JSON body"),
        (b"{", 400, "JSON"),
        (b"[1]", 400, "must be a JSON object"),
        (b"\xff\xfe", 400, "JSON"),
        (json.dumps(SHELL | {"id": ""}).encode(), 400, "id"),
        (json.dumps({**SHELL, "assetInformation": {"assetKind": "X"}}).encode(), 400, "assetKind"),
        (json.dumps(SHELL | {"idShort": "1 x"}).encode(), 400, "idShort"),
        (json.dumps(SHELL | {"extensions": [{"name": "a", "value": "1"}] * 2}).encode(), 400, "xtension"),
        (b'{"id":' + b"[" * 5000 + b"]" * 5000 + b"}", 400, "nested"),
    ],
)
def test_a_wrong_body_says_where_and_stores_nothing(
    sent: bytes, status: int, said: str, api: TestClient, at: At
) -> None:
    json_type = {"Content-Type": "application/json"}
    for method, address in (("POST", f"{BASE}/shells"), ("PUT", at("shells", "urn:aas:9"))):
        answer = api.request(method, address, content=sent, headers=json_type)
        assert answer.status_code == status, answer.text
        assert list(answer.json()) == ["messages"] and said in answer.json()["messages"][0]["text"]
    assert api.get(f"{BASE}/shells").json()["result"] == []


def test_another_media_type_is_refused(api: TestClient) -> None:
    for kind in ("application/xml", "multipart/form-data; boundary=x"):
        answer = api.post(f"{BASE}/shells", content=b"<a/>", headers={"Content-Type": kind})
        assert answer.status_code == 415 and kind in answer.json()["messages"][0]["text"]


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/json; charset=utf-8", "application/octet-stream"]
)
def test_a_client_that_does_not_say_json_is_understood(kind: str | None, api: TestClient) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    assert api.post(f"{BASE}/shells", content=json.dumps(SHELL), headers=headers).status_code == 201


def test_a_body_of_another_id_is_refused(api: TestClient, at: At) -> None:
    answer = api.put(at("shells", "urn:aas:8"), json=SHELL)
    assert answer.status_code == 400 and "urn:aas:9" in answer.text
    assert api.get(at("shells", "urn:aas:8")).status_code == 404


def test_the_asset_information_is_replaced(filled: TestClient, at: At) -> None:
    address = at("shells", "urn:aas:1", "/asset-information")
    sent = {"assetKind": "Type", "globalAssetId": "urn:asset:2"}
    assert filled.put(address, json=sent).status_code == 204
    assert filled.get(address).json() == sent
    wrong = filled.put(address, json={"assetKind": "Type"})
    assert wrong.status_code == 400 and "assetInformation" in wrong.text
    assert filled.get(address).json() == sent
    assert filled.put(at("shells", "urn:aas:none", "/asset-information"), json=sent).status_code == 404


def test_references_are_added_once_and_taken_out(filled: TestClient, at: At) -> None:
    address = at("shells", "urn:aas:1", "/submodel-refs")
    added = filled.post(address, json=reference("urn:sm:2"))
    assert added.status_code == 201 and added.json() == reference("urn:sm:2")
    assert added.headers["location"].endswith(f"{address}/{ids.encode('urn:sm:2')}")
    assert filled.post(address, json=reference("urn:sm:2")).status_code == 409
    for wrong in ({"type": "ModelReference"}, {"type": "ModelReference", "keys": []}, [], {"keys": [{}]}):
        assert filled.post(address, json=wrong).status_code == 400
    one = f"{address}/{ids.encode('urn:sm:2')}"
    assert filled.delete(one).status_code == 204
    assert filled.delete(one).status_code == 404
    assert filled.delete(f"{address}/{ids.encode('urn:sm:1')}").status_code == 204
    assert filled.get(address).json()["result"] == []
    assert filled.get(at("submodels", "urn:sm:1")).status_code == 200, "the submodel itself stays"


@pytest.mark.parametrize("name", ["form", "query", None])
def test_a_thumbnail_is_kept_with_its_entry(name: str | None, filled: TestClient, at: At) -> None:
    address = at("shells", "urn:aas:1", "/asset-information/thumbnail")
    form = {"fileName": "사진.png"} if name == "form" else {}
    query = {"fileName": "사진.png"} if name == "query" else {}
    kept = filled.put(address, files={"file": ("p.png", b"PNG", "image/png")}, data=form, params=query)
    assert kept.status_code == 204, kept.text
    read = filled.get(address)
    assert (read.content, read.headers["content-type"]) == (b"PNG", "image/png")
    entry = filled.get(at("shells", "urn:aas:1", "/asset-information")).json()["defaultThumbnail"]
    assert entry["contentType"] == "image/png"
    assert entry["path"].startswith("/aasx/files/")
    assert entry["path"].endswith("/%EC%82%AC%EC%A7%84.png" if name else "/p.png")
    assert kept.headers["etag"] == filled.get(at("shells", "urn:aas:1")).headers["etag"]
    other = filled.put(address, files={"file": ("p.png", b"NEW", "image/png")}, data=form, params=query)
    assert other.headers["etag"] != kept.headers["etag"], "other bytes under the same name are seen"


def test_what_a_reader_of_the_thumbnail_saw_guards_it(filled: TestClient, at: At) -> None:
    address = at("shells", "urn:aas:1", "/asset-information/thumbnail")
    filled.put(address, files={"file": ("p.png", b"OLD")})
    seen = filled.get(address).headers["etag"]
    assert filled.head(address).headers["etag"] == seen
    assert filled.get(address, headers={"If-None-Match": seen}).status_code == 304
    assert filled.put(address, files={"file": ("p.png", b"NEW")}, headers={"If-Match": seen}).status_code == 204
    assert filled.delete(address, headers={"If-Match": seen}).status_code == 412
    assert filled.get(address).content == b"NEW"


def test_a_thumbnail_goes_with_its_entry(filled: TestClient, at: At) -> None:
    address = at("shells", "urn:aas:1", "/asset-information/thumbnail")
    filled.put(address, files={"file": ("p.jpg", b"JPG")})
    assert filled.get(address).headers["content-type"] == "image/jpeg"
    assert filled.delete(address).status_code == 200
    assert filled.get(address).status_code == 404
    assert "defaultThumbnail" not in filled.get(at("shells", "urn:aas:1", "/asset-information")).json()
    assert filled.delete(address).status_code == 404
    assert (
        filled.put(at("shells", "urn:no", "/asset-information/thumbnail"), files={"file": b"x"}).status_code == 404
    )


def test_a_thumbnail_without_a_file_is_refused(filled: TestClient, at: At) -> None:
    address = at("shells", "urn:aas:1", "/asset-information/thumbnail")
    for sent in ({"data": {"fileName": "a"}}, {"content": b"x", "headers": {"Content-Type": "image/png"}}):
        answer = filled.put(address, **sent)
        assert answer.status_code == 400 and "file" in answer.json()["messages"][0]["text"]


def test_a_concept_description_is_created_and_deleted(api: TestClient, at: At) -> None:
    concept = {"modelType": "ConceptDescription", "id": "urn:cd:9", "idShort": "Speed"}
    made = api.post(f"{BASE}/concept-descriptions", json=concept)
    assert made.status_code == 201 and made.json() == concept
    assert made.headers["location"].endswith(at("concept-descriptions", "urn:cd:9"))
    assert api.delete(at("concept-descriptions", "urn:cd:9")).status_code == 204
    assert api.delete(at("concept-descriptions", "urn:cd:9")).status_code == 404


def test_the_bodies_are_described(api: TestClient) -> None:
    paths = api.get(f"{BASE}/openapi.json").json()["paths"]
    for path, method in (("/shells", "post"), ("/shells/{aasIdentifier}/asset-information", "put")):
        assert paths[path][method]["requestBody"]["content"]["application/json"]["schema"]["title"]
    thumbnail = paths["/shells/{aasIdentifier}/asset-information/thumbnail"]["put"]
    assert "multipart/form-data" in thumbnail["requestBody"]["content"]
