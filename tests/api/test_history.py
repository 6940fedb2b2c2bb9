from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from aas_server import ids
from aas_server.clock import iso
from aas_server.errors import NotFound
from aas_server.store.contract import Store
from aas_server.store.sqlite import open_store
from aas_server.twin.repository import Repository

BASE = "/api/v3.1"
At = Callable[..., str]


class Hands:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def store(tmp_path: Path, clock: Hands) -> Any:
    opened = open_store(tmp_path / "data", clock)
    yield opened
    opened.close()


def day(number: int) -> str:
    return iso(datetime(2026, 1, number, tzinfo=UTC))


def named(client: TestClient, address: str, **query: str) -> Any:
    answer = client.get(address, params=query)
    return answer.json()["idShort"] if answer.status_code == 200 else answer.status_code


def rename(client: TestClient, address: str, name: str) -> None:
    plain = client.get(address).json() | {"idShort": name}
    assert client.put(address, json=plain).status_code == 204


def recent(client: TestClient, kind: str, **query: Any) -> list[Any]:
    answer = client.get(f"{BASE}/{kind}/$recent-changes", params=query)
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["result"]
    return found


@pytest.mark.parametrize(
    ("kind", "id", "first"),
    [
        ("shells", "urn:aas:1", "Cell"),
        ("submodels", "urn:sm:1", "Motor"),
        ("concept-descriptions", "urn:cd:1", "SpeedConcept"),
    ],
)
def test_a_document_is_shown_as_it_stood_at_a_moment(
    filled: TestClient, at: At, clock: Hands, kind: str, id: str, first: str
) -> None:
    address = at(kind, id)
    history = f"{address}/$history"
    clock.moment += timedelta(days=9)
    rename(filled, address, "Renamed")
    assert named(filled, history, date="2025-12-31T23:59:59Z") == 404
    assert named(filled, history, date=day(1)) == first
    assert named(filled, history, date="2026-01-10T08:59:59+09:00") == first
    assert named(filled, history, date="2026-01-10T09:00:00+09:00") == "Renamed"
    assert named(filled, history, date=day(30)) == "Renamed"
    clock.moment += timedelta(days=9)
    assert filled.delete(address).status_code == 204
    assert named(filled, history, date=day(18)) == "Renamed"
    assert named(filled, history, date=day(19)) == 404


def test_a_version_has_the_level_and_extent_asked_for(filled: TestClient, at: At) -> None:
    history = at("submodels", "urn:sm:1", "/$history")
    whole = filled.get(history, params={"date": day(1), "extent": "withBlobValue"}).json()
    assert "value" in whole["submodelElements"][3]
    core = filled.get(history, params={"date": day(1), "level": "core"}).json()
    assert "value" not in core["submodelElements"][1]


def test_a_moment_has_to_have_its_zone(filled: TestClient, at: At) -> None:
    history = at("submodels", "urn:sm:1", "/$history")
    for wrong in ("", "yesterday", "2026-01-01", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z"):
        assert filled.get(history, params={"date": wrong}).status_code == 400
    assert filled.get(history).status_code == 400
    assert filled.get(f"{history}?Date=2026-01-01T09:00:00+09:00").status_code == 200
    assert filled.get(f"{BASE}/shells/$recent-changes?createdFrom=today").status_code == 400


def test_the_last_change_of_each_document_is_told(filled: TestClient, at: At, clock: Hands) -> None:
    clock.moment += timedelta(days=1)
    rename(filled, at("submodels", "urn:sm:2"), "Another")
    clock.moment += timedelta(days=1)
    assert filled.delete(at("submodels", "urn:sm:1")).status_code == 204
    renamed, deleted = recent(filled, "submodels")
    assert renamed == {
        "id": "urn:sm:2",
        "type": "Updated",
        "createdAt": day(1),
        "updatedAt": day(2),
        "idShort": "Another",
    }
    assert deleted == {"id": "urn:sm:1", "type": "Deleted", "createdAt": day(1), "updatedAt": day(3)}
    assert [one["id"] for one in recent(filled, "submodels", updatedFrom=day(3))] == ["urn:sm:1"]
    assert recent(filled, "submodels", createdFrom=day(2)) == []
    page = filled.get(f"{BASE}/submodels/$recent-changes?limit=1").json()
    rest = recent(filled, "submodels", limit=1, cursor=page["paging_metadata"]["cursor"])
    assert [one["id"] for one in page["result"] + rest] == ["urn:sm:2", "urn:sm:1"]


def test_changes_are_filtered_by_asset_and_meaning(filled: TestClient) -> None:
    asset = ids.encode('{"name":"globalAssetId","value":"urn:asset:1"}')
    (shell,) = recent(filled, "shells", assetIds=asset)
    assert (shell["id"], shell["globalAssetId"]) == ("urn:aas:1", "urn:asset:1")
    assert recent(filled, "shells", assetIds=ids.encode("serial:7")) == []
    assert len(recent(filled, "concept-descriptions")) == 1
    meaning = ids.encode("urn:cd:1")
    assert [one["id"] for one in recent(filled, "submodels", semanticId=meaning)] == ["urn:sm:1"]


def test_the_draft_is_not_part_of_the_older_api(filled: TestClient) -> None:
    assert filled.get("/api/v3.0/shells/$recent-changes").status_code in (400, 404)
    described = filled.get(f"{BASE}/openapi.json").json()["paths"]["/shells/$recent-changes"]["get"]
    assert "Draft" in described["description"]


def test_what_is_too_old_is_forgotten_with_later_writes(store: Store, clock: Hands, at: At) -> None:
    repository = Repository(store, history_days=10, clock=clock)

    async def work() -> None:
        for number in range(60):
            body = b'{"modelType":"Submodel","id":"urn:a","idShort":"N%d"}' % number
            await repository.put("submodel", body)
            clock.moment += timedelta(days=1)
        kept = await store.documents.at("submodel", "urn:a", clock.moment - timedelta(days=5))
        assert kept.id_short == "N55"

    asyncio.run(work())
    with pytest.raises(NotFound):
        asyncio.run(store.documents.at("submodel", "urn:a", datetime(2026, 1, 2, tzinfo=UTC)))
