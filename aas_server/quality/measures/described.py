"""Usefulness and accessibility, by what can be counted.

Source: 데이터 산업진흥 및 이용촉진에 관한 기본법 제20조 names them (유용성, 접근성) without
a formula. What stands here is our own, and the rule says so: a buyer can use a column whose meaning, unit and
description are told, and can reach data that are there in open forms with their documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aas_server.messages import in_all
from aas_server.quality.measure import EXAMPLES, Measure, not_measured


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a column: whether it has an identifier for its meaning, a description, and a unit (``None``
    where it needs none: it is no number)."""

    name: str
    meaning: bool
    description: bool
    unit: bool | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """``columns``: what is told of each. ``ways``: whether each way to the data, and each document, is there, by
    the key of its name."""

    columns: Sequence[Told] = ()
    ways: Mapping[str, bool] = field(default_factory=dict)


def usefulness(described: Described | None) -> Measure:
    """Statements that are there / statements that should be: per column its meaning, its description and, of a
    number, its unit. Not measured for a bare file: nothing tells what its columns mean."""
    rule = in_all("quality-useful")
    if described is None or not described.columns:
        return not_measured(rule, "quality-nothing-described")
    there = total = 0
    lacking = []
    for column in described.columns:
        said = [column.meaning, column.description, *([] if column.unit is None else [column.unit])]
        there += sum(said)
        total += len(said)
        if not all(said):
            lacking.append(column.name)
    return Measure(rule, there, total, examples=tuple(lacking[:EXAMPLES]))


def accessibility(described: Described | None) -> Measure:
    """Ways and documents that are there / those that a buyer looks for; the rule lists them."""
    ways = described.ways if described is not None else {}
    if not ways:
        return not_measured(in_all("quality-accessible", ways="–"), "quality-nothing-described")
    names = {key: in_all(key) for key in ways}
    joined = {language: ", ".join(name[language] for name in names.values()) for language in ("ko", "en")}
    lacking = tuple(names[key]["ko"] for key, there in ways.items() if not there)
    return Measure(in_all("quality-accessible", ways=joined), sum(ways.values()), len(ways), examples=lacking)
