"""The registries: a descriptor of everything stored here, and of what others register."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from basyx.aas import model
from starlette.testclient import TestClient

from aas_server import ids
from aas_server.ids import Names
from aas_server.runner import Runner
from aas_server.store.contract import Store
from aas_server.twin.repository import Repository
from aas_server.twin.shelf import Shelf

BASE = "/api/v3.1"
OUR = f"http://127.0.0.1:8080{BASE}"
SHELLS = f"{BASE}/shell-descriptors"
SUBMODELS = f"{BASE}/submodel-descriptors"
At = Callable[..., str]


def elsewhere(id: str, interface: str = "AAS-3.0", **more: Any) -> dict[str, Any]:
    information = {"href": f"https://elsewhere.example/{ids.encode(id)}"}
    return {"id": id, "endpoints": [{"interface": interface, "protocolInformation": information}]} | more


def listed(api: TestClient, url: str) -> list[dict[str, Any]]:
    """All pages of a list."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = api.get(url, params={"limit": 2, "cursor": cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["result"]
        if "cursor" not in page["paging_metadata"]:
            return found
        cursor = page["paging_metadata"]["cursor"]


def hrefs(descriptor: dict[str, Any]) -> dict[str, str]:
    return {one["interface"]: one["protocolInformation"]["href"] for one in descriptor["endpoints"]}


def test_every_shell_and_submodel_has_its_descriptor(filled: TestClient, at: At) -> None:
    (shell,) = listed(filled, SHELLS)
    assert (shell["id"], shell["idShort"], shell["globalAssetId"]) == ("urn:aas:1", "Cell", "urn:asset:1")
    assert hrefs(shell)["AAS-3.0"] == hrefs(shell)["AAS-1.0"] == f"{OUR}/shells/{ids.encode('urn:aas:1')}"
    (inside,) = shell["submodelDescriptors"]
    motor, other = listed(filled, SUBMODELS)
    assert inside == motor and other["id"] == "urn:sm:2"
    assert motor["semanticId"]["keys"][0]["value"] == "urn:cd:1" and "submodelElements" not in motor
    assert hrefs(motor)["SUBMODEL-3.0"] == f"{OUR}/submodels/{ids.encode('urn:sm:1')}"
    assert filled.get(hrefs(motor)["SUBMODEL-3.0"]).json()["idShort"] == "Motor"
    for kind, descriptor in (("shell-descriptors", shell), ("submodel-descriptors", other)):
        one = filled.get(at(kind, descriptor["id"]))
        assert one.json() == descriptor
        assert (
            filled.get(at(kind, descriptor["id"]), headers={"If-None-Match": one.headers["etag"]}).status_code
            == 304
        )


def test_a_descriptor_follows_its_document(filled: TestClient, store: Store, at: At) -> None:
    async def delete() -> None:
        async with store.documents.write() as transaction:
            await transaction.delete("submodel", "urn:sm:1")

    before = filled.get(at("shell-descriptors", "urn:aas:1")).headers["etag"]
    renamed = b'{"modelType":"Submodel","id":"urn:sm:1","idShort":"Renamed"}'
    asyncio.run(Repository(store).put("submodel", renamed))
    shell = filled.get(at("shell-descriptors", "urn:aas:1"))
    assert shell.json()["submodelDescriptors"][0]["idShort"] == "Renamed" and shell.headers["etag"] != before
    asyncio.run(delete())
    assert "submodelDescriptors" not in filled.get(at("shell-descriptors", "urn:aas:1")).json()
    assert filled.get(at("submodel-descriptors", "urn:sm:1")).status_code == 404
    assert filled.delete(at("shells", "urn:aas:1")).status_code == 204
    assert listed(filled, SHELLS) == []


