"""TimeSeries (IDTA 02008-1-1): what the records mean, and where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from basyx.aas import model

from submodels import elements, fields, reading, series_operations
from submodels.field import Field
from submodels.text import Text
from templates import smt

KIND = "TimeSeries"


@dataclass(frozen=True, slots=True)
class ExternalSegment:
    """A file of records. ``file`` is a path in the package (``/aasx/files/…``) or a URL; what grows is not
    ``completed``."""

    id_short: str
    name: Text
    description: Text
    records: int
    start: str
    end: str
    duration: str
    sampling_interval: int | None
    completed: bool
    last_update: str
    file: str
    media_type: str = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class LinkedSegment:
    """A query endpoint that answers records."""

    id_short: str
    name: Text
    description: Text
    records: int
    start: str
    end: str
    completed: bool
    last_update: str
    endpoint: str
    query: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The last records. They are laid over when the submodel is read; the stored segment holds none."""

    id_short: str
    name: Text
    description: Text


@dataclass(frozen=True, slots=True)
class TimeSeries:
    """One stream. The template knows one record layout, so companions get a submodel each. ``internal``: segments
    that hold records themselves, as they are."""

    id: str
    id_short: str
    name: Text
    description: Text
    fields: tuple[Field, ...]
    external: tuple[ExternalSegment, ...]
    linked: tuple[LinkedSegment, ...]
    internal: tuple[model.SubmodelElementCollection, ...] = ()
    preview: Preview | None = None


TIME = "Time"
CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
_SEGMENT = "https://admin-shell.io/idta/TimeSeries/Segments/{}/1/1"
_RECORDS = "https://admin-shell.io/idta/TimeSeries/Records/1/1"
_IN_PROGRESS = "in progress"

_TIME_FIELD = Field(
    name=TIME,
    id_short=TIME,
    value_type="xs:dateTime",
    semantic_id="https://admin-shell.io/idta/TimeSeries/UtcTime/1/1",
    origin="own",
    title={"ko": "시각 (UTC)", "en": "Time (UTC)"},
    definition={"ko": "기록이 생긴 시각", "en": "The instant at which the record came to be"},
    role="time",
)
_RELATIVE_FIELD = Field(
    name="Time01",
    id_short="Time01",
    value_type="xs:long",
    semantic_id="https://admin-shell.io/idta/TimeSeries/RelativePointInTime/1/1",
    origin="own",
    title={"ko": "구간 시작부터의 초", "en": "Seconds since the segment's start"},
    definition={
        "ko": "Time에서 구간의 StartTime을 뺀 초 단위 값. 파일에 열로 들어 있지 않고 계산한다",
        "en": "Time minus the segment's StartTime in seconds; computed, not a column of the file",
    },
    role="time",
)


def to_submodel(series: TimeSeries) -> model.Submodel:
    """The record is the schema row: ``Time`` (unless a field is called so) and the fields by idShort. These are
    the names of the file's columns, too: 02008 itself does not say how column and variable are linked.

    The template's data file demands a relative time with a value, though its text allows UTC alone: ``Time01``
    says how it follows from ``Time`` (0 at the start); it is no column.
    """
    described = {one.id_short: one for one in (_TIME_FIELD, *series.fields, _RELATIVE_FIELD)}
    record = {id_short: fields.property_of(one) for id_short, one in described.items()}
    record[_RELATIVE_FIELD.id_short] = fields.property_of(_RELATIVE_FIELD, "0")
    segments = {one.id_short: _segment("ExternalSegment", one.id_short, _external(one)) for one in series.external}
    segments |= {one.id_short: _segment("LinkedSegment", one.id_short, _linked(one)) for one in series.linked}
    if series.preview is not None:
        segments[series.preview.id_short] = _preview(series.preview)
    segments |= {str(one.id_short): one for one in series.internal}
    return elements.submodel(
        KIND,
        series.id,
        {
            "Metadata": {"Name": series.name, "Description": series.description, "Record": record},
            "Segments": segments,
            **series_operations.operations(),
        },
        series.id_short,
    )


