from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

At = Callable[..., str]
Documents = list[tuple[str, dict[str, Any]]]
NEW = {"modelType": "Submodel", "id": "urn:sm:new", "idShort": "New"}
SPEED = {"modelType": "Property", "idShort": "Speed", "valueType": "xs:double", "value": "1.50"}


def refers(client: TestClient, at: At) -> list[str]:
    shell = client.get(at("shells", "urn:aas:1")).json()
    return [one["keys"][0]["value"] for one in shell.get("submodels", ())]


def test_a_submodel_is_created_read_replaced_and_removed(filled: TestClient, at: At) -> None:
    base = at("submodels", "").rstrip("/")
    made = filled.post(base, json=NEW | {"submodelElements": [SPEED], "description": []})
    assert made.status_code == 201 and made.json() == NEW | {"submodelElements": [SPEED]}
    there = at("submodels", "urn:sm:new")
    assert made.headers["location"] == f"http://127.0.0.1:8080{there}"
    assert filled.get(there).headers["etag"] == made.headers["etag"]
    assert filled.post(base, json=NEW).status_code == 409

    replaced = filled.put(there, json=NEW)
    assert (replaced.status_code, replaced.content) == (204, b"")
    assert filled.get(there).json() == NEW and filled.get(there).headers["etag"] == replaced.headers["etag"]
    assert filled.delete(there).status_code == 204
    assert filled.get(there).status_code == filled.delete(there).status_code == 404

    again = filled.put(there, json=NEW)
    assert (again.status_code, again.headers["location"]) == (201, f"http://127.0.0.1:8080{there}")
    assert filled.put(at("submodels", "urn:sm:2"), json=NEW).status_code == 400


def test_on_the_superpath_the_shell_follows(filled: TestClient, at: At) -> None:
    def below(id: str) -> str:
        return at("shells", "urn:aas:1") + at("submodels", id).removeprefix("/api/v3.1")

    made = filled.put(below("urn:sm:new"), json=NEW)
    assert made.status_code == 201 and made.headers["location"].endswith(below("urn:sm:new"))
    assert refers(filled, at) == ["urn:sm:1", "urn:sm:new"]
    assert filled.put(below("urn:sm:new"), json=NEW | {"idShort": "Newer"}).status_code == 204
    assert refers(filled, at) == ["urn:sm:1", "urn:sm:new"]

    for id in ("urn:sm:1", "urn:sm:new"):
        assert filled.delete(below(id)).status_code == 204
        assert filled.get(at("submodels", id)).status_code == 404
    assert refers(filled, at) == [] and "submodels" not in filled.get(at("shells", "urn:aas:1")).json()

    other = below("urn:sm:2")
    assert filled.put(other, json=NEW | {"id": "urn:sm:2"}).status_code == 404
    assert filled.delete(other).status_code == filled.patch(other, json={}).status_code == 404
    assert filled.put(at("shells", "urn:aas:9") + at("submodels", "urn:a")[9:], json=NEW).status_code == 400
    nobody = at("shells", "urn:aas:9") + at("submodels", "urn:sm:new").removeprefix("/api/v3.1")
    assert filled.put(nobody, json=NEW).status_code == 404
    assert filled.get(at("submodels", "urn:sm:new")).status_code == 404


def test_patches_change_what_they_name(filled: TestClient, at: At, documents: Documents) -> None:
    there = at("submodels", "urn:sm:1")
    before = filled.get(there, params={"extent": "withBlobValue"}).json()
    category = {"category": "PARAMETER"}
    assert filled.patch(f"{there}/$metadata", json=category).status_code == 204
    assert (
        filled.patch(there, json={"submodelElements": [{"idShort": "Speed", "value": "2.50"}]}).status_code == 204
    )
    patched = filled.patch(f"{there}/$value", content=b'{"Axes": [{"Speed": 3.10}]}')
    assert patched.status_code == 204

    after = filled.get(there, params={"extent": "withBlobValue"})
    assert after.headers["etag"] == patched.headers["etag"]
    assert '"value":"3.10"' in after.text
    expected = before | category
    expected["submodelElements"][0]["value"] = "2.50"
    expected["submodelElements"][1]["value"][0]["value"][0]["value"] = "3.10"
    assert after.json() == expected

    for rest, body in (
        ("", {"id": "urn:sm:9"}),
        ("", {"modelType": "Property"}),
        ("/$metadata", {"submodelElements": [SPEED]}),
        ("/$metadata", {"kind": "Sort"}),
        ("/$value", {"Nobody": 1}),
        ("/$value", {"Axes": [{"Speed": "fast"}]}),
    ):
        refused = filled.patch(there + rest, json=body)
        assert refused.status_code == 400 and list(refused.json()) == ["messages"], body
    assert filled.get(there).headers["etag"] == after.headers["etag"]
    assert filled.patch(at("submodels", "urn:sm:9", "/$value"), json={}).status_code == 404


