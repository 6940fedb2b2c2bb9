"""What a column holds, in figures: missing, misfits, distinct, least and greatest, all columns in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from aas_server.quality.subject import Seen, Subject

EXACT_ROWS = 20_000_000
"""Up to so many rows different values are counted exactly; beyond, to about 2 % (HyperLogLog), except that one
value and none are always told exactly."""
_AT_ONCE = 64
"""Columns asked in one query: the query's own size stays small however many a file has."""


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """``missing`` cells; ``misfits``: cells that hold something that is not of the column's kind; ``present``:
    cells with a typed value. ``distinct``: different values of the present cells and the misfits, exact where
    ``exact``. ``least``, ``greatest``: of the present ones, finite numbers only, as Python values; times as
    ISO 8601 text."""

    missing: int
    misfits: int
    present: int
    distinct: int
    exact: bool
    least: object
    greatest: object


def of_columns(subject: Subject) -> Mapping[str, ColumnFacts]:
    """By ``Seen.sql``."""
    exact = subject.rows <= EXACT_ROWS
    found: dict[str, ColumnFacts] = {}
    subject.progress("quality-columns", 0, len(subject.columns))
    begin, at_once = 0, _AT_ONCE
    while begin < len(subject.columns):
        try:
            found.update(_asked(subject, subject.columns[begin : begin + at_once], exact))
        except duckdb.OutOfMemoryException:
            # sets of different values don't spill before they are full: fewer of them at the same time do fit
            if at_once == 1:
                raise
            at_once //= 4
            continue
        begin = min(begin + at_once, len(subject.columns))
        subject.progress("quality-columns", begin, len(subject.columns))
    return found


def _asked(subject: Subject, columns: Sequence[Seen], exact: bool) -> Iterator[tuple[str, ColumnFacts]]:
    select = ", ".join(part for column in columns for part in _aggregates(column, exact))
    [answer] = subject.connection.execute(f"SELECT {select} FROM {subject.relation}").fetchall()  # noqa: S608
    for number, column in enumerate(columns):
        missing, present, distinct, least, greatest = answer[5 * number : 5 * number + 5]
        misfits = subject.rows - missing - present
        if not exact and present and least == greatest and not misfits:
            distinct = 1
        yield column.sql, ColumnFacts(missing, misfits, present, distinct, exact, least, greatest)


def _aggregates(column: Seen, exact: bool) -> tuple[str, ...]:
    # a misfit is a value of its own: its text, told apart from any number
    value = column.sql if column.misfit == "false" else f"coalesce({column.sql}::VARCHAR, {_word(column)})"
    counted = f"count(DISTINCT {value})" if exact else f"approx_count_distinct({value})"
    ends = column.sql
    if column.kind == "double":
        ends = f"CASE WHEN isfinite({column.sql}) THEN {column.sql} END"
    least, greatest = f"min({ends})", f"max({ends})"
    if column.kind == "timestamp":
        least, greatest = (iso(end, column.zoned) for end in (least, greatest))
    missing = f"count_if({column.gone})"
    return missing, f"count({column.sql})", counted, least, greatest


def _word(column: Seen) -> str:
    return f"CASE WHEN {column.misfit} THEN {column.raw} END"


def iso(time: str, zoned: bool) -> str:
    """SQL: a time as ISO 8601 text, with a fraction only where there is one."""
    mark = "Z" if zoned else ""
    text = f"strftime({time}, '%Y-%m-%dT%H:%M:%S.%n')"
    return f"(regexp_replace({text}, '\\.?0*$', '') || '{mark}')"
