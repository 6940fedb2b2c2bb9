from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from aas_server.store.contract import Store
from aas_server.twin.live import Overlay
from aas_server.twin.package import export
from aas_server.twin.repository import Repository

BASE = "/api/v3.1"
At = Callable[..., str]
OTHER = b'{"submodels":[{"modelType":"Submodel","id":"urn:sm:2","idShort":"Changed"}]}'


@pytest.fixture
def package(filled: TestClient, store: Store, tmp_path: Path) -> bytes:
    target = tmp_path / "cell.aasx"
    asyncio.run(export(Repository(store), Overlay(store), ["urn:aas:1"], target))
    return target.read_bytes()


def upload(api: TestClient, body: bytes, query: str = "", name: str = "x.json") -> Any:
    return api.post(f"{BASE}/upload{query}", files={"file": (name, body)})


def changes(store: Store) -> int:
    return len(asyncio.run(store.documents.changes(0, 100)))


def test_a_package_that_is_here_changes_nothing(filled: TestClient, package: bytes, store: Store) -> None:
    before = changes(store)
    answer = upload(filled, package, name="cell.aasx")
    assert {one["outcome"] for one in answer.json()["documents"]} == {"same"}
    assert answer.json()["files"] == 1 and changes(store) == before


def test_other_content_is_kept_beside(filled: TestClient, at: At) -> None:
    (document,) = upload(filled, OTHER).json()["documents"]
    assert document["outcome"] == "kept-both" and document["given"] == "urn:sm:2"
    assert filled.get(at("submodels", "urn:sm:2")).json()["idShort"] == "Other"
    assert filled.get(at("submodels", document["id"])).json()["idShort"] == "Changed"
    assert upload(filled, OTHER).json()["documents"][0]["outcome"] == "same"


def test_other_content_is_left_replaced_or_refused_as_asked(filled: TestClient, at: At) -> None:
    assert upload(filled, OTHER, "?ignore-duplicates=true").json()["documents"][0]["outcome"] == "kept"
    refused = upload(filled, OTHER, "?on-conflict=refuse")
    assert refused.status_code == 409 and "urn:sm:2" in refused.json()["messages"][0]["text"]
    assert filled.get(at("submodels", "urn:sm:2")).json()["idShort"] == "Other"
    assert upload(filled, OTHER, "?On-Conflict=replace").json()["documents"][0]["outcome"] == "updated"
    assert filled.get(at("submodels", "urn:sm:2")).json()["idShort"] == "Changed"


def test_an_unknown_policy_is_named(filled: TestClient) -> None:
    answer = upload(filled, OTHER, "?on-conflict=merge")
    assert answer.status_code == 400 and "keep-both" in answer.json()["messages"][0]["text"]


def test_what_breaks_the_metamodel_is_refused_when_strict(filled: TestClient, at: At) -> None:
    body = b'{"submodels":[{"modelType":"Submodel","id":"urn:sm:9","idShort":"9"}]}'
    answer = upload(filled, body, "?strict=true")
    assert answer.status_code == 400 and "idShort" in answer.json()["messages"][0]["text"]
    assert filled.get(at("submodels", "urn:sm:9")).status_code == 404


def test_what_is_no_package_is_called_by_its_name(filled: TestClient) -> None:
    answer = upload(filled, b"nothing", name="sent.aasx")
    assert answer.status_code == 400 and answer.json()["messages"][0]["text"].startswith("sent.aasx is neither")


def test_a_body_without_a_file_is_a_result(filled: TestClient) -> None:
    answer = filled.post(f"{BASE}/upload", content=msgspec.json.encode({}))
    assert answer.status_code == 400 and "file" in answer.json()["messages"][0]["text"]