@pytest.mark.parametrize(("list_at", "kind"), [(SHELLS, "shell-descriptors"), (SUBMODELS, "submodel-descriptors")])
def test_what_lies_elsewhere_is_registered(filled: TestClient, at: At, list_at: str, kind: str) -> None:
    given = elsewhere("urn:far:1", idShort="Far", displayName=[])
    made = filled.post(list_at, json=given)
    assert made.status_code == 201 and made.headers["location"] == f"http://127.0.0.1:8080{at(kind, 'urn:far:1')}"
    del given["displayName"]
    assert made.json() == given == filled.get(made.headers["location"]).json()
    assert listed(filled, list_at)[-1] == given
    again = filled.post(list_at, json=given)
    assert again.status_code == 409 and list(again.json()) == ["messages"]
    assert filled.put(at(kind, "urn:far:1"), json=given | {"idShort": "Near"}).status_code == 204
    assert filled.get(at(kind, "urn:far:1")).json()["idShort"] == "Near"
    assert filled.put(at(kind, "urn:far:2"), json=elsewhere("urn:far:2")).status_code == 201
    assert filled.put(at(kind, "urn:far:2"), json=given).status_code == 400
    assert filled.delete(at(kind, "urn:far:1")).status_code == 204
    assert filled.delete(at(kind, "urn:far:1")).status_code == filled.get(at(kind, "urn:far:1")).status_code == 404


@pytest.mark.parametrize(
    ("kind", "id"), [("shell-descriptors", "urn:aas:1"), ("submodel-descriptors", "urn:sm:1")]
)
def test_a_registered_one_stands_in_place_of_the_derived(filled: TestClient, at: At, kind: str, id: str) -> None:
    derived = filled.get(at(kind, id)).json()
    assert filled.post(f"{BASE}/{kind}", json=elsewhere(id)).status_code == 409
    refused = filled.delete(at(kind, id))
    assert refused.status_code == 409 and f"/{ids.encode(id)}" in refused.json()["messages"][0]["text"]
    assert filled.put(at(kind, id), json=elsewhere(id)).status_code == 204
    assert filled.get(at(kind, id)).json() == elsewhere(id)
    assert [one for one in listed(filled, f"{BASE}/{kind}") if one["id"] == id] == [elsewhere(id)]
    assert filled.delete(at(kind, id)).status_code == 204
    assert filled.get(at(kind, id)).json() == derived


def test_the_same_again_is_no_change(filled: TestClient, store: Store, at: At) -> None:
    given = elsewhere("urn:far:1", assetKind="Type")
    filled.put(at("shell-descriptors", "urn:far:1"), json=given)
    last = asyncio.run(store.documents.changes(0, 1000))[-1].position
    turned = dict(reversed(given.items()))
    assert filled.put(at("shell-descriptors", "urn:far:1"), json=turned).status_code == 204
    assert asyncio.run(store.documents.changes(last, 1000)) == []


def test_filters(filled: TestClient) -> None:
    for number, (kind, type_) in enumerate([("Type", "urn:t:1"), ("Type", "urn:t:2"), ("Role", "urn:t:1")]):
        far = elsewhere(f"urn:far:{number}", assetKind=kind, assetType=type_)
        assert filled.post(SHELLS, json=far).status_code == 201

    def found(**wanted: str) -> list[str]:
        return [one["id"] for one in filled.get(SHELLS, params=wanted).json()["result"]]

    assert found(assetKind="Instance") == ["urn:aas:1"]
    assert found(assetKind="Type") == ["urn:far:0", "urn:far:1"]
    assert found(assetType=ids.encode("urn:t:1")) == ["urn:far:0", "urn:far:2"]
    assert found(AssetKind="Type", assetType=ids.encode("urn:t:1")) == ["urn:far:0"]
    assert found(assetType=ids.encode("urn:none")) == []
    assert filled.get(SHELLS, params={"assetKind": "Machine"}).status_code == 400


