"""Records that a TimeSeries holds itself: those of a series whose stream is not on this server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from aas_server.errors import NotFound, NotSupported
from aas_server.product.series.lake import Found, Wanted
from aas_server.twin.elements import children, find
from aas_server.twin.plain import Json
from aas_server.twin.series.elements import SEGMENTS, Layout, Record, instant, is_internal


def read(submodel: Json, shape: Layout, wanted: Wanted) -> Found:
    """The records of its internal segments in a time, each once though several segments hold it.

    Raises ``NotFound`` where none of them holds a record, ``NotSupported`` where records are to be put together.
    """
    segments = [one for one in children(find(submodel, SEGMENTS)) if is_internal(one)]
    if not any(children(part) for segment in segments for part in children(segment) if _holds_records(part)):
        raise NotFound("series-not-here", submodel=submodel["id"])
    if wanted.step is not None:
        raise NotSupported("series-not-put-together", submodel=submodel["id"])
    unlike: dict[tuple[datetime, tuple[tuple[str, str], ...]], Record] = {}
    for segment in segments:
        for one in _records(segment, shape):
            if _lies_in(one.time, wanted):
                unlike.setdefault((one.time, tuple(sorted(one.values.items()))), one)
    found = sorted(unlike.values(), key=lambda one: one.time)
    return Found(found[: wanted.limit], len(found))


def _records(segment: Json, shape: Layout) -> Iterator[Record]:
    """Those that name an instant."""
    times = {one["idShort"] for one in shape.times}
    fields = {one.element["idShort"]: one.field for one in shape.variables}
    for part in children(segment):
        for record in children(part) if _holds_records(part) else ():
            said = {one.get("idShort"): one.get("value") for one in children(record)}
            at = next((moment for name in times if (moment := instant(said.get(name))) is not None), None)
            if at is not None:
                values = {field: said[name] for name, field in fields.items() if said.get(name) is not None}
                yield Record(at, values)


def _holds_records(part: Json) -> bool:
    return part.get("idShort") == "Records"


def _lies_in(time: datetime, wanted: Wanted) -> bool:
    return (wanted.start is None or time >= wanted.start) and (wanted.end is None or time <= wanted.end)
