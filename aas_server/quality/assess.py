"""All indices of one table by a profile, and the index they make together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from aas_server.messages import Language
from aas_server.quality.case import Case
from aas_server.quality.declared import Quality
from aas_server.quality.facts import Facts
from aas_server.quality.looked import Looked
from aas_server.quality.measure import Measure
from aas_server.quality.measures import Described
from aas_server.quality.named import MEASURES
from aas_server.quality.profile import Profile
from aas_server.quality.score import score
from aas_server.quality.steps import Steps
from aas_server.quality.subject_table import table_of
from aas_server.quality.table import Table, counted


@dataclass(frozen=True, slots=True)
class Assessment:
    """``measures`` by index name, in the profile's order; ``weights``: as applied; ``index``: on 0…100, ``None``
    where nothing was measured; ``left_out``: columns missing for the most part, reported and left out first."""

    profile: Profile
    measures: Mapping[str, Measure]
    weights: tuple[Fraction, ...]
    index: Fraction | None
    left_out: tuple[str, ...]
    rows: int
    columns: int


def assess(
    table: Table,
    profile: Profile,
    declared: Quality | None = None,
    looked: Looked | None = None,
    described: Described | None = None,
    checked_on: date | None = None,
    steps: Steps | None = None,
) -> Assessment:
    """Measure a table. What ``looked`` and ``steps`` counted already is not counted again.

    Raises ``BadInput`` for an unknown column in what was declared, or a rule that cannot be asked.
    """
    whole = counted(table)
    left_out = whole.sparse(Fraction(profile.left_out_over))
    case = Case(
        table=whole,
        dense=whole.without(left_out),
        left_out=left_out,
        declared=declared or Quality(),
        looked=looked or Looked(),
        described=described,
        checked_on=checked_on,
        steps=steps,
    )
    known: dict[str, Measure] = {}
    for one in profile.index:
        if one.measured_by not in known:
            known[one.measured_by] = MEASURES[one.measured_by](case)
    parts = {one.name: known[one.measured_by] for one in profile.index}
    scored = score([one.share for one in profile.index], [part.value for part in parts.values()])
    return Assessment(profile, parts, scored.weights, scored.index, left_out, whole.rows, len(whole.columns))


def assess_subject(
    facts: Facts,
    profile: Profile,
    looked: Looked | None = None,
    described: Described | None = None,
    checked_on: date | None = None,
    others: Mapping[str, str] | None = None,
) -> Assessment:
    """Measure any file, stream or release by what was declared of it. Raises ``BadInput`` as ``assess`` does."""
    subject = facts.subject
    return assess(table_of(facts, others), profile, subject.declared, looked, described, checked_on, facts.steps)


def told(assessment: Assessment, language: Language = "en") -> dict[str, Any]:
    """``profile``, ``indices`` and ``index`` as plain values for JSON. Values lie in 0…1, the index in 0…100; what
    was not measured is null and has its ``reason``."""
    indices = []
    weighted = zip(assessment.profile.index, assessment.weights, strict=True)
    for one, weight in weighted:
        measure = assessment.measures[one.name]
        said: dict[str, Any] = {
            "name": one.name,
            "title": one.title[language],
            "numerator": measure.numerator,
            "denominator": measure.denominator,
            "value": None if measure.value is None else float(measure.value),
            "rule": measure.rule[language],
            "weight": float(one.share),
            "effective_weight": float(weight),
        }
        if measure.reason is not None:
            said["reason"] = measure.reason[language]
        indices.append(said)
    return {
        "profile": assessment.profile.name,
        "indices": indices,
        "index": None if assessment.index is None else float(assessment.index),
        "left_out": list(assessment.left_out),
    }
