"""What the texts of a column look like, counted: as many columns at once as a query bears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import duckdb

from aas_server.quality.file import numbers, stamps
from aas_server.store.parquet import literal

_AT_ONCE = 30
_SAMPLE = 20_000
BOOLEANS: Mapping[str, bool] = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


@dataclass(frozen=True, slots=True)
class Tally:
    """Of the cells that hold something: ``whole`` numbers of 64 bits, ``numbers`` as they are written mostly,
    ``codes`` with a leading zero, ``serials`` beyond 64 bits, numbers with commas of ``thousands``, with a decimal
    ``comma``; ``booleans``; ``stamps``."""

    present: int
    whole: int
    numbers: int
    codes: int
    serials: int
    thousands: int
    comma: int
    booleans: int
    stamps: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column of texts: its ``name``, its SQL and the condition that a cell holds nothing."""

    name: str
    text: str
    missing: str


def tally(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[Column], rows: int
) -> list[Tally]:
    """Count all columns. What no cell of the first 20,000 rows is like is not asked of all the others."""
    found: list[Tally] = []
    for begin in range(0, len(columns), _AT_ONCE):
        part = columns[begin : begin + _AT_ONCE]
        first = _ask(connection, f"(SELECT * FROM {relation} LIMIT {_SAMPLE})", part, [_TESTS] * len(part))  # noqa: S608
        if rows > _SAMPLE:
            first = _ask(connection, relation, part, [_left(one) for one in first])
        found += first
    return found


_TESTS = tuple(field.name for field in fields(Tally))[1:]


def _left(first: Tally) -> tuple[str, ...]:
    """The tests that may still decide something: half of the cells seen passed them, or none was seen."""
    if not first.present:
        return _TESTS
    numeric = 2 * (first.numbers + first.thousands + first.comma) >= first.present
    wanted = set()
    if numeric:
        wanted |= {"whole", "numbers", "codes", "serials"}
        wanted |= {name for name in ("thousands", "comma") if getattr(first, name)}
    wanted |= {name for name in ("booleans", "stamps") if 2 * getattr(first, name) >= first.present}
    return tuple(name for name in _TESTS if name in wanted)


def _ask(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[Column], tests: Sequence[Sequence[str]]
) -> list[Tally]:
    select = []
    for column, wanted in zip(columns, tests, strict=True):
        select.append(f"count_if(NOT {column.missing})")
        select += [f"count_if({_condition(name, column.text)}) FILTER (NOT {column.missing})" for name in wanted]
    [answer] = connection.execute(f"SELECT {', '.join(select)} FROM {relation}").fetchall()  # noqa: S608
    counts = iter(answer)
    tallies = []
    for wanted in tests:
        present = next(counts)
        known = {name: next(counts) for name in wanted}
        tallies.append(Tally(present, **{name: known.get(name, 0) for name in _TESTS}))
    return tallies


def _condition(name: str, text: str) -> str:
    match name:
        case "whole":
            return numbers.whole(text)
        case "numbers":
            return numbers.is_number(text, "plain")
        case "codes":
            return numbers.code(text)
        case "serials":
            return numbers.serial(text)
        case "thousands":
            return numbers.thousands(text)
        case "comma":
            return numbers.comma(text)
        case "booleans":
            return f"{text} IN ({', '.join(literal(word) for word in BOOLEANS)})"
        case _:
            return stamps.shaped(text)
