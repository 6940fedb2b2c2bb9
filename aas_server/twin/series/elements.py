"""TimeSeries in plain JSON (IDTA 02008-1-1): its variables, its records and its segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aas_server.clock import iso
from aas_server.errors import BadInput
from aas_server.twin.elements import children, find
from aas_server.twin.plain import Json
from aas_server.twin.xsd import lexical
from templates import smt

SEGMENTS = "Segments"
_INTERNAL = "https://admin-shell.io/idta/TimeSeries/Segments/InternalSegment/1/1"
_RECORD = "https://admin-shell.io/idta/TimeSeries/Record/1/1"
_RECORDS = "https://admin-shell.io/idta/TimeSeries/Records/1/1"
_UTC = "https://admin-shell.io/idta/TimeSeries/UtcTime/1/1"
_RELATIVE = "https://admin-shell.io/idta/TimeSeries/RelativePointInTime/1/1"
_KEPT = ("modelType", "idShort", "semanticId", "supplementalSemanticIds", "valueType")
_COUNTED: Mapping[str, str] = {"avg": "xs:double", "sum": "xs:double", "count": "xs:long"}
"""What a variable becomes when its values are put together; the greatest and the least stay what they are."""


@dataclass(frozen=True, slots=True)
class Record:
    """``values`` by field; those that are missing have none."""

    time: datetime
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the record: its element, without a value, and the name of its field in the stream."""

    element: Json
    field: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What a record of the series is made of. ``times`` bear the instant, ``relative`` the seconds since the
    segment's start."""

    times: tuple[Json, ...]
    relative: tuple[Json, ...]
    variables: tuple[Variable, ...]


def layout(submodel: Json, columns: str | None = None) -> Layout:
    """The record that ``Metadata`` describes, with the variables wanted (``columns``: idShorts between commas; all
    where nothing is said). Raises ``BadInput`` for one it doesn't know."""
    described = [one for one in children(find(submodel, "Metadata.Record")) if one["modelType"] == "Property"]
    times = tuple(_bare(one) for one in described if _meaning(one) == _UTC)
    relative = tuple(_bare(one) for one in described if _meaning(one) == _RELATIVE)
    known = {
        one["idShort"]: Variable(_bare(one), _field(one))
        for one in described
        if _meaning(one) not in (_UTC, _RELATIVE)
    }
    wanted = [name.strip() for name in (columns or "").split(",") if name.strip()]
    for name in wanted:
        if name not in known:
            raise BadInput("series-column-unknown", column=name, known=", ".join(known))
    return Layout(times, relative, tuple(known[name] for name in wanted or known))


def record_elements(shape: Layout, found: Sequence[Record], method: str | None = None) -> list[Json]:
    """Records as collections ``Record00000``, …; ``method``: how they were put together."""
    start = found[0].time if found else None
    return [_record(f"Record{number:05}", shape, one, start, method) for number, one in enumerate(found)]


def internal_segment(
    id_short: str, shape: Layout, found: Sequence[Record], seconds: float | None, method: str | None, now: datetime
) -> Json:
    """A segment that holds records itself."""
    first, last = found[0].time, found[-1].time
    said: Mapping[str, Any] = {
        "RecordCount": len(found),
        "StartTime": iso(first),
        "EndTime": iso(last),
        "Duration": f"PT{(last - first).total_seconds():.15g}S",
        "SamplingInterval": int(seconds) if seconds is not None and seconds == int(seconds) else None,
        "State": "completed",
        "LastUpdate": iso(now.replace(microsecond=0)),
    }
    parts = [
        _property(one, said[one.id_short]) for one in smt.shapes("Segment") if said.get(one.id_short) is not None
    ]
    records = record_elements(shape, found, method)
    return _collection(id_short, _INTERNAL, [*parts, _collection("Records", _RECORDS, records)])


def bring_up(segment: Json, said: Mapping[str, str], records: Sequence[Json] | None = None) -> None:
    """Let a segment say what it holds by now: ``said`` by idShort and, for an internal one, its records."""
    parts = [one for one in children(segment) if one.get("idShort") not in said]
    made = [_property(shape, said[shape.id_short]) for shape in smt.shapes("Segment") if shape.id_short in said]
    if records is not None:
        parts = [one for one in parts if one.get("idShort") != "Records"]
        made.append(_collection("Records", _RECORDS, records))
    segment["value"] = parts + made


def is_growing(segment: Json) -> bool:
    """Whether a segment says that more is to come."""
    return any(one.get("idShort") == "State" and one.get("value") == "in progress" for one in children(segment))


def overlapping(submodel: Json, start: datetime | None, end: datetime | None) -> list[Json]:
    """The segments that reach into a time. One that doesn't say where it begins or ends, or is in progress, is
    open there."""
    return [one for one in children(find(submodel, SEGMENTS)) if _reaches(one, start, end)]


def instant(text: Any) -> datetime | None:
    """The instant that a text names; ``None`` where it names none, or a time of no zone."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else None


def is_internal(segment: Json) -> bool:
    """Whether a segment holds its records itself."""
    return _meaning(segment) == _INTERNAL


def _reaches(segment: Json, start: datetime | None, end: datetime | None) -> bool:
    said = {one.get("idShort"): one.get("value") for one in children(segment)}
    first = instant(said.get("StartTime"))
    last = None if said.get("State") == "in progress" else instant(said.get("EndTime"))
    begins_late = end is not None and first is not None and first > end
    ends_early = start is not None and last is not None and last < start
    return not (begins_late or ends_early)


def _record(id_short: str, shape: Layout, one: Record, start: datetime | None, method: str | None) -> Json:
    since = int((one.time - start).total_seconds()) if start is not None else 0
    parts = [time | {"value": iso(one.time)} for time in shape.times]
    parts += [time | {"value": str(since)} for time in shape.relative]
    for variable in shape.variables:
        value_type = _COUNTED.get(method or "", variable.element["valueType"])
        text = lexical(one.values.get(variable.field), value_type)
        if text is not None:
            parts.append(variable.element | {"valueType": value_type, "value": text})
    return _collection(id_short, _RECORD, parts)


def _collection(id_short: str, meaning: str, inside: Sequence[Json]) -> Json:
    made: Json = {"modelType": "SubmodelElementCollection", "idShort": id_short, "semanticId": _reference(meaning)}
    return made | ({"value": list(inside)} if inside else {})


def _property(shape: smt.Shape, value: Any) -> Json:
    return {
        "modelType": "Property",
        "idShort": shape.id_short,
        "semanticId": _reference(shape.semantic_id),
        "valueType": shape.value_type,
        "value": str(value),
    }


def _reference(meaning: str) -> Json:
    return {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": meaning}]}


def _bare(element: Json) -> Json:
    return {name: element[name] for name in _KEPT if name in element}


def _meaning(element: Json) -> str:
    keys = element.get("semanticId", {}).get("keys", [{"value": ""}])
    return str(keys[-1]["value"]).strip()


def _field(element: Json) -> str:
    named = {one["name"]: one.get("value") for one in element.get("extensions", ())}
    return str(named.get("name") or element["idShort"])
