"""A field whose unit is declared is a number from its first value on, even where that came as text."""

from __future__ import annotations

import msgspec
import pyarrow as pa
import pytest

from aas_server.ingest import feeds
from aas_server.ingest.service import catch_up
from aas_server.settings import Settings
from aas_server.store.parquet import reader
from aas_server.store.sqlite import open_store
from connectors.message import Message
from connectors.payloads import stream_name

TOPIC = "line/shots"
ARRIVAL = 1_764_000_000_000_000_000


@pytest.mark.parametrize(("units", "expected"), [({"weight": "g"}, pa.float64()), ({}, pa.string())])
def test_a_number_that_first_comes_as_text(tmp_path, units, expected):
    store = open_store(tmp_path)
    try:
        feeds.declare(store.catalogue, stream_name(TOPIC), feeds.Declaration(units=units))
        for value in ("41.5", 42.25):
            payload = msgspec.json.encode({"weight": value})
            store.journal.append([Message("test", TOPIC, payload, ARRIVAL)])
            catch_up(store, Settings(data=tmp_path))
        lake = store.lake
        assert lake.schema(stream_name(TOPIC)).field("weight").type == expected
        with reader({"records": lake.paths(lake.pin(stream_name(TOPIC)))}) as database:
            rows = database.execute("SELECT weight, flags FROM records ORDER BY position").fetchall()
        if units:
            assert rows == [(41.5, "number-as-text"), (42.25, None)]
    finally:
        store.close()
