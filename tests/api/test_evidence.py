"""The evidence's door, on the server as it is put together: other doors answer below the same addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from aas_server.house import House
from aas_server.ingest.mending import catch_up
from aas_server.ingest.service import Ingest
from aas_server.main import create_app
from aas_server.settings import Settings
from aas_server.streams.evidence.sealing import Sealing
from connectors.message import Message

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(Settings(data=tmp_path / "data")) as opened:
        payload = json.dumps({"ts": DAY.isoformat(), "v": 1}).encode()
        arrival = int(DAY.timestamp()) * 10**9
        opened.store.journal.append([Message("mem", "press", payload, arrival, 1)])
        catch_up(opened.store, opened.settings)
        Sealing(opened.store, opened.clock).step()
        yield opened


@pytest.fixture
def client(house: House) -> TestClient:
    app = create_app(house, Ingest(house.store, house.settings, []))
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


def test_a_stream_has_its_days(client: TestClient) -> None:
    days = client.get("/streams/press/evidence").json()["days"]
    assert [(one["day"], one["messages"], one["records"]) for one in days] == [("2026-03-02", 1, 1)]
    table = client.get("/streams/press/evidence", headers={"Accept": "text/csv"}).text.splitlines()
    assert table[0].startswith("stream,day,source") and table[1].startswith("press,2026-03-02,mem")
    assert client.get("/streams/press/evidence?from=2026-03-02&to=2026-03-02").json()["days"] == days


def test_the_chain_and_its_verification(client: TestClient) -> None:
    entries = client.get("/evidence").json()["entries"]
    found = client.get("/evidence/verification").json()
    assert (found["holds"], found["head"]) == (True, entries[-1]["hash"])
    assert client.get("/evidence/2026-03-02").json()["streams"][0]["stream"] == "press"
    assert client.get("/evidence/tomorrow").status_code == 400
