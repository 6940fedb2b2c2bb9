"""``ReadRecords``, ``ReadSegments`` and ``DeriveSegment`` of a TimeSeries submodel (IDTA 02008-1-1)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from aas_server.clock import Clock
from aas_server.errors import BadInput
from aas_server.product.series import held, lake
from aas_server.product.series.lake import Found, Wanted
from aas_server.twin.editing.submodels import Draft, Submodels
from aas_server.twin.elements import children, find
from aas_server.twin.operations import Call, Operations
from aas_server.twin.plain import Json
from aas_server.twin.repository import Repository
from aas_server.twin.series import sources
from aas_server.twin.series.current import Current
from aas_server.twin.series.elements import (
    SEGMENTS,
    Layout,
    internal_segment,
    layout,
    overlapping,
    record_elements,
)
from aas_server.twin.views import reference
from submodels.series_operations import DERIVE_SEGMENT, READ_RECORDS, READ_SEGMENTS, semantic_id

_NAME = "DerivedSegment{:02}"


class SeriesOperations:
    """The functions behind them, over the records of one store."""

    def __init__(self, repository: Repository, submodels: Submodels, clock: Clock, most: int) -> None:
        """``most``: records that one answer or one derived segment holds."""
        self._repository = repository
        self._store = repository.store
        self._current = Current(repository.store)
        self._submodels = submodels
        self._clock = clock
        self._most = most

    def register(self, operations: Operations) -> None:
        """Put them behind their semantic ids."""
        operations.register(semantic_id(READ_RECORDS), self.read_records)
        operations.register(semantic_id(READ_SEGMENTS), self.read_segments)
        operations.register(semantic_id(DERIVE_SEGMENT), self.derive_segment)

    async def read_records(self, call: Call) -> Mapping[str, Any]:
        """The first records of a time, and how many there are in all."""
        submodel = await self._submodel(call)
        given = call.arguments.get("Limit")
        if given is not None and given < 1:
            raise BadInput("series-limit-wrong", given=given)
        limit = self._most if given is None else min(given, self._most)
        shape, wanted, found = await asyncio.to_thread(self._read, submodel, call, limit)
        method = wanted.method if wanted.step else None
        return {"Records": record_elements(shape, found.records, method), "RecordCount": found.count}

    async def read_segments(self, call: Call) -> Mapping[str, Any]:
        """The segments that reach into a time, as they stand now."""
        start, end = _timespan(call)
        submodel = await self._submodel(call)
        stream = sources.stream_of(self._store.catalogue, call.submodel)
        if stream is not None:
            await asyncio.to_thread(self._current.lay_over, submodel, stream)
        return {"Segment": overlapping(submodel, start, end)}

    async def derive_segment(self, call: Call) -> Mapping[str, Any]:
        """Put an internal segment of the records of a time into the submodel. Raises ``BadInput`` where there are
        none, or more than a segment may hold."""
        submodel = await self._submodel(call)
        shape, wanted, found = await asyncio.to_thread(self._read, submodel, call, self._most)
        if not found.records:
            raise BadInput("series-empty", submodel=call.submodel)
        if found.count > self._most:
            raise BadInput("series-large", count=found.count, most=self._most)
        seconds = wanted.step / 1e6 if wanted.step else None
        made: list[Json] = []

        def edit(draft: Draft) -> None:
            name = _free_name(draft.submodel)
            method = wanted.method if wanted.step else None
            segment = internal_segment(name, shape, found.records, seconds, method, self._clock.now())
            find(draft.submodel, SEGMENTS).setdefault("value", []).append(segment)
            draft.changed.add(f"{SEGMENTS}.{name}")
            made.extend((segment, reference(call.submodel, draft.submodel, f"{SEGMENTS}.{name}")))

        await self._submodels.edit(call.submodel, edit, lambda *_: None)
        segment, place = made
        return {"Segments": [segment], "Reference": {"modelType": "ReferenceElement", "value": place}}

    async def _submodel(self, call: Call) -> Json:
        document = await self._repository.get("submodel", call.submodel)
        plain: Json = msgspec.json.decode(document.body)
        return plain

    def _read(self, submodel: Json, call: Call, limit: int) -> tuple[Layout, Wanted, Found]:
        shape = layout(submodel, call.arguments.get("Columns"))
        start, end = _timespan(call)
        step = _microseconds(call.arguments.get("SamplingInterval"))
        method = (call.arguments.get("AggregationMethod") or "Avg").strip().lower()
        fields = tuple(variable.field for variable in shape.variables)
        wanted = Wanted(start, end, fields, limit, step, method)
        stream = sources.stream_of(self._store.catalogue, call.submodel)
        if stream is None:
            return shape, wanted, held.read(submodel, shape, wanted)
        return shape, wanted, lake.read(self._store, stream, wanted)


def _timespan(call: Call) -> tuple[datetime | None, datetime | None]:
    """Both ends; a time that names no zone is UTC, as the records' are."""
    start, end = call.arguments["Timespan"]
    return _zoned(start), _zoned(end)


def _zoned(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _microseconds(seconds: str | None) -> int | None:
    if seconds is None or not seconds.strip():
        return None
    try:
        step = round(float(seconds) * 1e6)
    except (ValueError, OverflowError):
        step = 0
    if not 1 <= step < 2**62:
        raise BadInput("series-interval-wrong", given=seconds)
    return step


def _free_name(submodel: Json) -> str:
    taken = {one.get("idShort") for one in children(find(submodel, SEGMENTS))}
    return next(name for number in range(len(taken) + 1) if (name := _NAME.format(number)) not in taken)
