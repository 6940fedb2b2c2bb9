"""The event feed: what changed in the twin, as CloudEvents, in pages or as a stream that goes on.

``/events`` with its parameters and ``/.well-known/event-feed.json`` follow the Event Feed API proposed for the AAS
API; ``text/event-stream`` (Server-Sent Events) is our addition.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Header, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from aas_server import ids
from aas_server.api import rows
from aas_server.api.answers import JSON, of_now
from aas_server.api.parameters import CursorParameter, LimitParameter, Paging
from aas_server.api.rest import close
from aas_server.api.services import own_route
from aas_server.errors import BadInput, NotFound, Unavailable
from aas_server.settings import Settings
from aas_server.store.contract import Documents
from aas_server.twin.events import TYPES, Event, Presentation, position_of, rsql
from aas_server.twin.events.feed import Feed

_STREAM = "text/event-stream"
_POLL_SECONDS = 0.5
_SILENT_SECONDS = 15.0
"""After so long without an event a comment is sent, so that nothing between takes the connection for dead."""
MOST_STREAMS = 100
"""Readers that a server holds open at a time."""
_CURSOR = re.compile(r"(\d{1,18})\|(REGULAR|COMPACT)\|(.*)", re.DOTALL)

_Since = Annotated[str | None, Query(description="Only what changed then or later (RFC 3339)")]
_Last = Annotated[
    str | None, Query(alias="lastEventId", description="Go on after this event; may repeat events of its change")
]
_Filter = Annotated[str | None, Query(description="rsql: over event.type, .subject, .source, .dataschema")]
_Shown = Annotated[
    Literal["REGULAR", "COMPACT", "FULL"], Query(description="COMPACT names the document alone; FULL is REGULAR")
]
_Resumed = Annotated[str | None, Header(alias="Last-Event-ID", include_in_schema=False)]


def events_router(documents: Documents, settings: Settings) -> APIRouter:
    """``/events``, and what the well-known address says of it."""
    router = APIRouter(tags=["events"])
    events = _Events(documents, settings)
    own_route(router, "GET", "/events", "GetEvents", events.events)
    own_route(router, "GET", "/.well-known/event-feed.json", "GetEventFeedDescription", events.description)
    own_route(router, "GET", "/.well-known/event-feed/schemas/{schema}", "GetEventSchema", events.schema)
    close(router, "/events")
    return router


class _Asked(msgspec.Struct, frozen=True):
    """What a walk through the feed is about; ``after``: where it stands, ``last``: the event its reader has."""

    after: int
    presentation: Presentation
    filter: str
    last: str = ""

    def unread(self, events: Sequence[Event]) -> list[Event]:
        return [event for event in events if event["id"] != self.last]

    def cursor(self, after: int) -> str:
        return ids.encode(f"{after}|{self.presentation}|{self.filter}")


class _Events:
    def __init__(self, documents: Documents, settings: Settings) -> None:
        self._base_url = f"{settings.base_url}/api/v3.1"
        self._feed = Feed(documents, self._base_url)
        self._paging = Paging(settings)
        self._streams = 0

    async def events(
        self,
        request: Request,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        since: _Since = None,
        lastEventId: _Last = None,
        filter: _Filter = None,
        presentation: _Shown = "REGULAR",
        resumed: _Resumed = None,
    ) -> Response:
        """What changed, oldest first: a page of CloudEvents, or with ``Accept: text/event-stream`` all from there
        on, as they happen. Remember the last event's id and go on with ``lastEventId``."""
        given: Presentation = "COMPACT" if presentation == "COMPACT" else "REGULAR"
        streamed = _STREAM in request.headers.get("accept", "")
        asked = await self._asked(cursor, since, lastEventId or (resumed if streamed else None), filter, given)
        wanted = rsql.parse(asked.filter) if asked.filter else None
        size = self._paging.limit(limit)
        if streamed:
            return self._stream(asked, wanted, size)
        page = await self._feed.page(asked.after, size, wanted, asked.presentation)
        records = asked.unread(page.events)
        body: dict[str, object] = {"records": records}
        if records:
            body["updated"] = max(event["time"] for event in records)
        if not page.ended:
            body["cursor"] = asked.cursor(page.after)
        return of_now(body)

    async def description(self) -> Response:
        """What the feed tells of, and how it is asked."""
        body = {
            "specversion": "1.0",
            "types": TYPES,
            "presentations": ["REGULAR", "COMPACT"],
            "filters": [f"event.{name}" for name in ("type", "subject", "source", "dataschema")],
            "schemas": [f"{self._base_url}/.well-known/event-feed/schemas/{name}" for name in sorted(_schemas())],
            "maxPageSize": self._paging.limit(None),
            "retention": None,
        }
        return Response(msgspec.json.encode(body), media_type=JSON)

    async def schema(self, schema: str) -> Response:
        """The JSON schema of ``data`` of a family of events."""
        found = _schemas().get(schema)
        if found is None:
            raise NotFound("event-schema-missing", schema=schema, known=", ".join(sorted(_schemas())))
        return Response(found, media_type="application/schema+json")

    async def _asked(
        self,
        cursor: str | None,
        since: str | None,
        last: str | None,
        filter: str | None,
        presentation: Presentation,
    ) -> _Asked:
        if cursor:
            return _resumed(cursor, since, last, filter)
        if since and last:
            raise BadInput("event-since-and-last")
        after = 0
        if last:
            found = position_of(last)
            if found is None:
                raise BadInput("event-id-wrong", given=last[:80])
            # A change may have a second event, which its reader has not seen yet.
            after = found if "-" in last else found - 1
        elif since:
            after = await self._feed.before(_moment(since))
        return _Asked(after, presentation, filter or "", last or "")

    def _stream(self, asked: _Asked, wanted: rsql.Wanted | None, size: int) -> StreamingResponse:
        if self._streams >= MOST_STREAMS:
            raise Unavailable("event-streams-many", most=MOST_STREAMS)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._told(asked, wanted, size), media_type=_STREAM, headers=headers)

    async def _told(self, asked: _Asked, wanted: rsql.Wanted | None, size: int) -> AsyncIterator[bytes]:
        self._streams += 1
        after, silent = asked.after, 0.0
        try:
            yield b"retry: 2000\n\n"
            while True:
                page = await self._feed.page(after, size, wanted, asked.presentation)
                after = page.after
                for event in asked.unread(page.events):
                    yield _line(event)
                silent = 0.0 if page.events else silent + _POLL_SECONDS
                if silent >= _SILENT_SECONDS:
                    silent = 0.0
                    yield b": no news\n\n"
                if page.ended:
                    await asyncio.sleep(_POLL_SECONDS)
        finally:
            self._streams -= 1


def _line(event: Event) -> bytes:
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (
        event["id"].encode(),
        event["type"].encode(),
        msgspec.json.encode(event),
    )


def _resumed(cursor: str, since: str | None, last: str | None, filter: str | None) -> _Asked:
    """The walk a cursor belongs to. What is said beside it must be what was said before."""
    match = _CURSOR.fullmatch(rows.id_of(cursor))
    if match is None:
        raise BadInput("cursor-wrong", cursor=cursor[:100])
    if since or last or (filter is not None and filter != match[3]):
        raise BadInput("event-cursor-other")
    return _Asked(int(match[1]), "COMPACT" if match[2] == "COMPACT" else "REGULAR", match[3])


def _moment(given: str) -> datetime:
    try:
        moment = datetime.fromisoformat(given.strip().replace(" ", "+"))
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput("moment-wrong", name="since", given=given[:80]) from None


def _schemas() -> dict[str, bytes]:
    folder = files("aas_server.twin.events") / "schemas"
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name.endswith(".json")}
