from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import msgspec
import pytest
from starlette.testclient import TestClient

At = Callable[..., str]
NEW = {"modelType": "Property", "idShort": "New", "valueType": "xs:decimal", "value": "1.50"}
AXIS = {"modelType": "SubmodelElementCollection", "value": [NEW]}
HOST = "http://127.0.0.1:8080"


@pytest.fixture
def elements(filled: TestClient, at: At) -> tuple[TestClient, str]:
    return filled, at("submodels", "urn:sm:1", "/submodel-elements")


def test_an_element_is_created_read_replaced_and_removed(elements: tuple[TestClient, str]) -> None:
    client, base = elements
    made = client.post(base, json=NEW | {"qualifiers": []})
    assert (made.status_code, made.json(), made.headers["location"]) == (201, NEW, f"{HOST}{base}/New")
    read = client.get(f"{base}/New")
    assert read.headers["etag"] == made.headers["etag"] and '"value":"1.50"' in read.text
    assert client.post(base, json=NEW).status_code == 409

    assert client.put(f"{base}/New", json=NEW | {"value": "2.50"}).status_code == 204
    assert client.get(f"{base}/New").json()["value"] == "2.50"
    assert client.delete(f"{base}/New").status_code == 204
    assert client.delete(f"{base}/New").status_code == client.patch(f"{base}/New", json={}).status_code == 404

    nameless = {name: part for name, part in NEW.items() if name != "idShort"}
    again = client.put(f"{base}/New", json=nameless)
    assert (again.status_code, again.json(), again.headers["location"]) == (201, NEW, f"{HOST}{base}/New")
    assert client.put(f"{base}/Other", json=NEW).status_code == 400
    assert client.put(f"{base}/Nobody.New", json=NEW).status_code == 404
    assert client.put(f"{base}/Speed.New", json=NEW).status_code == 400


def test_elements_stand_in_lists_collections_and_entities(elements: tuple[TestClient, str]) -> None:
    client, base = elements
    made = client.post(f"{base}/Axes", json=AXIS)
    assert (made.status_code, made.headers["location"]) == (201, f"{HOST}{base}/Axes%5B1%5D")
    assert client.get(made.headers["location"]).json() == AXIS
    assert client.put(f"{base}/Axes%5B2%5D", json=AXIS).status_code == 201
    assert client.put(f"{base}/Axes[2]", json=AXIS).status_code == 204
    assert client.put(f"{base}/Axes[9]", json=AXIS).status_code == 404
    assert client.post(f"{base}/Axes[0]", json=NEW).headers["location"] == f"{HOST}{base}/Axes%5B0%5D.New"
    assert client.patch(f"{base}/Axes[0].New/$value", content=b"7.70").status_code == 204
    assert client.get(f"{base}/Axes[0].New/$value").text == "7.70"

    assert client.delete(f"{base}/Axes[0]").status_code == 204
    assert client.get(f"{base}/Axes/$value").text == '[{"New":1.50},{"New":1.50}]'
    wrong = client.post(f"{base}/Axes", json=NEW)
    assert wrong.status_code == 400 and "AASd-108" in wrong.text

    entity = {"modelType": "Entity", "idShort": "Part", "entityType": "CoManagedEntity"}
    assert client.post(base, json=entity).status_code == 201
    assert client.post(f"{base}/Part", json=NEW).headers["location"] == f"{HOST}{base}/Part.New"
    assert client.get(f"{base}/Part").json() == entity | {"statements": [NEW]}
    assert client.post(f"{base}/Part.New", json=NEW).status_code == 400


def test_patches_of_an_element_change_what_they_name(elements: tuple[TestClient, str]) -> None:
    client, base = elements
    client.post(base, json=NEW)
    for rest, body, expected in (
        ("", {"category": "VARIABLE"}, {"category": "VARIABLE"}),
        ("", {"value": "3"}, {"value": "3"}),
        ("/$metadata", {"category": "CONSTANT"}, {"category": "CONSTANT"}),
        ("/$value", "99.25", {"value": "99.25"}),
    ):
        before = client.get(f"{base}/New").json()
        assert client.patch(f"{base}/New{rest}", json=body).status_code == 204
        assert client.get(f"{base}/New").json() == before | expected
    etag = client.get(f"{base}/New").headers["etag"]
    wrong: list[tuple[str, Any]] = [
        ("", {"idShort": "Other"}),
        ("", {"modelType": "Range"}),
        ("", {"value": "fast"}),
        ("/$metadata", {"value": "1"}),
        ("/$metadata", {"valueType": "xs:boolean"}),
        ("/$value", "fast"),
        ("/$value", {"value": 1}),
        ("/$value", True),
    ]
    for rest, body in wrong:
        refused = client.patch(f"{base}/New{rest}", json=body)
        assert refused.status_code == 400 and list(refused.json()) == ["messages"], (rest, body)
    text = client.patch(f"{base}/New/$value", json="fast").json()["messages"][0]["text"]
    assert "New" in text and "xs:decimal" in text
    same = client.patch(f"{base}/New/$value", content=b"99.25")
    assert (same.status_code, same.headers["etag"]) == (204, etag)


def test_conditions_are_about_the_submodel_and_new_is_about_the_element(elements: tuple[TestClient, str]) -> None:
    client, base = elements
    etag = client.get(f"{base}/Speed").headers["etag"]
    once = client.put(f"{base}/New", json=NEW, headers={"If-None-Match": "*", "If-Match": etag})
    assert once.status_code == 201
    assert client.put(f"{base}/New", json=NEW, headers={"If-None-Match": "*"}).status_code == 412
    for answer in (
        client.post(f"{base}/Axes", json=AXIS, headers={"If-Match": etag}),
        client.put(f"{base}/New", json=NEW, headers={"If-Match": etag}),
        client.patch(f"{base}/New", json={}, headers={"If-Match": etag}),
        client.patch(f"{base}/New/$value", json=1, headers={"If-Match": etag}),
        client.patch(f"{base}/New/$metadata", json={}, headers={"If-Match": etag}),
        client.delete(f"{base}/New", headers={"If-Match": etag}),
    ):
        assert answer.status_code == 412
    assert client.delete(f"{base}/New", headers={"If-Match": once.headers["etag"]}).status_code == 204


