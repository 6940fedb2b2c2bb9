"""Streams with records in the lake, and the door to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from aas_server.api.problems import install_problems
from aas_server.api.records import records_router
from aas_server.settings import Settings
from aas_server.store.contract import Store, StreamFacts
from aas_server.store.sqlite import open_store

START = datetime(2026, 3, 1, tzinfo=UTC)
PARTS, ROWS = 5, 300


def stamps(moments: list[datetime]) -> pa.Array:
    return pa.array(moments, pa.timestamp("us", "UTC"))


def folded(part: int, fields: Mapping[str, pa.Array]) -> pa.Table:
    """Records of one fold, a second apart, with the lake's own columns."""
    at = [START + timedelta(seconds=part * ROWS + row) for row in range(ROWS)]
    return pa.table(
        {
            "time": stamps(at),
            "arrival": stamps([moment + timedelta(seconds=1) for moment in at]),
            "position": pa.array(range(part * ROWS + 1, (part + 1) * ROWS + 1), pa.int64()),
            "flags": pa.array([None] * ROWS, pa.string()),
            "misfit": pa.array([None] * ROWS, pa.string()),
            **fields,
        }
    )


def filled(folder: Path) -> Store:
    store = open_store(folder)
    for part in range(PARTS):
        fields = {"사이클 시간": pa.array([float(row) for row in range(ROWS)])}
        if part >= 3:
            fields["late"] = pa.array(range(ROWS), pa.int64())
        store.lake.fold("shots", folded(part, fields), (part + 1) * ROWS)
    tags = {
        "tag": pa.array([("temp", "pressure", "state")[row % 3] for row in range(ROWS)]),
        "number": pa.array([None if row % 3 == 2 else float(row) for row in range(ROWS)]),
        "text": pa.array(["RUN" if row % 3 == 2 else None for row in range(ROWS)]),
    }
    store.lake.fold("values", folded(0, tags), ROWS)
    nanoseconds = int(START.timestamp()) * 10**9
    for name, shape in (("shots", "wide"), ("values", "narrow")):
        facts = StreamFacts(name, f"cell/{name}", "mqtt", shape, 9, 9, 0, nanoseconds, None, nanoseconds)
        store.catalogue.put("stream", name, msgspec.json.encode(facts))
    return store


def door(store: Store, **more: Any) -> TestClient:
    app = FastAPI()
    install_problems(app)
    app.include_router(records_router(store, Settings(), **more))
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = filled(tmp_path_factory.mktemp("streams") / "data")
    yield store
    store.close()


@pytest.fixture(scope="module")
def client(store: Store) -> Iterator[TestClient]:
    with door(store) as client:
        yield client


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[tuple[TestClient, Store]]:
    """A client and its store, for tests that fold more."""
    store = filled(tmp_path / "data")
    with door(store) as client:
        yield client, store
    store.close()


@pytest.fixture(scope="session")
def opened() -> Callable[..., TestClient]:
    """Opens a door to a store."""
    return door


@pytest.fixture(scope="session")
def rows_of_fold() -> Callable[[int, Mapping[str, pa.Array]], pa.Table]:
    """Records of one fold (see ``folded``)."""
    return folded
