"""Streams, discovered or adopted: listed, looked at, adopted, read again, erased."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from aas_server import ids
from aas_server.api import rows
from aas_server.api.parameters import CursorParameter, LimitParameter, Paging
from aas_server.api.services import own_route
from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.settings import Settings
from aas_server.streams.desk import Desk
from aas_server.streams.detail import unread_json
from aas_server.streams.rows import State

_JSON = "application/json"

StateParameter = Annotated[State | None, Query(description="Only streams in this state.")]
SearchParameter = Annotated[str, Query(description="Only streams with this in their name or topic.")]


def streams_router(desk: Desk, settings: Settings) -> APIRouter:
    """Routes below ``/streams``, beside those of records."""
    router = APIRouter(prefix="/streams", tags=["streams"])
    streams = _Streams(desk, settings)
    own_route(router, "GET", "", "GetStreams", streams.streams)
    own_route(router, "GET", "/{name}", "GetStream", streams.stream)
    own_route(router, "GET", "/{name}/quarantine", "GetStreamQuarantine", streams.quarantine)
    return router


class _Streams:
    """The operations; they run in worker threads."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk = desk
        self._paging = Paging(settings)

    def streams(
        self,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        state: StateParameter = None,
        search: SearchParameter = "",
    ) -> Response:
        """Every stream, in order of its name, those that nobody described yet among them. Times are ISO 8601 UTC,
        ``lag`` is in seconds, ``rate`` in records a second."""
        after = rows.id_of(cursor) if cursor else ""
        found, last = self._desk.page(self._paging.limit(limit), after, state=state, search=search)
        body: dict[str, Any] = {"streams": [row.as_json() for row in found]}
        if last is not None:
            body["cursor"] = ids.encode(last)
        return _answer(body)

    def stream(self, name: str) -> Response:
        """One stream with the schema that its last records show, a sample of them, and why messages were set
        aside."""
        return _answer(self._desk.show(name).as_json())

    def quarantine(self, name: str, limit: LimitParameter = None, cursor: CursorParameter = None) -> Response:
        """The stream's messages that could not be read, in the order they came."""
        found, last = self._desk.unread(name, self._paging.limit(limit), _position(cursor))
        body: dict[str, Any] = {
            "messages": [unread_json(one) | {"text": dict(in_all(one.key, **one.values))} for one in found]
        }
        if last is not None:
            body["cursor"] = ids.encode(str(last))
        return _answer(body)


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    return Response(rows.encode(body), status, media_type=_JSON)


def _position(cursor: str | None) -> int:
    if not cursor:
        return 0
    found = rows.id_of(cursor)
    if not found.isascii() or not found.isdigit() or len(found) > 18:
        raise BadInput("cursor-wrong", cursor=cursor[:100])
    return int(found)
