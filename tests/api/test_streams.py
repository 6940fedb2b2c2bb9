"""The streams' door: listed, looked at, adopted, read again, erased."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from aas_server.api.problems import install_problems
from aas_server.api.records import records_router
from aas_server.api.streams import streams_router
from aas_server.house import House
from aas_server.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", page_size=2, page_limit=5)


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    app = FastAPI()
    install_problems(app)
    streams = streams_router(house.desk(), house.settings)
    app.include_router(streams)
    app.include_router(records_router(house.store, house.settings, streams))
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


SHOT = {"timestamp": "2026-01-01T00:00:00Z", "oil": 41.5}


def test_streams_are_listed_page_by_page(client, publish):
    for name in ("a", "b", "c"):
        publish(f"line/{name}", SHOT)
    publish("line/d", '{"cut off')
    names, cursor = [], None
    while True:
        page = client.get("/streams", params={"cursor": cursor} if cursor else {}).json()
        names += [one["name"] for one in page["streams"]]
        assert len(page["streams"]) <= 2
        if (cursor := page.get("cursor")) is None:
            break
    assert names == ["line_a", "line_b", "line_c", "line_d"]
    first = client.get("/streams", params={"search": "line/a"}).json()["streams"]
    assert [(one["state"], one["first"], one["records"]) for one in first] == [
        ("discovered", "2026-01-01T00:00:00Z", 1)
    ]
    assert client.get("/streams", params={"state": "adopted"}).json()["streams"] == []
    assert client.get("/streams", params={"state": "nonsense"}).status_code == 400


def test_one_stream_shows_schema_and_sample(client, publish):
    publish("line/a", SHOT, SHOT | {"oil": None})
    shown = client.get("/streams/line_a").json()
    oil = next(one for one in shown["fields"] if one["name"] == "oil")
    assert (oil["type"], oil["nulls"], oil["example"]) == ("double", 0.5, 41.5)
    assert len(shown["sample"]) == 2 and shown["records"] == 2


def test_quarantined_messages_are_paged_with_their_reasons(client, publish):
    publish("line/a", *['{"cut off'] * 5)
    found, query = [], {}
    while True:
        page = client.get("/streams/line_a/quarantine", params=query).json()
        found += page["messages"]
        if "cursor" not in page:
            break
        query = {"cursor": page["cursor"]}
    assert len(found) == 5 and {one["reason"] for one in found} == {"payload-not-json"}
    assert all(set(one["text"]) == {"ko", "en"} for one in found)
    assert client.get("/streams/line_a/quarantine", params={"cursor": "x!"}).status_code == 400


def test_a_stream_is_adopted_by_name_or_topic(client, publish):
    publish("line/a", SHOT)
    publish("line/b", SHOT)
    assert client.post("/streams/line_a/adopt").json()["stream"] == "line_a"
    body = {"topic": "line/b", "title": "오일", "zone": "Asia/Seoul", "interval": 2}
    assert client.post("/streams/adopt", json=body).json()["stream"] == "line_b"
    assert {one["state"] for one in client.get("/streams").json()["streams"]} == {"adopted"}
    told = client.get("/streams/configuration").json()["submodels"]
    assert {one["kind"] for one in told} == {"description", "mapping"} and not any(one["findings"] for one in told)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"topic": "a/#/b"}, 400),
        ({"topic": "line/a", "zone": "Mars/Base"}, 400),
        ({"topic": "line/a", "interval": -1}, 400),
        ({"topic": "line/a", "nonsense": 1}, 400),
        ({"topic": "line/a", "shell": "urn:none"}, 404),
        ({}, 400),
    ],
)
def test_what_cannot_be_adopted_says_why(client, publish, body, status):
    publish("line/a", SHOT)
    answer = client.post("/streams/adopt", json=body)
    assert answer.status_code == status and set(answer.json()) >= {"error", "message"}
    assert client.get("/streams/line_a").json()["state"] == "discovered"


def test_a_stream_is_read_again_in_the_background(client, publish, until):
    publish("line/a", SHOT)
    started = client.post("/streams/line_a/replay")
    assert started.status_code == 202 and started.json()["stream"] == "line_a"
    until(lambda: client.get("/streams/line_a/replay").json()["last"])
    state = client.get("/streams/line_a/replay").json()
    assert (state["running"], state["last"]["records"]) == (False, 1)
    assert client.post("/streams/line_a/replay", params={"from": "yesterday"}).status_code == 400
    assert client.post("/streams/nothing/replay").status_code == 404


def test_erasing_asks_for_the_name_once_more(client, publish):
    publish("line/a", SHOT)
    assert client.delete("/streams/line_a").status_code == 403
    assert client.delete("/streams/line_a", params={"confirm": "line_b"}).status_code == 403
    done = client.delete("/streams/line_a", params={"confirm": "line_a", "reason": "개인정보"})
    assert done.status_code == 200 and done.json()["records"] == 1
    assert client.get("/streams/line_a").status_code == 404
    (proof,) = client.get("/streams/erasures").json()["erasures"]
    assert proof["reason"] == "개인정보" and proof["digest"] == done.json()["digest"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/streams/x", "DELETE, GET"),
        ("POST", "/streams", "GET"),
        ("GET", "/streams/x/adopt", "POST"),
        ("PUT", "/streams/x/replay", "GET, POST"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(client, method, path, allowed):
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
