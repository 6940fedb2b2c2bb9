"""Streams and their records, as they were collected: the raw side of the lake, read page by page or as Parquet."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
from fastapi import APIRouter, Query
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from aas_server.api import rows
from aas_server.api.parameters import CursorParameter, LimitParameter, Paging
from aas_server.api.rest import close
from aas_server.api.services import own_route
from aas_server.errors import BadInput
from aas_server.settings import Settings
from aas_server.store.contract import Pin, Store

_PARQUET = "application/vnd.apache.parquet"
_JSON = "application/json"
_BATCH = 65_536

Since = Annotated[str | None, Query(alias="from", description="Records from this time on (ISO 8601).")]
Until = Annotated[str | None, Query(alias="to", description="Records before this time (ISO 8601).")]


def records_router(store: Store, settings: Settings, *others: APIRouter) -> APIRouter:
    """Routes below ``/streams``; ``others`` serve paths there, too."""
    router = APIRouter(prefix="/streams", tags=["streams"])
    streams = _Streams(store, settings)
    example: dict[int | str, dict[str, Any]] = {200: {"content": {_JSON: {"example": _EXAMPLE}}}}
    parquet = "/{name}/versions/{version}/records.parquet"
    own_route(router, "GET", "/{name}/records", "GetStreamRecords", streams.records, example)
    own_route(router, "GET", parquet, "GetStreamParquet", streams.parquet)
    close(router, "", *others)
    return router


class _Streams:
    """The operations; they run in worker threads."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._paging = Paging(settings)

    def records(
        self,
        name: str,
        since: Since = None,
        until: Until = None,
        columns: Annotated[list[str] | None, Query(description="Comma-separated; else all.")] = None,
        tag: Annotated[str | None, Query(description="Only this tag (streams of tags).")] = None,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        version: Annotated[int | None, Query(description="A version of the table; else the present one.")] = None,
    ) -> Response:
        """Records in the order they were stored. Go on with ``cursor`` until it is missing.

        All pages of one walk read the version that the first page read, whatever comes in meanwhile. A filter that
        finds little may give short or empty pages with a cursor.
        """
        place = rows.Place.of(cursor) if cursor else None
        pin = self._pin(name, place, version)
        paths = self._store.lake.paths(pin)
        known = self._store.lake.schema(name).names
        wanted = rows.Filter(self._time("from", since), self._time("to", until), tag)
        if tag is not None and "tag" not in known:
            raise BadInput("stream-has-no-tags", stream=name)
        size = self._paging.limit(limit)
        start = place or rows.Place(str(pin.version))
        found, after = rows.page(paths, start, size, rows.chosen(columns or (), known), wanted)
        body: dict[str, Any] = {"stream": name, "version": pin.version, "records": found}
        if after is not None:
            body["cursor"] = after.cursor()
        return Response(rows.encode(body), media_type=_JSON)

    def parquet(self, name: str, version: int) -> Response:
        """All records of that version; the same version is the same data for ever."""
        pin = self._pin(name, None, version)
        paths = self._store.lake.paths(pin)
        headers = {"X-Content-Type-Options": "nosniff"}
        file_name = f"{name}-v{version}.parquet"
        if len(paths) == 1:
            return FileResponse(paths[0], media_type=_PARQUET, filename=file_name, headers=headers)
        joined = _joined(paths)
        remove = BackgroundTask(joined.unlink, missing_ok=True)
        return FileResponse(joined, media_type=_PARQUET, filename=file_name, headers=headers, background=remove)

    def _pin(self, name: str, place: rows.Place | None, version: int | None) -> Pin:
        """The version that the cursor's walk began with, the one asked for, or the present one."""
        if place is not None:
            if not place.scope.isascii() or not place.scope.isdigit():
                raise BadInput("cursor-wrong", cursor=place.cursor())
            if version is not None and version != int(place.scope):
                raise BadInput("cursor-of-other-table", cursor=place.cursor(), table=f"{name} @ {version}")
            version = int(place.scope)
        return self._store.lake.pin(name, version)

    def _time(self, name: str, given: str | None) -> datetime | None:
        """A time without a zone is the plant's."""
        if given is None:
            return None
        try:
            # A "+" of a zone arrives as a blank where the client did not escape it.
            moment = datetime.fromisoformat(
                given.strip().replace(" +", "+").replace(" ", "+") if "T" in given else given
            )
        except ValueError:
            raise BadInput("stream-time-wrong", name=name, given=given) from None
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self._settings.zone))
        return zoned.astimezone(UTC)


def _joined(paths: Sequence[Path]) -> Path:
    """Several files as one, in a temporary file; a column that a file does not have is null there."""
    schema = pa.unify_schemas([pq.read_schema(path) for path in paths], promote_options="permissive")
    with tempfile.NamedTemporaryFile(suffix=".parquet", delete=False) as target:
        result = Path(target.name)
    try:
        with pq.ParquetWriter(result, schema, compression="zstd") as writer:
            for path in paths:
                with pq.ParquetFile(path) as source:
                    for batch in source.iter_batches(_BATCH):
                        part = pa.concat_tables(
                            [schema.empty_table(), pa.Table.from_batches([batch])], promote_options="permissive"
                        )
                        writer.write_table(part.select(schema.names))
    except BaseException:
        result.unlink(missing_ok=True)
        raise
    return result


_EXAMPLE = {
    "stream": "shots",
    "version": 12,
    "records": [{"time": "2026-11-25T00:00:00Z", "arrival": "2026-11-25T00:00:01Z", "cycle_time": 31.2}],
    "cursor": "MC4xQDEy",
}
