"""``/metrics`` for Prometheus: what came in, by stream, and whether the feed stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from fastapi import APIRouter
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api.rest import close
from aas_server.api.services import own_route
from aas_server.ingest.fold import MARK
from aas_server.ingest.state import BrokerState
from aas_server.store.contract import Journal
from aas_server.streams.rows import StreamRow

MOST_STREAMS = 1000
"""Streams told of one by one: a feed whose topics are ids must not make series without end; totals count all."""
_COUNTERS = ("messages", "records", "duplicates", "quarantined")
_SAID = {
    "messages": "Messages stored and understood",
    "records": "Records in the lake",
    "duplicates": "Messages dropped as redelivery",
    "quarantined": "Messages that could not be read",
}

Rows = Callable[[], Iterable[StreamRow]]
Brokers = Callable[[], Iterable[BrokerState]]


def metrics_router(rows: Rows, brokers: Brokers, journal: Journal, ready: Callable[[], bool]) -> APIRouter:
    """``/metrics``; everything is read when it is asked for."""
    router = APIRouter(tags=["health"])
    registry = CollectorRegistry()
    registry.register(_Feed(rows, brokers, journal, ready))

    def metrics(request: Request) -> Response:
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"Content-Type": media_type, "Cache-Control": "no-store"})

    own_route(router, "GET", "/metrics", "GetMetrics", metrics)
    close(router, "/metrics")
    return router


class _Feed(Collector):
    """Counts and states of the feed at the moment of the question."""

    def __init__(self, rows: Rows, brokers: Brokers, journal: Journal, ready: Callable[[], bool]) -> None:
        self._rows = rows
        self._brokers = brokers
        self._journal = journal
        self._ready = ready

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: the registry would ask for everything to learn the names."""
        return ()

    def collect(self) -> Iterator[Metric]:
        yield from _of_streams(list(islice(self._rows(), MOST_STREAMS)))
        connected = GaugeMetricFamily("aas_broker_connected", "Whether a broker is connected", labels=["broker"])
        for broker in self._brokers():
            connected.add_metric([broker.url], broker.connected)
        yield connected
        journal = self._journal
        yield CounterMetricFamily("aas_redelivered", "Messages dropped as redelivery", journal.redelivered())
        yield GaugeMetricFamily("aas_in_quarantine", "Messages that can't be read", journal.quarantined_count())
        yield CounterMetricFamily("aas_journal_messages", "Messages in the journal so far", journal.last())
        waiting = max(0, journal.last() - journal.mark(MARK))
        yield GaugeMetricFamily("aas_journal_waiting", "Messages not in the lake yet", waiting)
        yield GaugeMetricFamily("aas_feed_ready", "Whether the feed takes what comes", self._ready())


def _of_streams(rows: list[StreamRow]) -> Iterator[Metric]:
    labels = ["stream", "source"]
    for name in _COUNTERS:
        counter = CounterMetricFamily(f"aas_stream_{name}", _SAID[name], labels=labels)
        for row in rows:
            counter.add_metric([row.name, row.source], getattr(row, name))
        yield counter
    lag = GaugeMetricFamily("aas_stream_lag_seconds", "How long the oldest message waits", labels=labels)
    last = GaugeMetricFamily("aas_stream_last_seconds", "The latest record's time, since 1970", labels=labels)
    for row in rows:
        lag.add_metric([row.name, row.source], row.lag)
        if row.last is not None:
            last.add_metric([row.name, row.source], row.last / 1e9)
    yield lag
    yield last
