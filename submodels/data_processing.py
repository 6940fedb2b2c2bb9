"""DataProcessing (own; PROV): what step 2 did to the data, operation by operation, and how names map to IRDIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from basyx.aas import model

from submodels import elements, fields, reading
from submodels.field import Field
from submodels.text import Text

KIND = "DataProcessing"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on one stream. ``code`` is stable (``remove-repeated``, ``declared-code``, …); ``rule`` says
    what was done; ``example`` shows one place where it was, with the cell ``before`` and ``after`` it (an empty
    text is an empty cell)."""

    code: str
    stream: str
    rule: Text
    rows_in: int
    rows_out: int
    cells_changed: int
    columns: tuple[str, ...] = ()
    example: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many fields bear an official IRDI, our own URI, or nothing yet."""

    irdi: int
    own: int
    open: int


@dataclass(frozen=True, slots=True)
class DataProcessing:
    """``inputs`` names each stream with its Delta version; ``fields`` the mapping per stream."""

    id: str
    inputs: Mapping[str, int]
    operations: tuple[Operation, ...]
    fields: Mapping[str, tuple[Field, ...]]
    coverage: Coverage
    software: str


def to_submodel(processing: DataProcessing) -> model.Submodel:
    operations = [
        {
            "Code": one.code,
            "Stream": one.stream,
            "Rule": one.rule,
            "RowsIn": one.rows_in,
            "RowsOut": one.rows_out,
            "CellsChanged": one.cells_changed,
            "Columns": list(one.columns),
            "Example": one.example,
            "Before": one.before,
            "After": one.after,
        }
        for one in processing.operations
    ]
    mapped = [
        {"Stream": stream, "Fields": [fields.entry(one) for one in described]}
        for stream, described in processing.fields.items()
    ]
    coverage = processing.coverage
    return elements.submodel(
        KIND,
        processing.id,
        {
            "Software": processing.software,
            "Inputs": [{"Stream": stream, "Version": version} for stream, version in processing.inputs.items()],
            "Operations": operations,
            "Mapping": mapped,
            "Coverage": {"Irdi": coverage.irdi, "Own": coverage.own, "Open": coverage.open},
        },
    )


def from_submodel(submodel: model.Submodel) -> DataProcessing:
    said = reading.values_of(submodel, KIND)
    operations = tuple(
        Operation(
            code=one["Code"],
            stream=one["Stream"],
            rule=one["Rule"],
            rows_in=one["RowsIn"],
            rows_out=one["RowsOut"],
            cells_changed=one["CellsChanged"],
            columns=tuple(one.get("Columns", ())),
            example=one.get("Example", ""),
            before=one.get("Before", ""),
            after=one.get("After", ""),
        )
        for one in said["Operations"]
    )
    coverage = said["Coverage"]
    return DataProcessing(
        id=submodel.id,
        inputs={one["Stream"]: one["Version"] for one in said["Inputs"]},
        operations=operations,
        fields={
            one["Stream"]: tuple(fields.field_of_entry(each) for each in one["Fields"]) for one in said["Mapping"]
        },
        coverage=Coverage(coverage["Irdi"], coverage["Own"], coverage["Open"]),
        software=said["Software"],
    )