@pytest.mark.parametrize("url", [SHELLS, SUBMODELS])
def test_pages(filled: TestClient, url: str) -> None:
    for number in range(7):
        filled.post(url, json=elsewhere(f"urn:far:{number}"))
    found = [one["id"] for one in listed(filled, url)]
    assert len(found) == len(set(found)) and found[-7:] == [f"urn:far:{number}" for number in range(7)]
    assert len(filled.get(url, params={"limit": 1000}).json()["result"]) == 5, "capped by page_limit"
    assert filled.get(url, params={"cursor": "rubbish"}).status_code == 400
    assert filled.get(url, params={"limit": "0"}).status_code == 400


def test_two_editors_do_not_overwrite_each_other(filled: TestClient, at: At) -> None:
    url = at("shell-descriptors", "urn:aas:1")
    seen = filled.get(url).headers["etag"]
    assert filled.put(url, json=elsewhere("urn:aas:1"), headers={"If-Match": '"other"'}).status_code == 412
    assert filled.put(url, json=elsewhere("urn:aas:1"), headers={"If-Match": seen}).status_code == 204
    assert filled.delete(url, headers={"If-Match": seen}).status_code == 412
    assert filled.put(url, json=elsewhere("urn:aas:1"), headers={"If-None-Match": "*"}).status_code == 412


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"{", ""),
        (b"[]", "/"),
        (b'{"id":"urn:x"}', "endpoints"),
        (b'{"id":"urn:x","endpoints":[{"interface":"A"}]}', "endpoints[0]"),
        (b'{"id":"urn:x","endpoints":[{"interface":"A","protocolInformation":{"href":1}}]}', "href"),
    ],
)
def test_bad_descriptors_are_refused_with_the_place(filled: TestClient, at: At, body: bytes, place: str) -> None:
    head = {"Content-Type": "application/json"}
    for answer in (
        filled.post(SUBMODELS, content=body, headers=head),
        filled.put(at("submodel-descriptors", "urn:x"), content=body, headers=head),
    ):
        assert answer.status_code == 400 and place in answer.json()["messages"][0]["text"]
    assert filled.get(at("submodel-descriptors", "urn:x")).status_code == 404


def test_submodel_descriptors_inside_a_registered_shell(filled: TestClient, at: At) -> None:
    filled.post(SHELLS, json=elsewhere("urn:far:1"))
    every = at("shell-descriptors", "urn:far:1", "/submodel-descriptors")
    assert filled.get(every).json() == {"paging_metadata": {}, "result": []}
    made = filled.post(every, json=elsewhere("urn:far:sm:1"))
    assert made.status_code == 201 and filled.get(made.headers["location"]).json() == elsewhere("urn:far:sm:1")
    assert filled.post(every, json=elsewhere("urn:far:sm:1")).status_code == 409
    one = f"{every}/{ids.encode('urn:far:sm:1')}"
    tag = filled.get(one).headers["etag"]
    assert filled.put(one, json=elsewhere("urn:far:sm:1", idShort="New")).status_code == 204
    assert filled.put(one, json=elsewhere("urn:far:sm:1"), headers={"If-Match": tag}).status_code == 412
    assert filled.put(one, json=elsewhere("urn:far:sm:2")).status_code == 400
    two = f"{every}/{ids.encode('urn:far:sm:2')}"
    assert filled.put(two, json=elsewhere("urn:far:sm:2")).status_code == 201
    assert [found["id"] for found in listed(filled, every)] == ["urn:far:sm:1", "urn:far:sm:2"]
    shell = filled.get(at("shell-descriptors", "urn:far:1")).json()
    assert [found.get("idShort") for found in shell["submodelDescriptors"]] == ["New", None]
    assert filled.delete(one).status_code == 204
    assert filled.delete(one).status_code == filled.get(one).status_code == 404
    assert filled.delete(two).status_code == 204
    assert "submodelDescriptors" not in filled.get(at("shell-descriptors", "urn:far:1")).json()


