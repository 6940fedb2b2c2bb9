"""Bulk operations of the registries: a handle at once, then all of a list, or nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from aas_server import ids

BASE = "/api/v3.1"
SHELLS = f"{BASE}/bulk/shell-descriptors"
SUBMODELS = f"{BASE}/bulk/submodel-descriptors"
At = Callable[..., str]


@pytest.fixture
def client(filled: TestClient) -> Iterator[TestClient]:
    """One event loop for all requests: work goes on between them."""
    with filled:
        yield filled


def descriptor(id: str, **more: Any) -> dict[str, Any]:
    information = {"href": f"https://elsewhere.example/{ids.encode(id)}"}
    return {"id": id, "endpoints": [{"interface": "AAS-3.0", "protocolInformation": information}]} | more


def ended(client: TestClient, method: str, url: str, items: list[Any]) -> tuple[int, list[dict[str, Any]]]:
    """The result's status and messages, once the status says that there is one."""
    accepted = client.request(method, url, json=items)
    assert accepted.status_code == 202, accepted.text
    deadline = time.monotonic() + 90
    while (status := client.get(accepted.headers["location"], follow_redirects=False)).status_code == 200:
        assert status.json() == {"executionState": "Running"} and int(status.headers["retry-after"]) >= 1
        assert time.monotonic() < deadline
    assert status.status_code == 302
    result = client.get(status.headers["location"])
    return result.status_code, result.json()["messages"] if result.content else []


@pytest.mark.parametrize(("bulk", "kind"), [(SHELLS, "shell-descriptors"), (SUBMODELS, "submodel-descriptors")])
def test_a_list_is_registered_replaced_and_removed(client: TestClient, at: At, bulk: str, kind: str) -> None:
    names = [f"urn:far:{number}" for number in range(20)]
    assert ended(client, "POST", bulk, [descriptor(id) for id in names]) == (204, [])
    assert client.get(at(kind, names[-1])).json() == descriptor(names[-1])
    changed = [descriptor(id, idShort="New") for id in [*names, "urn:far:more"]]
    assert ended(client, "PUT", bulk, changed) == (204, [])
    assert client.get(at(kind, "urn:far:more")).json()["idShort"] == "New"
    assert ended(client, "DELETE", bulk, [*names, "urn:far:more"]) == (204, [])
    assert client.get(at(kind, names[0])).status_code == 404


def test_one_that_fails_undoes_all_and_is_named(client: TestClient, at: At) -> None:
    wanted = [descriptor("urn:far:1"), descriptor("urn:aas:1"), descriptor("urn:far:2"), descriptor("urn:far:1")]
    status, messages = ended(client, "POST", SHELLS, wanted)
    assert status == 400 and [one["code"] for one in messages] == ["409", "409"]
    assert "urn:aas:1" in messages[0]["text"] and "urn:far:1" in messages[1]["text"]
    assert client.get(at("shell-descriptors", "urn:far:2")).status_code == 404
    client.put(at("shell-descriptors", "urn:far:1"), json=descriptor("urn:far:1"))
    status, messages = ended(client, "DELETE", SHELLS, ["urn:far:1", "urn:none", 7, "urn:aas:1"])
    assert (status, [one["code"] for one in messages]) == (400, ["404", "400", "409"])
    status, messages = ended(client, "DELETE", SHELLS, ["urn:far:1", "urn:none", "urn:aas:1"])
    assert (status, [one["code"] for one in messages]) == (400, ["404", "409"])
    assert client.get(at("shell-descriptors", "urn:far:1")).status_code == 200


def test_every_wrong_item_is_named_with_its_place(client: TestClient) -> None:
    items = [descriptor("urn:far:1"), {"id": "urn:far:2"}, descriptor("urn:far:3", idShort="1")]
    status, messages = ended(client, "PUT", SUBMODELS, items)
    assert status == 400 and len(messages) == 2
    assert "urn:far:2" in messages[0]["text"] and "endpoints" in messages[0]["text"]
    assert "urn:far:3" in messages[1]["text"] and "idShort" in messages[1]["text"]


def test_items_of_a_wrong_form_and_items_that_exist_are_told_together(client: TestClient, at: At) -> None:
    wrong = [descriptor("urn:aas:1"), {"id": 7}, {"id": "a\0b"}, descriptor("urn:far:1")]
    status, messages = ended(client, "POST", SHELLS, wrong)
    assert (status, [one["code"] for one in messages]) == (400, ["409", "400", "400"])
    assert [str(number) in one["text"] for number, one in zip((1, 2, 3), messages, strict=True)] == [True] * 3
    assert client.get(at("shell-descriptors", "urn:far:1")).status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"[]", b'"x"'])
def test_what_is_no_list_is_refused_at_once(client: TestClient, body: bytes) -> None:
    for url in (SHELLS, SUBMODELS):
        for method in ("POST", "PUT", "DELETE"):
            answer = client.request(method, url, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 400 and list(answer.json()) == ["messages"]


def test_unknown_handles(client: TestClient) -> None:
    for what in ("status", "result"):
        answer = client.get(f"{BASE}/bulk/{what}/{ids.encode('nobody')}")
        assert answer.status_code == 404 and list(answer.json()) == ["messages"]


def test_over_the_network(live: str) -> None:
    with httpx2.Client(base_url=live, timeout=60) as client:
        accepted = client.post(SHELLS, json=[descriptor("urn:far:1")])
        assert accepted.headers["location"].startswith(f"{live}{BASE}/bulk/status/")
        deadline = time.monotonic() + 90
        while (status := client.get(accepted.headers["location"])).status_code == 200:
            assert time.monotonic() < deadline
        assert client.get(status.headers["location"]).status_code == 204
        assert client.get(f"{BASE}/shell-descriptors").json()["result"][0]["id"] == "urn:far:1"


def test_an_older_version_knows_no_bulk(client: TestClient) -> None:
    assert client.post("/api/v3.0/bulk/shell-descriptors", json=[descriptor("urn:far:1")]).status_code == 404
