"""The state of the feed: what comes in, how fast, how late, and what could not be read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from aas_server.clock import iso
from aas_server.errors import BadInput
from aas_server.ingest.state import BrokerState, FeedState, StreamState
from aas_server.store.contract import Store
from aas_server.web.reader import Reader
from aas_server.web.render import Renderer, json_response

PAGE = 50
STREAMS = 200


class FeedPages:
    """``/pages/feed`` and the figures with which it keeps itself up to date."""

    def __init__(self, store: Store, renderer: Renderer, feed: Callable[[], FeedState]) -> None:
        self._journal = store.journal
        self._renderer = renderer
        self._feed = feed

    def page(self, request: Request) -> Response:
        """Streams, connections and a page of the quarantine; ``?after=`` (a position) goes on."""
        after = _position(request.query_params.get("after", "0"))
        found = self._journal.quarantined(after, PAGE + 1)
        shown = found[:PAGE]
        return self._renderer.page(
            request,
            "feed.html",
            feed=_plain(self._feed(), self._renderer.reader(request)),
            quarantine=shown,
            after=after,
            more=shown[-1].position if len(found) > PAGE else 0,
        )

    def data(self, request: Request) -> Response:
        """The figures as JSON: times in ISO 8601 UTC, ``rate`` in records a second, ``lag`` in seconds."""
        return json_response(_plain(self._feed(), self._renderer.reader(request)))


def _plain(state: FeedState, reader: Reader) -> dict[str, object]:
    return {
        "streams": [_stream(stream) for stream in state.streams[:STREAMS]],
        "brokers": [_broker(broker, reader) for broker in state.brokers],
        "messages": sum(stream.messages for stream in state.streams),
        "records": sum(stream.records for stream in state.streams),
        "redelivered": state.redelivered,
        "quarantined": state.quarantined,
        "error": reader.error(state.error.key, state.error.values) if state.error else "",
    }


def _stream(stream: StreamState) -> dict[str, object]:
    return {
        "name": stream.name,
        "topic": stream.topic,
        "messages": stream.messages,
        "records": stream.records,
        "rate": round(stream.rate, 2),
        "lag": None if stream.lag is None else round(stream.lag, 2),
        "last": iso(stream.last) if stream.last else None,
    }


def _broker(broker: BrokerState, reader: Reader) -> dict[str, object]:
    return {
        "url": broker.url,
        "connected": broker.connected,
        "error": " ".join(_told(broker, reader)),
        "retry": iso(broker.retry) if broker.retry else None,
        "insecure": broker.insecure,
    }


def _told(broker: BrokerState, reader: Reader) -> Iterator[str]:
    if broker.error:
        yield reader.error(broker.error, broker.values)
    if broker.retry is not None:
        seconds = max(0, math.ceil((broker.retry - datetime.now(UTC)).total_seconds()))
        yield reader.error("broker-next-try", {"seconds": seconds})
    if broker.insecure:
        yield reader.error("broker-certificate-not-checked", {"url": broker.url})


def _position(asked: str) -> int:
    if not asked.isdecimal() or len(asked) > 18:
        raise BadInput("web-position-wrong", given=asked)
    return int(asked)