def from_submodel(submodel: model.Submodel) -> TimeSeries:
    said = reading.values_of(submodel, KIND)
    record = [
        fields.field_of(one) for one in said["Metadata"]["Record"].values() if isinstance(one, model.Property)
    ]
    segments = said["Segments"].values()
    return TimeSeries(
        id=submodel.id,
        id_short=submodel.id_short or KIND,
        name=said["Metadata"].get("Name", {}),
        description=said["Metadata"].get("Description", {}),
        fields=tuple(one for one in record if one not in (_TIME_FIELD, _RELATIVE_FIELD)),
        external=tuple(_external_of(one) for one in segments if _is(one, "ExternalSegment")),
        linked=tuple(_linked_of(one) for one in segments if _is(one, "LinkedSegment")),
        internal=tuple(one for one in segments if _is(one, "InternalSegment") and not _grows(one)),
        preview=next((_preview_of(one) for one in segments if _is(one, "InternalSegment") and _grows(one)), None),
    )


def _segment(kind: str, id_short: str, values: dict[str, Any]) -> model.SubmodelElementCollection:
    return model.SubmodelElementCollection(
        id_short,
        elements.fill(smt.shapes("Segment"), values),
        semantic_id=elements.reference(_SEGMENT.format(kind)),
    )


def _is(one: model.SubmodelElement, kind: str) -> bool:
    return reading.semantic_id(one).strip() == _SEGMENT.format(kind)


def _preview(one: Preview) -> model.SubmodelElementCollection:
    values = {"Name": one.name, "Description": one.description, "State": _IN_PROGRESS}
    segment = _segment("InternalSegment", one.id_short, values)
    segment.add_referable(model.SubmodelElementCollection("Records", semantic_id=elements.reference(_RECORDS)))
    return segment


def _preview_of(one: model.SubmodelElementCollection) -> Preview:
    said = reading.read(smt.shapes("Segment"), one.value)
    return Preview(str(one.id_short), said.get("Name", {}), said.get("Description", {}))


def _grows(one: model.SubmodelElementCollection) -> bool:
    state = reading.read(smt.shapes("Segment"), one.value).get("State")
    return bool(state == _IN_PROGRESS)


def _common(one: ExternalSegment | LinkedSegment) -> dict[str, Any]:
    return {
        "Name": one.name,
        "Description": one.description,
        "RecordCount": one.records,
        "StartTime": one.start,
        "EndTime": one.end,
        "State": "completed" if one.completed else _IN_PROGRESS,
        "LastUpdate": one.last_update,
    }


def _external(one: ExternalSegment) -> dict[str, Any]:
    file = elements.FileValue(one.file, one.media_type)
    # The BaSyx UI draws an external segment only from a File called Data, and only where it is CSV.
    data = file if one.media_type == CSV else None
    of_time = {"Duration": one.duration, "SamplingInterval": one.sampling_interval}
    return {**_common(one), **of_time, "File": file, "Data": data}


def _linked(one: LinkedSegment) -> dict[str, Any]:
    return {**_common(one), "Endpoint": one.endpoint, "Query": one.query}


def _common_of(one: model.SubmodelElementCollection, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "id_short": one.id_short,
        "name": said.get("Name", {}),
        "description": said.get("Description", {}),
        "records": said.get("RecordCount", 0),
        "start": said.get("StartTime", ""),
        "end": said.get("EndTime", ""),
        "completed": said.get("State") == "completed",
        "last_update": said.get("LastUpdate", ""),
    }


def _external_of(one: model.SubmodelElementCollection) -> ExternalSegment:
    said = reading.read(smt.shapes("Segment"), one.value)
    file = said.get("File", elements.FileValue("", ""))
    return ExternalSegment(
        **_common_of(one, said),
        duration=said.get("Duration", ""),
        sampling_interval=said.get("SamplingInterval"),
        file=file.path,
        media_type=file.media_type,
    )


def _linked_of(one: model.SubmodelElementCollection) -> LinkedSegment:
    said = reading.read(smt.shapes("Segment"), one.value)
    return LinkedSegment(**_common_of(one, said), endpoint=said.get("Endpoint", ""), query=said.get("Query", ""))
