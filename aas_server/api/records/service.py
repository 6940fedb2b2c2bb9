"""Streams' records as they were collected: the raw side of the lake."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Protocol

import pyarrow as pa
from fastapi import APIRouter
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from aas_server.api import rows
from aas_server.api.answers import attachment
from aas_server.api.parameters import CursorParameter, LimitParameter, Paging
from aas_server.api.records.asked import Bom, FormatParameter, Fresh, VersionParameter, range_of
from aas_server.api.records.forms import JSON, PARQUET, Form, form_of
from aas_server.api.records.question import Plan, Question, QuestionParameter, plan
from aas_server.api.records.writing import pieces, whole_json
from aas_server.api.rest import close
from aas_server.api.services import own_route
from aas_server.errors import BadInput, Unavailable
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.series import Source, open_series

_FRESH_SECONDS = 10.0
"""So long an answer waits for what came in to be stored."""
_PLAIN = {"X-Content-Type-Options": "nosniff"}


class Folding(Protocol):
    """What only who decodes at present can tell and do."""

    def settle(self, timeout: float) -> bool:
        """Wait until all that is in the journal by now is in the lake; ``False`` after ``timeout`` seconds."""
        ...

    def waiting(self, stream: str) -> int | None:
        """The arrival (ns) of the stream's oldest message that is not in the lake yet."""
        ...


def records_router(
    store: Store, settings: Settings, *others: APIRouter, folding: Folding | None = None
) -> APIRouter:
    """Routes below ``/streams``; ``others`` serve paths there, too."""
    router = APIRouter(prefix="/streams", tags=["streams"])
    streams = _Streams(store, settings, folding)
    example: dict[int | str, dict[str, Any]] = {200: {"content": {JSON.media_type: {"example": _EXAMPLE}}}}
    own_route(router, "GET", "/{name}/records", "GetStreamRecords", streams.records, example)
    own_route(router, "GET", "/{name}/records.{form}", "GetStreamFile", streams.file)
    version = "/{name}/versions/{version}/records.{form}"
    own_route(router, "GET", version, "GetStreamVersionFile", streams.pinned)
    close(router, "", *others)
    return router


