"""InfluxDB's query door, as far as BaSyx UI, Mnestix and Grafana go through it: Flux in, annotated CSV out.

https://docs.influxdata.com/influxdb/v2/api/ (POST /api/v2/query) and …/reference/syntax/annotated-csv/
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from aas_server.api.rest import METHODS
from aas_server.clock import Clock, SystemClock, from_us, iso
from aas_server.errors import AasError, BadInput, NotFound, TooLarge
from aas_server.messages import error_text, language_of
from aas_server.product.series import flux
from aas_server.product.series.flux import Answer, Column, Table
from aas_server.product.series.segments import BUCKET, FLUX_PATH
from aas_server.store.contract import Store

_LARGEST = 256 * 1024
_ANNOTATIONS = ("datatype", "group", "default")
_CODES = {400: "invalid", 404: "not found", 405: "method not allowed", 413: "request too large", 415: "invalid"}
_CODES |= {501: "not implemented", 503: "unavailable"}
_NEWLINE = "\r\n"
_CHUNK = 2000
"""Rows that are written at a time."""


class Dialect(msgspec.Struct):
    """How the CSV is written; InfluxDB's names."""

    header: bool = True
    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = ","
    annotations: list[str] = []


class _Body(msgspec.Struct):
    query: str
    type: str = "flux"
    dialect: Dialect = msgspec.field(default_factory=Dialect)
    now: datetime | None = None


def flux_router(store: Store, clock: Clock | None = None) -> APIRouter:
    """``POST /api/v2/query``; everything else below ``/api/v2`` is told to be missing as InfluxDB does."""
    router = APIRouter(tags=["streams"])
    door = _Flux(store, clock or SystemClock())
    router.routes.append(Route(FLUX_PATH, door.query, methods=["POST"], include_in_schema=False))
    router.routes.append(Route("/api/v2/{rest:path}", door.missing, methods=METHODS, include_in_schema=False))
    return router


class _Flux:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def query(self, request: Request) -> Response:
        """A Flux query, as text (``application/vnd.flux``) or as ``query`` in JSON. Organisation and token are
        not looked at: there is one bucket, and who may ask is decided as for every other door."""
        try:
            asked = _read(request.headers.get("content-type"), await _body(request))
            content = await asyncio.to_thread(self._begun, asked)
        except AasError as fault:
            return _problem(request, fault)
        return StreamingResponse(content, media_type="text/csv; charset=utf-8")

    async def missing(self, request: Request) -> Response:
        """Nothing of InfluxDB's API but the query is here."""
        return _problem(request, NotFound("flux-path-unknown", path=request.url.path))

    def _begun(self, asked: _Body) -> Iterator[bytes]:
        """The answer, its first piece made already: then there is still a status to tell of a fault."""
        now = asked.now or self._clock.now()
        now = now if now.tzinfo else now.replace(tzinfo=UTC)
        pieces = written(flux.run(self._store, asked.query, now.astimezone(UTC), BUCKET), asked.dialect)
        first = next(pieces, b"")
        return chain([first], pieces)


def written(answers: Iterable[Answer], dialect: Dialect) -> Iterator[bytes]:
    """Annotated CSV; a new header stands wherever the columns change."""
    for answer in answers:
        before: tuple[Column, ...] | None = None
        for number, table in enumerate(answer.tables):
            if table.columns != before:
                apart = _NEWLINE if before is not None else ""
                yield (apart + _header(table, answer.name, dialect)).encode()
                before = table.columns
            # With annotations the name stands in #default, else in every row.
            name = "" if "default" in dialect.annotations else answer.name
            lines = _lines(table, f"{dialect.delimiter}{_cell(name, dialect)}{dialect.delimiter}{number}", dialect)
            while chunk := "".join(islice(lines, _CHUNK)):
                yield chunk.encode()
        yield _NEWLINE.encode()


def _header(table: Table, name: str, dialect: Dialect) -> str:
    columns = table.columns
    parts = {
        "datatype": ["string", "long", *(str(one.kind) for one in columns)],
        "group": ["false", "false", *(str(one.in_key).lower() for one in columns)],
        "default": [name, *[""] * (1 + len(columns))],
    }
    lines = [[f"#{one}", *parts[one]] for one in _ANNOTATIONS if one in dialect.annotations]
    if dialect.header:
        lines.append(["", "result", "table", *(one.name for one in columns)])
    return "".join(dialect.delimiter.join(_cell(part, dialect) for part in line) + _NEWLINE for line in lines)


def _lines(table: Table, begin: str, dialect: Dialect) -> Iterator[str]:
    kinds = [one.kind for one in table.columns]
    for row in table.rows:
        cells = (_cell(_text(kind, value), dialect) for kind, value in zip(kinds, row, strict=True))
        yield dialect.delimiter.join([begin, *cells]) + _NEWLINE


def _text(kind: str, value: Any) -> str:
    if value is None:
        return ""
    if kind == "dateTime:RFC3339":
        return _time(value)
    if kind == "boolean":
        return "true" if value else "false"
    return repr(float(value)) if kind == "double" else str(value)


def _time(micros: int) -> str:
    try:
        return iso(from_us(micros))
    except OverflowError:
        return "9999-12-31T23:59:59Z" if micros > 0 else "0001-01-01T00:00:00Z"


def _cell(text: str, dialect: Dialect) -> str:
    special = dialect.delimiter in text or '"' in text or "\n" in text or "\r" in text
    return '"' + text.replace('"', '""') + '"' if special else text


async def _body(request: Request) -> bytes:
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > _LARGEST:
            raise TooLarge("flux-long", most=_LARGEST)
    return bytes(found)


def _read(content_type: str | None, body: bytes) -> _Body:
    """Raises ``BadInput`` for what is neither Flux nor JSON with Flux in it."""
    try:
        if "json" not in (content_type or ""):
            return _Body(body.decode("utf-8"))
        asked = msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise BadInput("flux-body-wrong", fault=str(fault)[:200]) from None
    if asked.type != "flux":
        raise BadInput("flux-type-wrong", given=asked.type)
    return asked


def _problem(request: Request, fault: AasError) -> Response:
    """InfluxDB's form of an error."""
    language = language_of(request.headers.get("accept-language"))
    code = _CODES.get(fault.status, "internal error")
    body = msgspec.json.encode({"code": code, "message": error_text(fault, language)})
    headers = {"X-Platform-Error-Code": code, "Content-Language": language, "Vary": "Accept-Language"}
    return Response(body, fault.status, headers, "application/json")
