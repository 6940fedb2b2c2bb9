"""Records of a stream in a time, as they are or put together by intervals, out of the lake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from aas_server.clock import us
from aas_server.errors import BadInput
from aas_server.store import series
from aas_server.store.contract import Store
from aas_server.store.series import Buckets, Source, open_series
from aas_server.twin.series.elements import Record

METHODS: Mapping[str, series.Method] = {"max": "max", "min": "min", "avg": "mean", "sum": "sum", "count": "count"}
"""AggregationMethod of IDTA 02008-1-1, by its name in lower case → what it is called where records are read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. ``start`` and ``end`` bear a zone. ``names``: the stream's fields (columns, or tags of a
    narrow stream). ``step``: microseconds that are put together by ``method`` (a key of ``METHODS``); ``None``:
    records as they are."""

    start: datetime | None
    end: datetime | None
    names: tuple[str, ...]
    limit: int
    step: int | None = None
    method: str = "avg"


@dataclass(frozen=True, slots=True)
class Found:
    """At most ``limit`` records in order of time, and how many there are."""

    records: Sequence[Record]
    count: int


def read(store: Store, stream: str, wanted: Wanted) -> Found:
    """Read the stream's present records, both ends of the time included; those without a time are left out.

    Raises ``NotFound`` for a stream that has none, ``BadInput`` for a method that isn't known.
    """
    if wanted.method not in METHODS:
        raise BadInput("series-method-unknown", given=wanted.method, known="Max, Min, Avg, Sum, Count")
    _, source = Source.of_stream(store.lake, stream)
    asked = series.Wanted(
        names=wanted.names,
        start=None if wanted.start is None else us(wanted.start),
        end=None if wanted.end is None else us(wanted.end) + 1,
        buckets=None if wanted.step is None else Buckets(METHODS[wanted.method], wanted.step),
        # A bucket of a narrow table has at most one row a tag, so the rows reach for all the buckets wanted.
        limit=wanted.limit * (max(1, len(wanted.names)) if source.is_narrow and wanted.step else 1),
    )
    with open_series(source) as table:
        count = table.count(asked)
        rows = table.read(asked).batches
        found = _narrow(rows, wanted) if source.is_narrow else _wide(rows)
        return Found(found[: wanted.limit], count)


def _wide(batches: Iterable[pa.RecordBatch]) -> list[Record]:
    return [_record(row.pop("time"), row) for batch in batches for row in batch.to_pylist()]


def _narrow(batches: Iterable[pa.RecordBatch], wanted: Wanted) -> list[Record]:
    rows = [row for batch in batches for row in batch.to_pylist()]
    if wanted.step is None:
        return [_record(row["time"], {row["tag"]: _value(row)}) for row in rows]
    buckets: dict[datetime, dict[str, Any]] = {}
    for row in rows:
        buckets.setdefault(row["time"], {})[row["tag"]] = _value(row)
    return [_record(time, values) for time, values in buckets.items()]


def _value(row: Mapping[str, Any]) -> Any:
    return row.get("text") if row["number"] is None else row["number"]


def _record(time: datetime, values: Mapping[str, Any]) -> Record:
    present = {name: value for name, value in values.items() if value is not None}
    return Record(time.astimezone(UTC), present)