def test_two_editors_do_not_overwrite_each_other(filled: TestClient, at: At) -> None:
    there = at("submodels", "urn:sm:1")
    read = filled.get(there).headers["etag"]
    first = filled.patch(f"{there}/$value", json={"Speed": 2}, headers={"If-Match": read})
    assert first.status_code == 204
    second = filled.patch(f"{there}/$value", json={"Speed": 3}, headers={"If-Match": read})
    assert second.status_code == 412 and first.headers["etag"] in second.text.replace("\\", "")
    assert filled.get(f"{there}/submodel-elements/Speed/$value").json() == 2
    for answer in (
        filled.put(there, json=NEW | {"id": "urn:sm:1"}, headers={"If-Match": read}),
        filled.delete(there, headers={"If-Match": read}),
        filled.put(there, json=NEW | {"id": "urn:sm:1"}, headers={"If-None-Match": "*"}),
        filled.delete(f"{there}/submodel-elements/Speed", headers={"If-Match": read}),
    ):
        assert answer.status_code == 412
    assert filled.put(at("submodels", "urn:sm:new"), json=NEW, headers={"If-None-Match": "*"}).status_code == 201
    assert filled.delete(there, headers={"If-Match": first.headers["etag"]}).status_code == 204


def test_what_changes_nothing_writes_nothing(filled: TestClient, at: At, changes: Callable[[], int]) -> None:
    there = at("submodels", "urn:sm:1")
    whole = filled.get(there, params={"extent": "withBlobValue"})
    value = filled.get(f"{there}/$value", params={"extent": "withBlobValue"})
    before = changes()
    for answer in (
        filled.put(there, content=whole.content),
        filled.patch(there, content=whole.content),
        filled.patch(f"{there}/$value", content=value.content),
        filled.patch(f"{there}/$metadata", content=filled.get(f"{there}/$metadata").content),
    ):
        assert (answer.status_code, answer.headers["etag"]) == (204, whole.headers["etag"])
    assert changes() == before


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "PATCH $metadata", "PATCH $value"])
def test_bad_bodies_are_refused_and_nothing_is_stored(
    method: str, filled: TestClient, at: At, changes: Callable[[], int]
) -> None:
    verb, _, form = method.partition(" ")
    there = at("submodels", "" if verb == "POST" else "urn:sm:1", f"/{form}" if form else "").rstrip("/")
    before = changes()
    invalid = {"modelType": "Submodel", "id": "urn:sm:1", "idShort": "9", "submodelElements": [SPEED, SPEED]}
    bodies: list[tuple[bytes, int]] = [
        (b"", 400),
        (b"{", 400),
        (b'{"modelType": "Submodel", "id": "urn:sm:1', 400),
        (b"5", 400),
        (b'"text"', 400),
        (b"[]", 400),
        (b"NaN", 400),
        (b"\xff\xfe", 400),
        (b'{"a":' * 500 + b"1" + b"}" * 500, 400),
        (b'{"Speed": "' + b"1" * 2**20 + b'"}', 413),
    ]
    for body, status in bodies:
        answer = filled.request(verb, there, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status and list(answer.json()) == ["messages"], (body[:20], answer.text)
    assert filled.request(verb, there, json=invalid).status_code == 400
    assert filled.request(verb, there, content=b"<a/>", headers={"Content-Type": "text/xml"}).status_code == 415
    assert changes() == before


@pytest.mark.parametrize("id", [{}, 7])
def test_an_id_that_is_no_text_is_told_as_such(id: Any, filled: TestClient, at: At) -> None:
    answer = filled.patch(at("submodels", "urn:sm:1"), json={"id": id}, headers={"Accept-Language": "en"})
    assert answer.status_code == 400 and "is no text" in answer.json()["messages"][0]["text"]


def test_a_refusal_names_constraint_and_place(filled: TestClient, at: At) -> None:
    twice = NEW | {"submodelElements": [SPEED, SPEED]}
    text = filled.post(at("submodels", "").rstrip("/"), json=twice).json()["messages"][0]["text"]
    assert "AASd-022" in text and "urn:sm:new" in text
    wrong = NEW | {"submodelElements": [SPEED | {"value": "fast"}]}
    text = filled.post(at("submodels", "").rstrip("/"), json=wrong).json()["messages"][0]["text"]
    assert "submodelElements[0]" in text


def test_a_level_says_nothing_of_metadata_and_references(filled: TestClient, at: At) -> None:
    for form in ("$metadata", "$reference"):
        for there in (at("submodels", "urn:sm:1"), f"{at('submodels', '').rstrip('/')}"):
            plain = filled.get(f"{there}/{form}").content
            for level in ("core", "deep"):
                assert filled.get(f"{there}/{form}?level={level}").content == plain
            assert filled.get(f"{there}/{form}?level=flat").status_code == 400
