"""The state of the feed: what comes in, how fast, how late, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from aas_server.clock import iso
from aas_server.errors import BadInput
from aas_server.store.contract import Store
from aas_server.web.render import Renderer, json_response

PAGE = 50
STREAMS = 200


class FeedStream(Protocol):
    """One stream. ``rate`` is records a second over the last moments; ``lag`` seconds between the last message's
    arrival and the present state of the lake, ``None`` while nothing came; ``last`` the last record's time."""

    @property
    def name(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def messages(self) -> int: ...
    @property
    def records(self) -> int: ...
    @property
    def rate(self) -> float: ...
    @property
    def lag(self) -> float | None: ...
    @property
    def last(self) -> datetime | None: ...


class FeedBroker(Protocol):
    """One connection. ``error`` says why it is down, empty while it is up."""

    @property
    def url(self) -> str: ...
    @property
    def connected(self) -> bool: ...
    @property
    def error(self) -> str: ...


class FeedState(Protocol):
    """All of the feed at one moment."""

    @property
    def streams(self) -> Sequence[FeedStream]: ...
    @property
    def brokers(self) -> Sequence[FeedBroker]: ...
    @property
    def redelivered(self) -> int: ...
    @property
    def quarantined(self) -> int: ...


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
            feed=_plain(self._feed()),
            quarantine=shown,
            after=after,
            more=shown[-1].position if len(found) > PAGE else 0,
        )

    def data(self, _: Request) -> Response:
        """The figures as JSON: times in ISO 8601 UTC, ``rate`` in records a second, ``lag`` in seconds."""
        return json_response(_plain(self._feed()))


def _plain(state: FeedState) -> dict[str, object]:
    return {
        "streams": [
            {
                "name": stream.name,
                "topic": stream.topic,
                "messages": stream.messages,
                "records": stream.records,
                "rate": round(stream.rate, 2),
                "lag": None if stream.lag is None else round(stream.lag, 2),
                "last": iso(stream.last) if stream.last else None,
            }
            for stream in state.streams[:STREAMS]
        ],
        "brokers": [
            {"url": _without_password(broker.url), "connected": broker.connected, "error": broker.error}
            for broker in state.brokers
        ],
        "redelivered": state.redelivered,
        "quarantined": state.quarantined,
    }


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _position(asked: str) -> int:
    if not asked.isdecimal() or len(asked) > 18:
        raise BadInput("web-position-wrong", given=asked)
    return int(asked)
