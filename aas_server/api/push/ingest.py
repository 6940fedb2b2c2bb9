"""``POST /ingest/{topic}``: records brought by HTTP, answered once they are durable."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Path
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api.problems import problem
from aas_server.api.push.receiving import received
from aas_server.api.rest import close
from aas_server.api.services import own_route
from aas_server.errors import AasError, BadInput, Unavailable
from aas_server.ingest.taking.pushes import Pushes, Taking
from aas_server.settings import Settings
from connectors.errors import DoorError
from connectors.push import Pushed

RETRY_AFTER = "5"
"""Seconds that a client is told to wait: about as long as the gateway between its tries at a full disk."""
_LOOK_EVERY = 0.5
_LONGEST_KEY = 255

Topic = Annotated[str, Path(description="As a gateway would name it: `line/1/shots`.")]
Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="The same key again within its life stores nothing twice."),
]


def ingest_router(pushes: Pushes, settings: Settings) -> APIRouter:
    """Routes below ``/ingest``."""
    router = APIRouter(prefix="/ingest", tags=["ingest"])
    own_route(router, "POST", "/{topic:path}", "PostRecords", _Ingest(pushes, settings).post)
    close(router, "")
    return router


class _Ingest:
    def __init__(self, pushes: Pushes, settings: Settings) -> None:
        self._pushes = pushes
        self._settings = settings

    async def post(self, request: Request, topic: Topic, key: Key = None) -> Response:
        """Take records in: JSON (an object or an array of them), NDJSON, CSV with a header row, Parquet or XLSX;
        or pictures (JPEG, PNG, BMP): one as the body, with ``time``, ``label``, ``shot``, ``file`` in the query,
        or several in a form, with these beside them.

        All of a body is checked before any of it is stored. Up to ``max_message`` bytes it is one message, so that
        all of it is stored or nothing; what is larger becomes several, one after the other.
        """
        _check_key(key)
        async with received(request, topic, self._settings) as body:
            taking: Taking | None = None
            try:
                taking = await asyncio.to_thread(self._pushes.open, topic, body, key)
                await bring(self._pushes, taking, self._settings.push_seconds)
            except (AasError, DoorError) as fault:
                return refusal(request, fault, taking)
        headers = {"Idempotency-Replayed": "true"} if taking.repeated else {}
        return Response(msgspec.json.encode(_told(taking)), 202, headers, "application/json")


async def bring(pushes: Pushes, taking: Taking, seconds: float) -> None:
    """Hand all of a taking to the door, a message at a time, each waited for. Raises ``DoorError`` where the door
    has no room, ``Unavailable`` where a message is not durable within ``seconds``."""
    pushed: Pushed | None = None
    note = taking.note
    try:
        while not taking.repeated and (chunk := await asyncio.to_thread(next, taking.chunks, None)) is not None:
            pushed = pushes.door.push(note.topic, chunk.payload, note.arrival)
            taking.took(chunk, await _durable(pushes, pushed, seconds))
        if not taking.repeated:
            await asyncio.to_thread(taking.end)
    finally:
        taking.release(pushed)


async def _durable(pushes: Pushes, pushed: Pushed, seconds: float) -> int:
    """The message's place in the journal."""
    waited = 0.0
    position = asyncio.wrap_future(pushed.position)
    while True:
        done, _ = await asyncio.wait({position}, timeout=_LOOK_EVERY)
        if done:
            return await position
        waited += _LOOK_EVERY
        fault = pushes.trouble()
        if fault is None and waited < seconds:
            continue
        if pushed.withdraw():
            raise fault or Unavailable("push-too-slow", seconds=seconds)
        raise Unavailable("push-undecided")


def refusal(request: Request, fault: AasError | DoorError, taking: Taking | None = None) -> Response:
    """The answer where the door takes nothing at present, or nothing more: it says what is stored of the body."""
    error = fault if isinstance(fault, AasError) else Unavailable(fault.key, **fault.values)
    stored = 0 if taking is None else taking.note.records
    if stored:
        error = Unavailable("push-partly", records=stored, position=taking.note.position if taking else 0)
    answer = problem(request, error)
    if error.status == Unavailable.status:
        answer.headers["Retry-After"] = RETRY_AFTER
    return answer


def _told(taking: Taking) -> Mapping[str, object]:
    note = taking.note
    return {
        "topic": note.topic,
        "streams": note.streams,
        "records": note.records,
        "messages": note.messages,
        "position": note.position,
    }


def _check_key(key: str | None) -> None:
    if key is not None and (not key.strip() or len(key) > _LONGEST_KEY):
        raise BadInput("key-wrong", longest=_LONGEST_KEY)
