"""A query answered: its series are read as they are written out, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import pyarrow as pa

from aas_server.errors import BadInput
from aas_server.product.series.flux import planning
from aas_server.product.series.flux.fields import Field, Stream, asked
from aas_server.product.series.flux.parsing import parse
from aas_server.product.series.flux.planning import AUTO, Plan, Window
from aas_server.product.series.flux.steps import filtered, shown, step
from aas_server.product.series.flux.syntax import Pipeline
from aas_server.product.series.flux.table import PICKING, TYPES, Column, Row, Series, Table, made_by
from aas_server.store.contract import Store
from aas_server.store.series import COUNTED, NUMBERS, Buckets, Wanted, open_series
from aas_server.store.series import Series as Reader

_POINTS = 360
"""Windows of a chart where no viewer says how long they are; the BaSyx UI asks for as many."""
_DAY = 86_400_000_000
_LENGTHS = (
    *(count * unit for unit in (1, 10, 100, 1_000, 10_000, 100_000) for count in (1, 2, 5)),
    *(count * unit for unit in (1_000_000, 60_000_000) for count in (1, 2, 5, 10, 15, 30)),
    *(count * 3_600_000_000 for count in (1, 2, 3, 6, 12, 24)),
)
"""Of windows, in µs: from a millionth of a second to a day."""
_SHOWING = ("keep", "drop", "group", "pivot")
_LAST = 2**62


@dataclass(frozen=True, slots=True)
class Answer:
    """One result of a query."""

    name: str
    tables: Iterator[Table]


def run(store: Store, query: str, now: datetime, bucket: str) -> list[Answer]:
    """The results of a query. Raises ``BadInput`` that names what is not understood; tables are read only as they
    are taken. ``bucket``: what this server is called."""
    answers: list[Answer] = []
    for pipeline in parse(query):
        if pipeline.calls[0].name == "buckets":
            answers.append(Answer("_result", _buckets(pipeline, bucket)))
            continue
        plan = planning.plan(pipeline, now)
        steps = [step(call) for call in plan.after if call.name not in _SHOWING]
        showing = [call for call in plan.after if call.name in _SHOWING]
        if showing and plan.after[-len(showing) :] != showing:
            raise BadInput("flux-order", name=showing[0].name, before="yield")
        series: Iterable[Series] = _series(store, plan)
        for one in steps:
            series = map(one, series)
        answers.append(Answer(plan.name, shown(series, showing)))
    return answers


def _buckets(pipeline: Pipeline, bucket: str) -> Iterator[Table]:
    """What Grafana asks when a connection is tried."""
    for call in pipeline.calls[1:]:
        if call.name not in ("limit", "yield"):
            raise BadInput("flux-unsupported", name=call.name)
    columns = tuple(Column(name, "string", False) for name in ("name", "id", "organizationID"))
    return iter([Table(columns, [(bucket, bucket, bucket)])])


def _series(store: Store, plan: Plan) -> Iterator[Series]:
    for stream in asked(store, plan.predicates):
        method = plan.window.method if plan.window else plan.whole
        fields = [one for one in stream.fields if method in (None, *COUNTED) or one.kind in NUMBERS]
        if fields:
            with open_series(stream.source) as table:
                for one in _of_stream(table, plan, stream, fields):
                    yield filtered(one, plan.records)


def _of_stream(table: Reader, plan: Plan, stream: Stream, fields: list[Field]) -> Iterator[Series]:
    if plan.whole is not None:
        for field in fields:
            yield from _whole(table, plan, stream, field)
        return
    window = _settled(table, plan, fields) if plan.window else None
    if plan.window is not None and window is None:
        return
    buckets = None if window is None else Buckets(window.method, window.every, empty=window.empty)
    named = tuple(field.column for field in fields)
    if not stream.source.is_narrow:
        for field in fields:
            wanted = Wanted((field.column,), plan.start, plan.stop, buckets=buckets)
            rows = _rows(table.read(wanted).batches, keep_null=buckets is not None and buckets.empty)
            yield _one(plan, stream, field, window, rows)
        return
    wanted = Wanted(named, plan.start, plan.stop, buckets=buckets, by_series=True, common=("time",))
    known = {field.column: field for field in fields}
    tagged = _tagged(table.read(wanted).batches)
    for tag, rows_of_tag in groupby(tagged, key=lambda row: row[0]):
        field = known[tag]
        values = ((time, value) for _, time, value in rows_of_tag)
        empty = buckets is not None and buckets.empty
        yield _one(plan, stream, field, window, (row for row in values if empty or row[1] is not None))


def _one(plan: Plan, stream: Stream, field: Field, window: Window | None, rows: Iterable[Row]) -> Series:
    kind = TYPES[field.kind if field.kind in TYPES else "string"]
    if window is not None:
        kind = made_by(window.method, kind)
        # InfluxDB tells of a window by its end, which never lies behind what was asked for.
        late = 0 if window.at_start else window.every
        stop = _LAST if plan.stop is None else plan.stop
        rows = ((min((time or 0) + late, stop), _value(value, window)) for time, value in rows)
    return Series(stream.name, field.name, kind, plan.start or 0, plan.stop or _LAST, rows)


def _value(value: object, window: Window) -> object:
    return 0 if value is None and window.method == "count" else value


def _settled(table: Reader, plan: Plan, fields: list[Field]) -> Window | None:
    """The window with its length; ``None`` where there is nothing to put together."""
    window = plan.window
    assert window is not None
    if window.every != AUTO:
        return window
    low, high = plan.start, plan.stop
    if low is None or high is None:
        extent = table.extent(Wanted(tuple(field.column for field in fields), low, high, common=("time",)))
        if extent is None:
            return None
        low, high = extent.low if low is None else low, extent.high + 1 if high is None else high
    return Window(_round(-(-(high - low) // _POINTS)), window.method, False, window.at_start)


def _round(every: int) -> int:
    """The next length that people count in."""
    days = -(-every // _DAY)
    return next((one for one in _LENGTHS if one >= every), days * _DAY)


def _whole(table: Reader, plan: Plan, stream: Stream, field: Field) -> Iterator[Series]:
    """A field put together to one value. What is one of its records comes with that record's time."""
    method = plan.whole
    assert method is not None
    kind = TYPES[field.kind if field.kind in TYPES else "string"]
    span = Wanted((field.column,), plan.start, plan.stop)
    rows: list[Row] = []
    if method in ("min", "max"):
        found = _points(table, span, Buckets("minmax", points=2))
        pick = min if method == "min" else max
        rows = [pick(found, key=lambda row: row[1])] if found else []
    elif method in ("first", "last"):
        held = table.extent(Wanted(span.names, span.start, span.end, buckets=Buckets(method)))
        if held is not None:
            at = held.low if method == "first" else held.high
            found = _points(table, Wanted(span.names, at, at + 1), None)
            rows = [found[0 if method == "first" else -1]]
    else:
        rows = [(None, value) for _, value in _points(table, span, Buckets(method, points=1))]
    if rows:
        start, stop = plan.start or 0, plan.stop or _LAST
        yield Series(stream.name, field.name, made_by(method, kind), start, stop, rows, method in PICKING)


def _points(table: Reader, span: Wanted, buckets: Buckets | None) -> list[Row]:
    wanted = Wanted(span.names, span.start, span.end, buckets=buckets)
    found = table.read(wanted)
    if "tag" in found.schema.names:
        return [(time, value) for _, time, value in _tagged(found.batches) if value is not None]
    return list(_rows(found.batches))


def _rows(batches: Iterable[pa.RecordBatch], keep_null: bool = False) -> Iterator[Row]:
    for batch in batches:
        times = batch.column(0).cast(pa.int64()).to_pylist()
        for time, value in zip(times, batch.column(1).to_pylist(), strict=True):
            if keep_null or value is not None:
                yield time, value


def _tagged(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, int, object]]:
    for batch in batches:
        times = batch.column("time").cast(pa.int64()).to_pylist()
        tags, numbers = batch.column("tag").to_pylist(), batch.column("number").to_pylist()
        texts = batch.column("text").to_pylist() if "text" in batch.schema.names else [None] * len(tags)
        for tag, time, value, text in zip(tags, times, numbers, texts, strict=True):
            yield tag, time, text if value is None else value