class _Streams:
    """The operations; they run in worker threads."""

    def __init__(self, store: Store, settings: Settings, folding: Folding | None) -> None:
        self._store = store
        self._zone = settings.zone
        self._paging = Paging(settings)
        self._folding = folding

    def records(
        self,
        request: Request,
        name: str,
        question: QuestionParameter,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        version: VersionParameter = None,
        format: FormatParameter = None,
        bom: Bom = False,
        fresh: Fresh = False,
    ) -> Response:
        """Records in the order they were stored, page by page in JSON: go on with ``cursor`` until it is missing.
        In the other forms all of them come, unless ``limit`` asks for pages: then ``Link`` leads on. All pages of
        one walk read the version that the first page read, whatever comes in meanwhile; a filter that finds little
        may give short or empty pages.

        With ``points`` or ``interval`` they are put together by ``method``, in order of time. ``minmax`` and
        ``lttb`` choose points that were measured; values that are no numbers, or infinite, take no part.

        What arrived last may not be stored yet: ``folded`` is the journal's position up to which the stream is,
        ``lag`` the seconds that its oldest message has waited.
        """
        form = form_of(format, request.headers.get("accept"))
        self._settle(fresh)
        place = rows.Place.of(cursor) if cursor else None
        version, source = Source.of_stream(self._store.lake, name, _version(name, place, version))
        planned = plan(self._store, name, source, question, self._zone)
        about = self._about(name, version)
        if planned.wanted.buckets is not None or question.layout == "series":
            if cursor:
                raise BadInput("records-cursor-useless")
            return self._whole(name, planned, form, about, bom, limit)
        if form != JSON and limit is None and place is None:
            return self._whole(name, planned, form, about, bom, None)
        start = place or rows.Place(str(version))
        return self._page(request.url, planned, question, start, self._paging.limit(limit), form, about, bom)

    def file(self, name: str, form: str, question: QuestionParameter, bom: Bom = False) -> Response:
        """All records stored by now as one file: ``csv``, ``parquet``, ``arrow``, ``ndjson`` or ``json``."""
        version, source = Source.of_stream(self._store.lake, name)
        planned = plan(self._store, name, source, question, self._zone)
        return self._whole(name, planned, form_of(form, None), self._about(name, version), bom, None, form)

    def pinned(
        self, request: Request, name: str, version: int, form: str, question: QuestionParameter, bom: Bom = False
    ) -> Response:
        """All records of that version; the same version is the same data for ever."""
        _, source = Source.of_stream(self._store.lake, name, version)
        wanted = form_of(form, None)
        ending = f"-v{version}.{form}"
        if wanted == PARQUET and not request.url.query and len(source.paths) == 1:
            return FileResponse(
                source.paths[0], media_type=PARQUET.media_type, filename=name + ending, headers=_PLAIN
            )
        planned = plan(self._store, name, source, question, self._zone)
        return self._whole(name, planned, wanted, self._about(name, version), bom, None, ending)

    def _whole(
        self,
        name: str,
        planned: Plan,
        form: Form,
        about: Mapping[str, Any],
        bom: bool,
        limit: int | None,
        ending: str | None = None,
    ) -> Response:
        found = _opened(planned, limit)
        schema = next(found)
        # Whatever fails in a query fails before its first rows: then there is still a status to say so.
        first = next(found, None)
        batches = chain([first] if first is not None else [], found)
        buckets = planned.wanted.buckets
        if form == JSON:
            method = {} if buckets is None else {"method": buckets.method}
            content = whole_json({**about, **method}, batches)
        else:
            content = pieces(form, schema, batches, bom)
        headers = _headers(about)
        if ending is not None:
            file = f"{name}{ending}" if ending.startswith("-") else f"{name}.{ending}"
            headers["Content-Disposition"] = attachment(file)
        return StreamingResponse(content, media_type=form.media_type, headers=headers)

    def _page(
        self,
        url: URL,
        planned: Plan,
        question: Question,
        start: rows.Place,
        limit: int,
        form: Form,
        about: Mapping[str, Any],
        bom: bool,
    ) -> Response:
        span = range_of(question.since, question.until, question.by, self._zone)
        wanted = rows.Filter(span.start, span.end, question.tags, span.by)
        columns = planned.columns or ()
        found, after = rows.page(planned.source.paths, start, limit, columns, wanted)
        cursor = {} if after is None else {"cursor": after.cursor()}
        headers = _headers(about)
        if cursor:
            headers["Link"] = f'<{url.include_query_params(**cursor)}>; rel="next"'
        if form == JSON:
            body = rows.encode({**about, "records": found, **cursor})
            return Response(body, media_type=JSON.media_type, headers=headers)
        schema = _schema(planned.source, columns)
        batches = pa.Table.from_pylist([dict(row) for row in found], schema).to_batches()
        content = b"".join(pieces(form, schema, batches, bom))
        return Response(content, media_type=form.media_type, headers=headers)

    def _about(self, name: str, version: int) -> dict[str, Any]:
        known: dict[str, Any] = {"stream": name, "version": version, "folded": self._store.lake.folded(name)}
        if self._folding is not None:
            waiting = self._folding.waiting(name)
            known["lag"] = 0.0 if waiting is None else round(max(0, time.time_ns() - waiting) / 1e9, 3)
        return known

    def _settle(self, fresh: bool) -> None:
        if fresh and self._folding is not None and not self._folding.settle(_FRESH_SECONDS):
            raise Unavailable("records-not-folded", seconds=int(_FRESH_SECONDS))


def _opened(planned: Plan, limit: int | None) -> Iterator[Any]:
    """The schema, then the batches; the table is open as long as they are read."""
    with open_series(planned.source) as table:
        found = planned.limited(limit).read(table)
        yield found.schema
        yield from found.batches


def _version(name: str, place: rows.Place | None, version: int | None) -> int | None:
    """The version that the cursor's walk began with, the one asked for, or the present one (``None``)."""
    if place is None:
        return version
    if not place.scope.isascii() or not place.scope.isdigit() or len(place.scope) > 18:
        raise BadInput("cursor-wrong", cursor=place.cursor())
    if version is not None and version != int(place.scope):
        raise BadInput("cursor-of-other-table", cursor=place.cursor(), table=f"{name} @ {version}")
    return int(place.scope)


def _headers(about: Mapping[str, Any]) -> dict[str, str]:
    lag = {"X-Lag-Seconds": str(about["lag"])} if "lag" in about else {}
    return {"X-Stream-Version": str(about["version"]), "X-Folded-Position": str(about["folded"]), **lag, **_PLAIN}


_ARROW_TYPES = {
    "bool": pa.bool_(),
    "int64": pa.int64(),
    "double": pa.float64(),
    "string": pa.string(),
    "timestamp": pa.timestamp("us", "UTC"),
}


def _schema(source: Source, columns: tuple[str, ...]) -> pa.Schema:
    return pa.schema([(name, _ARROW_TYPES[source.columns[name]]) for name in columns])


_EXAMPLE = {
    "stream": "shots",
    "version": 12,
    "folded": 4711,
    "lag": 0.8,
    "records": [{"time": "2026-11-25T00:00:00Z", "arrival": "2026-11-25T00:00:01Z", "cycle_time": 31.2}],
    "cursor": "MC4xQDEy",
}
