"""What Prometheus is told."""

from __future__ import annotations

from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from aas_server.api.metrics import MOST_STREAMS, metrics_router
from aas_server.ingest.state import BrokerState
from aas_server.store.contract import Store
from aas_server.streams.rows import StreamRow


def row(name: str) -> StreamRow:
    return StreamRow(
        name=name,
        source="mqtt://127.0.0.1:1883",
        state="discovered",
        topic=name,
        shape="wide",
        messages=7,
        records=8,
        flagged=0,
        duplicates=1,
        quarantined=2,
        first=None,
        last=1_764_000_000_000_000_000,
        last_arrival=None,
        lag=0.5,
        rate=None,
    )


def told(store: Store, rows: list[StreamRow]) -> dict[str, dict[str, float]]:
    app = FastAPI()
    brokers = [BrokerState("mqtt://127.0.0.1:1883", False)]
    app.include_router(metrics_router(lambda: rows, lambda: brokers, store.journal, lambda: True))
    answer = TestClient(app).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        sample.name: {one.labels.get("stream", ""): one.value for one in family.samples}
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_every_stream_has_its_counts(store: Store) -> None:
    found = told(store, [row('with "quotes"'), row("가동")])
    assert found["aas_stream_records_total"] == {'with "quotes"': 8, "가동": 8}
    assert found["aas_stream_duplicates_total"]["가동"] == 1
    assert found["aas_stream_quarantined_total"]["가동"] == 2
    assert found["aas_stream_lag_seconds"]["가동"] == 0.5
    assert found["aas_stream_last_seconds"]["가동"] == 1_764_000_000
    assert found["aas_broker_connected"][""] == 0
    assert found["aas_feed_ready"][""] == 1


def test_series_are_bounded(store: Store) -> None:
    found = told(store, [row(str(number)) for number in range(MOST_STREAMS + 5)])
    assert len(found["aas_stream_records_total"]) == MOST_STREAMS
