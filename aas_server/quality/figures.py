"""All that a report of a check tells, as plain values: the same figures, the same report."""

from __future__ import annotations

from dataclasses import dataclass

from submodels.text import Text


@dataclass(frozen=True, slots=True)
class IndexFigure:
    """An index: ``value`` in 0…1, ``None`` where not measured; ``before``: on the records as they were
    collected."""

    name: str
    title: Text
    numerator: int | None
    denominator: int | None
    value: float | None
    rule: Text
    weight: float
    effective_weight: float
    reason: Text | None = None
    before: float | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingFigure:
    """A finding. ``along``: how much of it lies in each part of the file (``Figures.parts``), empty where it leads
    to no rows."""

    kind: str
    title: Text
    count: int
    note: Text
    columns: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    along: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnFigure:
    """A column. ``least``, ``greatest``: as text, empty where it holds nothing. ``bins``: how its numbers lie
    between them, in equal steps; ``words``: its most frequent texts with their counts. Both only where a finding
    concerns the column."""

    name: str
    title: Text
    kind: str
    missing: int
    distinct: int
    exact: bool
    least: str
    greatest: str
    bins: tuple[int, ...] = ()
    words: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """``name``: of the file or release; ``width``: how many columns it has; ``sha256`` of what was checked.
    ``checked``: the moment or day of the check as it was passed in, empty where none was. ``start``, ``end``:
    the first and last time (ISO 8601), empty without times; ``by_time``: whether the parts of
    ``FindingFigure.along`` are equal stretches of time, else of rows. ``found_before``: kind and count of what
    was found in the records as collected."""

    name: Text
    sha256: str
    checked: str
    profile: str
    profile_title: Text
    profile_source: str
    profile_date: str
    index: float | None
    indices: tuple[IndexFigure, ...]
    left_out: tuple[str, ...]
    rows: int
    width: int
    columns: tuple[ColumnFigure, ...]
    findings: tuple[FindingFigure, ...]
    looked_for: tuple[str, ...]
    start: str
    end: str
    by_time: bool
    statement: Text
    found_before: tuple[tuple[str, int], ...] = ()