@pytest.mark.parametrize("method", ["POST", "POST Axes[0]", "PUT New", "PATCH Speed", "PATCH Speed/$metadata"])
def test_bad_elements_are_refused_and_nothing_is_stored(
    method: str, elements: tuple[TestClient, str], changes: Callable[[], int]
) -> None:
    client, base = elements
    verb, _, path = method.partition(" ")
    before = changes()
    deep = b'{"modelType":"SubmodelElementCollection","idShort":"Cc","value":[' * 300 + b"]}" * 300
    for body in (
        b"",
        b"{",
        b"5",
        b"[]",
        b'"x"',
        b"null",
        b'{"modelType":"Prop',
        deep,
        b'{"idShort":5}',
        b'{"more":1}',
    ):
        answer = client.request(verb, f"{base}/{path}".rstrip("/"), content=body)
        assert answer.status_code == 400 and list(answer.json()) == ["messages"], (body[:20], answer.text)
    assert changes() == before


def test_a_path_that_is_none_is_refused(elements: tuple[TestClient, str]) -> None:
    client, base = elements
    for path in ("A..B", "Axes[x]", "Axes[-1]", "[0]"):
        for answer in (client.put(f"{base}/{path}", json=NEW), client.delete(f"{base}/{path}")):
            assert answer.status_code == 400, path


def test_nesting_may_go_150_deep(elements: tuple[TestClient, str]) -> None:
    client, base = elements
    names = [f"C{level}" for level in range(150)]
    made: dict[str, Any] = dict(NEW)
    for name in reversed(names):
        made = {"modelType": "SubmodelElementCollection", "idShort": name, "value": [made]}
    assert client.post(base, content=msgspec.json.encode(made)).status_code == 201
    deepest = f"{base}/{'.'.join(names)}"
    assert client.get(f"{deepest}.New/$value").text == "1.50"
    assert client.post(deepest, json=NEW | {"idShort": "More"}).status_code == 201
    assert client.patch(f"{deepest}.More/$value", content=b"2.250").status_code == 204
    assert client.get(f"{deepest}/$value").text == '{"New":1.50,"More":2.250}'
    values = client.get(f"{base}/C0/$value")
    assert client.patch(f"{base}/C0/$value", content=values.content.replace(b"2.250", b"2.5")).status_code == 204
    assert client.get(f"{deepest}.More").json()["value"] == "2.5"
    for form in ("", "/$metadata", "/$path", "/$reference"):
        assert client.get(f"{deepest}{form}").status_code == 200
    assert client.delete(deepest).status_code == 204
    too_deep = msgspec.json.encode(made)
    answer = client.put(f"{base}/{'.'.join(names[:149])}.C0", content=too_deep)
    assert answer.status_code == 400 and "400" in answer.text


def test_who_writes_at_the_same_time_neither_waits_for_ever_nor_loses_anything(
    live: str, elements: tuple[TestClient, str]
) -> None:
    client, base = elements

    def write(number: int) -> tuple[int, int]:
        with httpx2.Client(base_url=live, timeout=60) as own:
            made = own.post(base, json=NEW | {"idShort": f"New{number}"})
            same = own.put(f"{base}/Speed", json=own.get(f"{base}/Speed").json())
            return made.status_code, same.status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(write, range(16))) == {(201, 204)}
    for number in range(16):
        assert client.get(f"{base}/New{number}").json() == NEW | {"idShort": f"New{number}"}


def test_writes_are_served_below_every_place(filled: TestClient, at: At) -> None:
    superpath = at("shells", "urn:aas:1") + at("submodels", "urn:sm:1").removeprefix("/api/v3.1")
    single = at("aas/submodels", "urn:sm:1")
    for number, place in enumerate((superpath, single, "/api/v3.1/submodel")):
        name = f"New{number}"
        made = filled.post(f"{place}/submodel-elements", json=NEW | {"idShort": name})
        assert (made.status_code, made.headers["location"]) == (201, f"{HOST}{place}/submodel-elements/{name}")
        one = f"{place}/submodel-elements/{name}"
        assert filled.patch(f"{one}/$value", content=b"2.00").status_code == 204
        assert filled.get(f"{one}/$value").text == "2.00"
        assert filled.patch(f"{place}/$value", json={name: 3}).status_code == 204
        assert filled.delete(one).status_code == 204
    other = superpath.replace(at("shells", "urn:aas:1"), at("shells", "urn:aas:9"))
    assert filled.post(f"{other}/submodel-elements", json=NEW).status_code == 404


def test_values_have_the_form_of_their_version(filled: TestClient, at: At) -> None:
    there = at("submodels", "urn:sm:1", "/submodel-elements/$value?limit=2")
    assert filled.get(there).json()["result"] == {"Speed": 1.5, "Axes": [{"Speed": 1.5}]}
    former = filled.get(there.replace("v3.1", "v3.0")).json()["result"]
    assert former == [{"Speed": 1.5}, {"Axes": [{"Speed": 1.5}]}]
    value = at("submodels", "urn:sm:1", "/submodel-elements/Speed/$value").replace("v3.1", "v3.0")
    for given in (b'{"Speed": 2.50}', b"2.50"):
        assert filled.patch(value, content=given).status_code == 204
        assert filled.get(value).text == '{"Speed":2.50}'
