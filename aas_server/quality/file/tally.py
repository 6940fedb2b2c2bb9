"""What the texts of a column look like, counted: as many columns at once as a query bears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

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
    """Count all columns. What no cell of the first 20,000 rows is like is not asked of all the others, but for
    other ways to write numbers where some cells are none."""
    found: list[Tally] = []
    head = f"(SELECT * FROM {relation} LIMIT {_SAMPLE})"  # noqa: S608
    for begin in range(0, len(columns), _AT_ONCE):
        part = columns[begin : begin + _AT_ONCE]
        counted = _ask(connection, head, part, [_PLAIN] * len(part))
        counted = _more(connection, head, part, counted, [_second(one) for one in counted])
        if rows > _SAMPLE:
            counted = _ask(connection, relation, part, [_left(one) for one in counted])
            counted = _more(connection, relation, part, counted, [_written(one) for one in counted])
        found += counted
    return found


_TESTS = tuple(field.name for field in fields(Tally))[1:]
_PLAIN = ("whole", "numbers")
_WRITTEN = ("thousands", "comma")


def _second(first: Tally) -> tuple[str, ...]:
    """The other tests that a cell can pass: one that is a whole number passes none of them, a plain number few."""
    if first.whole == first.present:
        return ()
    return ("codes", "serials") if first.numbers == first.present else _TESTS[len(_PLAIN) :]


def _written(counted: Tally) -> tuple[str, ...]:
    """Numbers may outgrow 999 below the first rows."""
    return _WRITTEN if 2 * counted.numbers >= counted.present > counted.numbers else ()


def _more(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Sequence[Column],
    counted: Sequence[Tally],
    tests: Sequence[Sequence[str]],
) -> list[Tally]:
    """What was counted, with the results of further tests."""
    if not any(tests):
        return list(counted)
    further = _ask(connection, relation, columns, tests)
    return [
        replace(one, **{name: getattr(more, name) for name in asked})
        for one, more, asked in zip(counted, further, tests, strict=True)
    ]


def _left(first: Tally) -> tuple[str, ...]:
    """The tests that may still decide something: half of the cells seen passed them, or none was seen."""
    if not first.present:
        return _TESTS
    numeric = 2 * (first.numbers + first.thousands + first.comma) >= first.present
    wanted = set()
    if numeric:
        wanted |= {"whole", "numbers", "codes", "serials"}
        wanted |= {name for name in _WRITTEN if getattr(first, name)}
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
        known = {name: next(counts) or 0 for name in wanted}
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
