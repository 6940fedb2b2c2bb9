"""DataQuality (own; DQV): every index with numerator, denominator and rule. A self-check, never a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from basyx.aas import model

from submodels import elements, reading
from submodels.text import Text

KIND = "DataQuality"


@dataclass(frozen=True, slots=True)
class Index:
    """``value`` is numerator / denominator in 0…1, or ``None`` where it was not measured; then ``reason`` says
    why. ``before`` is the same index on the records as collected. ``examples`` lead to rows."""

    name: str
    title: Text
    dimension: str
    numerator: int | None
    denominator: int | None
    value: float | None
    rule: Text
    weight: float
    reason: Text | None = None
    before: float | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with the data: ``count`` of what ``note`` says, the ``columns`` concerned and some
    places."""

    kind: str
    count: int
    note: Text
    columns: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataQuality:
    """``index`` is the weighted sum on 0…100 with the weights of what was not measured shared out among the rest
    (``effective_weights``, in the order of ``indices``); ``None`` where nothing could be measured. ``looked_for``:
    the kinds of findings that were looked for, so that nothing found and not looked for are told apart.
    ``found_before``: kind and count of what was found in the records as they were collected, without places: they
    may lie in columns that are not sold."""

    id: str
    profile: str
    profile_source: str
    indices: tuple[Index, ...]
    effective_weights: tuple[float, ...]
    index: float | None
    rows: int
    columns: int
    left_out: tuple[str, ...]
    measured_at: str
    release: str
    statement: Text
    findings: tuple[Finding, ...] = ()
    looked_for: tuple[str, ...] = ()
    found_before: tuple[tuple[str, int], ...] = ()


def to_submodel(quality: DataQuality) -> model.Submodel:
    measured = [
        _measurement(one, weight) for one, weight in zip(quality.indices, quality.effective_weights, strict=True)
    ]
    return elements.submodel(
        KIND,
        quality.id,
        {
            "Statement": quality.statement,
            "Profile": quality.profile,
            "ProfileSource": quality.profile_source,
            "Release": quality.release,
            "MeasuredAt": quality.measured_at,
            "Rows": quality.rows,
            "Columns": quality.columns,
            "LeftOut": list(quality.left_out),
            "Score": quality.index,
            "QualityMeasurements": measured,
            "LookedFor": list(quality.looked_for),
            "Findings": [_found(one) for one in quality.findings],
            "CollectedFindings": [{"Kind": kind, "Count": count} for kind, count in quality.found_before],
        },
    )


def from_submodel(submodel: model.Submodel) -> DataQuality:
    said = reading.values_of(submodel, KIND)
    measured = said["QualityMeasurements"]
    return DataQuality(
        id=submodel.id,
        profile=said["Profile"],
        profile_source=said["ProfileSource"],
        indices=tuple(_index(one) for one in measured),
        effective_weights=tuple(one["EffectiveWeight"] for one in measured),
        index=said.get("Score"),
        rows=said["Rows"],
        columns=said["Columns"],
        left_out=tuple(said.get("LeftOut", ())),
        measured_at=said["MeasuredAt"],
        release=said["Release"],
        statement=said["Statement"],
        findings=tuple(_finding(one) for one in said.get("Findings", ())),
        looked_for=tuple(said.get("LookedFor", ())),
        found_before=tuple((one["Kind"], one["Count"]) for one in said.get("CollectedFindings", ())),
    )


def _measurement(index: Index, effective_weight: float) -> dict[str, Any]:
    return {
        "Name": index.name,
        "Title": index.title,
        "Dimension": index.dimension,
        "Numerator": index.numerator,
        "Denominator": index.denominator,
        "Value": index.value,
        "Rule": index.rule,
        "Weight": index.weight,
        "EffectiveWeight": effective_weight,
        "Reason": index.reason,
        "Before": index.before,
        "Examples": list(index.examples),
    }


def _index(said: Mapping[str, Any]) -> Index:
    return Index(
        name=said["Name"],
        title=said["Title"],
        dimension=said["Dimension"],
        numerator=said.get("Numerator"),
        denominator=said.get("Denominator"),
        value=said.get("Value"),
        rule=said["Rule"],
        weight=said["Weight"],
        reason=said.get("Reason"),
        before=said.get("Before"),
        examples=tuple(said.get("Examples", ())),
    )


def _found(finding: Finding) -> dict[str, Any]:
    return {
        "Kind": finding.kind,
        "Count": finding.count,
        "Note": finding.note,
        "Columns": list(finding.columns),
        "Examples": list(finding.examples),
    }


def _finding(said: Mapping[str, Any]) -> Finding:
    return Finding(
        kind=said["Kind"],
        count=said["Count"],
        note=said["Note"],
        columns=tuple(said.get("Columns", ())),
        examples=tuple(said.get("Examples", ())),
    )
