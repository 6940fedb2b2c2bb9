"""Streams, discovered or adopted: listed, looked at, adopted, read again, erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api import rows
from aas_server.api.answers import of_now
from aas_server.api.docs import summary
from aas_server.api.parameters import CursorParameter, LimitParameter, Paging
from aas_server.api.services import own_route
from aas_server.clock import moment, ns
from aas_server.errors import BadInput, Refused
from aas_server.messages import in_all
from aas_server.settings import Settings
from aas_server.streams.adopting import Wish
from aas_server.streams.desk import Desk
from aas_server.streams.detail import unread_json
from aas_server.streams.rows import State

StateParameter = Annotated[State | None, Query(description="Only streams in this state.")]
SearchParameter = Annotated[str, Query(description="Only streams with this in their name or topic.")]
SinceParameter = Annotated[
    str | None, Query(alias="from", description="Only messages that arrived at or after this time (ISO 8601).")
]
ConfirmParameter = Annotated[str | None, Query(description="The stream's name once more.")]
ReasonParameter = Annotated[str, Query(max_length=1000, description="Kept in the record of the erasure.")]
ReleasedParameter = Annotated[bool, Query(alias="even_released", description="Also while a release holds it.")]


class Adoption(BaseModel):
    """What is said at an adoption; see ``Wish``."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    shell: str | None = None
    title: Annotated[str | None, Field(max_length=200)] = None
    time: str | None = None
    zone: str | None = None
    interval: PositiveFloat | None = None


class AdoptionOf(Adoption):
    """An adoption of a topic, a filter, or a stream by its name."""

    topic: str


def streams_router(desk: Desk, settings: Settings) -> APIRouter:
    """Routes below ``/streams``, beside those of records."""
    router = APIRouter(prefix="/streams", tags=["streams"])
    streams = _Streams(desk, settings)
    own_route(router, "GET", "", "GetStreams", streams.streams)
    own_route(router, "POST", "/adopt", "AdoptTopic", streams.adopt_topic)
    own_route(router, "GET", "/configuration", "GetStreamConfiguration", streams.configuration)
    own_route(router, "GET", "/erasures", "GetStreamErasures", streams.erasures)
    own_route(router, "GET", "/{name}", "GetStream", streams.stream)
    own_route(router, "POST", "/{name}/adopt", "AdoptStream", streams.adopt)
    own_route(router, "GET", "/{name}/quarantine", "GetStreamQuarantine", streams.quarantine)
    own_route(router, "POST", "/{name}/replay", "ReplayStream", streams.replay)
    own_route(router, "GET", "/{name}/replay", "GetStreamReplay", streams.replay_state)
    router.add_api_route(
        "/{name}",
        streams.erase,
        methods=["DELETE"],
        operation_id="EraseStream",
        name="EraseStream",
        summary=summary("EraseStream"),
        response_class=Response,
        response_model=None,
    )
    return router


class _Streams:
    """The operations; they run in worker threads."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk = desk
        self._settings = settings
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
        return _page("streams", [row.as_json() for row in found], last)

    def stream(self, name: str) -> Response:
        """One stream with the schema that its last records show, a sample of them, and why messages were set
        aside."""
        return of_now(self._desk.show(name).as_json())

    def quarantine(self, name: str, limit: LimitParameter = None, cursor: CursorParameter = None) -> Response:
        """The stream's messages that could not be read, in the order they came."""
        found, last = self._desk.unread(name, self._paging.limit(limit), _position(cursor))
        told = [unread_json(one) | {"text": dict(in_all(one.key, **one.values))} for one in found]
        return _page("messages", told, None if last is None else str(last))

    def adopt_topic(self, body: AdoptionOf) -> Response:
        """Describe the stream of a topic or filter in the twin. Streams that the filter joins become one; their
        history is then read again from the journal (``replay``)."""
        return self._adopt(Wish(body.topic, **body.model_dump(exclude={"topic"})))

    def adopt(self, name: str, body: Adoption | None = None) -> Response:
        """Describe a stream in the twin: what it is called, what its fields mean, where they go."""
        return self._adopt(Wish(name, **(body or Adoption()).model_dump()))

    def replay(self, name: str, since: SinceParameter = None) -> Response:
        """Read the stream again from the journal, as it is described by now. Answers at once (202); the state of
        it is read at the same path. 409 while one runs."""
        start = None if since is None else ns(moment("from", since, self._settings.zone))
        return of_now(self._desk.start_replay(name, start).as_json(), 202)

    def replay_state(self, name: str) -> Response:
        """Whether the stream is being read again, and how the last time ended."""
        stream = self._desk.row(name).name
        running, last = self._desk.replaying(), self._desk.replayed(stream)
        here = running is not None and running.stream == stream
        return of_now(
            {"stream": stream, "running": here, "last": last.as_json() if last is not None and not here else None}
        )

    def erase(
        self,
        name: str,
        request: Request,
        confirm: ConfirmParameter = None,
        reason: ReasonParameter = "",
        even_released: ReleasedParameter = False,
    ) -> Response:
        """Take everything of a stream away for good, and answer the proof. ``confirm`` bears its name."""
        row = self._desk.row(name)
        if confirm not in (row.name, row.topic):
            raise Refused("erase-unconfirmed", stream=row.name)
        by = request.client.host if request.client else "http"
        return of_now(self._desk.erase(row.name, reason, f"http {by}", even_released=even_released).as_json())

    def erasures(self) -> Response:
        """The proofs of all erasures."""
        return of_now({"erasures": [one.as_json() for one in self._desk.erasures()]})

    def configuration(self) -> Response:
        """The descriptions and mappings in the twin, with what of them is not honoured."""
        return of_now({"submodels": [one.as_json() for one in self._desk.configured()]})

    def _adopt(self, wish: Wish) -> Response:
        adopted = self._desk.adopt(wish)
        if adopted.replay:
            self._desk.start_replay(adopted.stream)
        return of_now(adopted.as_json())


def _page(key: str, found: Sequence[Any], last: str | None) -> Response:
    body: dict[str, Any] = {key: list(found)}
    if last is not None:
        body["cursor"] = ids.encode(last)
    return of_now(body)


def _position(cursor: str | None) -> int:
    if not cursor:
        return 0
    found = rows.id_of(cursor)
    if not found.isascii() or not found.isdigit() or len(found) > 18:
        raise BadInput("cursor-wrong", cursor=cursor[:100])
    return int(found)