def test_a_change_inside_a_derived_descriptor_registers_a_copy(filled: TestClient, at: At) -> None:
    every = at("shell-descriptors", "urn:aas:1", "/submodel-descriptors")
    derived = filled.get(at("shell-descriptors", "urn:aas:1")).json()
    assert filled.get(every).json()["result"] == derived["submodelDescriptors"]
    assert filled.post(every, json=elsewhere("urn:far:sm:1")).status_code == 201
    copy = filled.get(at("shell-descriptors", "urn:aas:1")).json()
    inside = [*derived["submodelDescriptors"], elsewhere("urn:far:sm:1")]
    assert copy == derived | {"submodelDescriptors": inside}
    assert filled.delete(at("shell-descriptors", "urn:aas:1")).status_code == 204
    assert filled.get(at("shell-descriptors", "urn:aas:1")).json() == derived


def test_nothing_is_inside_a_shell_that_has_no_descriptor(api: TestClient, at: At) -> None:
    every = at("shell-descriptors", "urn:none", "/submodel-descriptors")
    one = f"{every}/{ids.encode('urn:sm:1')}"
    assert api.get(every).status_code == api.get(one).status_code == api.delete(one).status_code == 404
    assert api.post(every, json=elsewhere("urn:sm:1")).status_code == 404
    assert api.put(one, json=elsewhere("urn:sm:1")).status_code == 404


def test_a_registered_submodel_shows_in_the_shells_that_refer_to_it(filled: TestClient, at: At) -> None:
    shell = filled.get(at("shells", "urn:aas:1")).json()
    shell["submodels"].append({"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:far:sm"}]})
    assert filled.put(at("shells", "urn:aas:1"), json=shell).status_code == 204
    url = at("shell-descriptors", "urn:aas:1")
    assert [one["id"] for one in filled.get(url).json()["submodelDescriptors"]] == ["urn:sm:1"]
    filled.post(SUBMODELS, json=elsewhere("urn:far:sm"))
    assert filled.get(url).json()["submodelDescriptors"][1] == elsewhere("urn:far:sm")


def test_what_the_product_line_puts_is_listed_at_once(api: TestClient, store: Store) -> None:
    runner = Runner()
    try:
        shelf = Shelf(Repository(store), store.files, Names("https://factory.example"), runner.run)
        shelf.put("press-1", model.Submodel("https://factory.example/ids/sm/press-1/Test", id_short="Test"))
    finally:
        runner.close()
    (shell,) = listed(api, SHELLS)
    assert shell["id"] == "https://factory.example/ids/aas/press-1"
    assert [one["idShort"] for one in shell["submodelDescriptors"]] == ["Test"]


def test_an_older_version_answers_under_its_own_address(filled: TestClient) -> None:
    (shell,) = filled.get("/api/v3.0/shell-descriptors").json()["result"]
    assert hrefs(shell)["AAS-3.0"].startswith("http://127.0.0.1:8080/api/v3.0/shells/")


def test_an_older_version_spells_further_semantic_ids_its_own_way(filled: TestClient, at: At) -> None:
    meaning = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": "urn:cd:1"}]}
    given = elsewhere("urn:far:1", semanticId=meaning, supplementalSemanticIds=[meaning])
    old = elsewhere("urn:far:1", semanticId=meaning, supplementalSemanticId=[meaning])
    assert filled.post("/api/v3.0/submodel-descriptors", json=old).json() == old
    every = at("shell-descriptors", "urn:aas:1", "/submodel-descriptors")
    assert filled.post(every, json=old).json() == given
    one = f"/{ids.encode('urn:far:1')}"
    for url in (SUBMODELS + one, every + one):
        assert filled.get(url).json() == given and filled.get(url.replace("v3.1", "v3.0")).json() == old
    assert filled.get(SUBMODELS).json()["result"][-1] == filled.get(every).json()["result"][-1] == given
    assert filled.get("/api/v3.0/shell-descriptors").json()["result"][0]["submodelDescriptors"][-1] == old
    assert filled.get(every.replace("v3.1", "v3.0")).json()["result"][-1] == old
