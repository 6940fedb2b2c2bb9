"""The event feed: every change, in order, from any place, filtered, streamed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx
import jsonschema
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from aas_server.api.events import events_router
from aas_server.api.problems import install_problems
from aas_server.errors import AasError
from aas_server.settings import Settings
from aas_server.store.contract import Keys, Kind, Store
from aas_server.twin.events import TYPES, rsql

SHELL = {
    "modelType": "AssetAdministrationShell",
    "id": "urn:shell",
    "assetInformation": {"assetKind": "Instance", "globalAssetId": "urn:asset"},
    "submodels": [{"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:sm"}]}],
}
SUBMODEL = {
    "modelType": "Submodel",
    "id": "urn:sm",
    "semanticId": {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": "urn:meaning"}]},
}

Put = Callable[[Kind, dict[str, Any]], None]


@pytest.fixture
def put(store: Store) -> Put:
    def put(kind: Kind, body: dict[str, Any]) -> None:
        async def write() -> None:
            async with store.documents.write() as transaction:
                await transaction.put(kind, body["id"], json.dumps(body).encode(), Keys(None))

        asyncio.run(write())

    return put


@pytest.fixture
def app(store: Store) -> FastAPI:
    app = FastAPI()
    install_problems(app)
    app.include_router(events_router(store.documents, Settings(page_size=3, page_limit=5)))
    return app


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app)


def ids(answer: dict[str, Any]) -> list[str]:
    return [event["id"] for event in answer["records"]]


def test_a_change_is_an_event_and_one_of_a_shell_concerns_its_asset_too(client: TestClient, put: Put) -> None:
    put("submodel", SUBMODEL)
    put("shell", SHELL)
    answer = client.get("/events").json()
    submodel, shell, asset = answer["records"]
    assert submodel["type"] == "io.admin-shell.submodel.created.v1"
    assert submodel["data"] == {"submodelId": "urn:sm", "semanticId": "urn:meaning"}
    assert shell["type"] == "io.admin-shell.aas.created.v1"
    assert shell["data"] == {
        "aasId": "urn:shell",
        "globalAssetId": "urn:asset",
        "submodels": [{"submodelId": "urn:sm"}],
    }
    assert (asset["type"], asset["subject"]) == ("io.admin-shell.asset.created.v1", "urn:asset")
    assert len(set(ids(answer))) == 3
    assert answer["updated"] == max(event["time"] for event in answer["records"])
    assert "cursor" not in answer


def test_every_event_is_a_cloud_event_whose_data_fits_its_schema(client: TestClient, put: Put) -> None:
    put("submodel", SUBMODEL)
    put("shell", SHELL)
    put("concept-description", {"modelType": "ConceptDescription", "id": "urn:cd"})
    records = client.get("/events", params={"limit": 5}).json()["records"]
    assert len(records) == 4
    for event in records:
        assert event["specversion"] == "1.0" and event["type"] in TYPES
        assert datetime.fromisoformat(event["time"]).tzinfo is not None
        path = event["dataschema"].partition("/api/v3.1")[2]
        jsonschema.validate(event["data"], client.get(path).json())


def test_pages_make_up_the_whole_and_go_on_after_the_last_event(client: TestClient, put: Put) -> None:
    for number in range(7):
        put("submodel", SUBMODEL | {"id": f"urn:sm:{number}"})
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = client.get("/events", params={"limit": 2, **cursor}).json()
        found += [event["subject"] for event in answer["records"]]
        last = answer["records"][-1]["id"] if answer["records"] else last  # noqa: F821
        if "cursor" not in answer:
            break
        cursor = {"cursor": answer["cursor"]}
    assert found == [f"urn:sm:{number}" for number in range(7)]
    assert client.get("/events", params={"lastEventId": last}).json()["records"] == []
    put("shell", SHELL)
    shell, asset = client.get("/events", params={"lastEventId": last}).json()["records"]
    assert ids(client.get("/events", params={"lastEventId": shell["id"]}).json()) == [asset["id"]]
    assert ids(client.get("/events", params={"lastEventId": asset["id"]}).json()) == []


def test_only_what_is_asked_for(client: TestClient, put: Put) -> None:
    for number in range(40):
        put("submodel", SUBMODEL | {"id": f"urn:sm:{number}"})
    put("shell", SHELL)

    def subjects(**asked: str) -> list[str]:
        return [event["subject"] for event in client.get("/events", params=asked).json()["records"]]

    assert subjects(filter="rsql:event.subject==urn:sm:39") == ["urn:sm:39"]
    assert subjects(filter="rsql:event.type=in=(io.admin-shell.aas.created.v1,'x')") == ["urn:shell"]
    both = "rsql:(event.subject=='urn:sm:1',event.subject==urn:sm:2);event.type!=io.admin-shell.aas.created.v1"
    assert subjects(filter=both) == ["urn:sm:1", "urn:sm:2"]
    compact = client.get("/events", params={"presentation": "COMPACT", "limit": 1}).json()["records"][0]
    assert compact["data"] == {"submodelId": "urn:sm:0"}


def test_since_finds_the_place_in_the_log(client: TestClient, put: Put) -> None:
    put("submodel", SUBMODEL)
    put("shell", SHELL)
    second = client.get("/events").json()["records"][1]
    assert client.get("/events", params={"since": second["time"]}).json()["records"][0]["id"] == second["id"]
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert client.get("/events", params={"since": later}).json()["records"] == []


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"filter": "event.type==a"}, "rsql:"),
        ({"filter": "rsql:event.data==a"}, "event"),
        ({"filter": "rsql:event.type==a;"}, "character"),
        ({"filter": "rsql:" + "(" * 40 + "event.type==a" + ")" * 40}, "nested"),
        ({"since": "2026-01-01T00:00:00"}, "since"),
        ({"since": "2026-01-01T00:00:00Z", "lastEventId": "1"}, "combined"),
        ({"lastEventId": "x"}, "x"),
        ({"cursor": "?"}, "cursor"),
    ],
)
def test_a_wrong_question_is_told_so(client: TestClient, asked: dict[str, str], word: str) -> None:
    answer = client.get("/events", params=asked, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert word in answer.text
    korean = client.get("/events", params=asked, headers={"Accept-Language": "ko"})
    assert any("가" <= letter <= "힣" for letter in korean.text)


@given(st.text(alphabet="rsql:event.type=!in()out;,'\"\\ab ", max_size=60))
def test_no_filter_breaks_the_reader(text: str) -> None:
    event = dict.fromkeys(("type", "subject", "source", "dataschema"), "a")
    try:
        wanted = rsql.parse("rsql:" + text)
    except AasError:
        return
    assert wanted(event) in (True, False)


def test_the_feed_says_what_it_tells_of(client: TestClient) -> None:
    told = client.get("/.well-known/event-feed.json").json()
    assert told["types"] == list(TYPES)
    assert len(told["schemas"]) == 4
    assert client.get("/.well-known/event-feed/schemas/..%2fx").status_code == 404


@pytest.fixture
def url(app: FastAPI, serving: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    with serving(app, lifespan="auto", timeout_graceful_shutdown=1) as address:
        yield address


def test_a_stream_goes_on_with_what_happens(url: str, put: Put) -> None:
    put("submodel", SUBMODEL)
    headers = {"Accept": "text/event-stream"}
    with httpx.stream("GET", f"{url}/events", headers=headers, timeout=60) as answer:
        lines = answer.iter_lines()
        first = next(json.loads(line[6:]) for line in lines if line.startswith("data: "))
        assert first["subject"] == "urn:sm"
        put("shell", SHELL)
        assert next(json.loads(line[6:]) for line in lines if line.startswith("data: "))["subject"] == "urn:shell"
    resumed = headers | {"Last-Event-ID": first["id"]}
    with httpx.stream("GET", f"{url}/events", headers=resumed, timeout=60) as answer:
        line = next(line for line in answer.iter_lines() if line.startswith("data: "))
        assert json.loads(line[6:])["subject"] == "urn:shell"
