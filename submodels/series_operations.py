"""The Operations of a TimeSeries (IDTA 02008-1-1, annex "operations"): their variables and what they mean.

The annex knows ``Timespan`` and, for ``DeriveSegment``, ``SamplingInterval`` and ``AggregationMethod``; what else
stands here is ours and may be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from basyx.aas import model

from submodels import elements
from submodels.text import Text, both
from templates import smt

READ_RECORDS, READ_SEGMENTS, DERIVE_SEGMENT = "ReadRecords", "ReadSegments", "DeriveSegment"

EVER = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
"""The timespan that the template names: all there is."""

_VARIABLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    READ_RECORDS: (
        ("Timespan", "Columns", "Limit", "SamplingInterval", "AggregationMethod"),
        ("Records", "RecordCount"),
    ),
    READ_SEGMENTS: (("Timespan",), ("Segment",)),
    DERIVE_SEGMENT: (
        ("Timespan", "Columns", "SamplingInterval", "AggregationMethod"),
        ("Segments", "Reference"),
    ),
}
_SAID: Mapping[str, Text] = {
    READ_RECORDS: both("기간 안의 기록을 읽음", "Reads the records of a time"),
    READ_SEGMENTS: both("기간에 걸치는 세그먼트를 찾음", "Finds the segments that reach into a time"),
    DERIVE_SEGMENT: both(
        "기간의 기록으로 내부 세그먼트를 만들어 넣음", "Makes an internal segment of the records of a time"
    ),
}


def semantic_id(operation: str) -> str:
    """The semantic id of one of the operations."""
    return next(shape.semantic_id for shape in smt.template("TimeSeries").elements if shape.id_short == operation)


def operations() -> dict[str, model.Operation]:
    """All of them, by idShort."""
    return {
        name: model.Operation(
            name,
            input_variable=[_optional(one) for one in _elements(inputs)],
            output_variable=_elements(outputs),
            semantic_id=elements.reference(semantic_id(name)),
            description=elements.text(_SAID[name]),
        )
        for name, (inputs, outputs) in _VARIABLES.items()
    }


def _elements(names: Iterable[str]) -> list[model.SubmodelElement]:
    shapes = {shape.id_short: shape for shape in smt.shapes("SeriesArguments")}
    made = []
    for name in names:
        element = elements.element(shapes[name], EVER if name == "Timespan" else None, name)
        assert element is not None
        element.description = elements.text(shapes[name].definition)
        made.append(element)
    return made


def _optional(element: model.SubmodelElement) -> model.SubmodelElement:
    """Properties may be left out; the timespan has a value of its own."""
    if isinstance(element, model.Property):
        kind = model.QualifierKind.CONCEPT_QUALIFIER
        element.qualifier.add(model.Qualifier("SMT/Cardinality", str, "ZeroToOne", kind=kind))
    return element
