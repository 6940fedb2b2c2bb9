"""A table as the measures see it: what is missing, what is invalid, what makes a row, each as SQL."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import duckdb

from aas_server.quality.counting import count_each
from aas_server.quality.declared import Type
from aas_server.store.parquet import literal

_WHOLE = ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger")
_WHOLE_TOO = (
    "nonPositiveInteger",
    "negativeInteger",
    "unsignedLong",
    "unsignedInt",
    "unsignedShort",
    "unsignedByte",
)
NUMERIC = frozenset(f"xs:{name}" for name in ("double", "float", "decimal", *_WHOLE, *_WHOLE_TOO))
"""The XSD types whose values are numbers."""
_CASTS = {"number": "DOUBLE", "time": "TIMESTAMP", "boolean": "BOOLEAN"}
NEVER = "false"
"""The condition of what no value can be."""


@dataclass(frozen=True, slots=True)
class Column:
    """One data column. ``missing`` and ``invalid`` are SQL conditions that are never null and never both true;
    ``show`` is its value as text, for examples. ``ranged``, ``listed``: a valid range, a list of codes is declared
    for it."""

    name: str
    missing: str
    invalid: str
    show: str
    ranged: bool = False
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A relation with ``row`` (from 0) and ``time`` in ``connection``.

    ``whole``: SQL of all that makes two rows equal; ``names``: what a key may name → SQL; ``rules``: a relation
    with the columns under the names that rules use, ``None`` where rules cannot be asked. ``rows``, ``missing``
    and ``invalid`` (cells per column) are counted already, by ``counted``. ``timed``: its rows bear a time;
    ``arrival``: SQL of when they arrived, where the table knows it. ``zoned``: its times are UTC. ``others``:
    further tables that references may name → a relation with their columns under their own names.
    """

    connection: duckdb.DuckDBPyConnection
    relation: str
    columns: tuple[Column, ...]
    whole: tuple[str, ...]
    names: Mapping[str, str]
    rules: str | None
    rows: int = 0
    missing: Mapping[str, int] | None = None
    invalid: Mapping[str, int] | None = None
    ticks: str = ""
    per_second: int = 1_000_000
    arrival: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    zoned: bool = True

    @property
    def moment(self) -> str:
        """SQL of a row's time as text: with a Z where it is UTC, without where the file tells no zone."""
        return moment("time", self.zoned)

    @property
    def called(self) -> frozenset[str]:
        """The names of the data columns."""
        return frozenset(column.name for column in self.columns)

    def one(self, select: str, where: str = "true") -> tuple[int, ...]:
        """The counts that ``select`` asks for."""
        [row] = self.connection.execute(f"SELECT {select} FROM {self.relation} WHERE {where}").fetchall()  # noqa: S608
        return tuple(int(value or 0) for value in row)

    def sparse(self, over: Fraction) -> tuple[str, ...]:
        """The columns of which a larger share than ``over`` is missing."""
        missing = self.missing or {}
        return tuple(name for name, count in missing.items() if count > over * self.rows)

    def without(self, names: Sequence[str]) -> Table:
        """The same rows, some columns left out of the measures over cells."""
        return replace(self, columns=tuple(column for column in self.columns if column.name not in names))

    def examples(self, condition: str, show: str = "''", limit: int = 3) -> tuple[str, ...]:
        """The first rows for which ``condition`` holds: ``row 12 (2024-01-01T00:00:00Z): …``, counted from 1."""
        found = self.connection.execute(
            f"SELECT row + 1, {self.moment}, "  # noqa: S608
            f"{show} FROM {self.relation} WHERE {condition} ORDER BY row LIMIT {limit}"
        ).fetchall()
        return tuple(place(*row) for row in found)


def moment(time: str, zoned: bool) -> str:
    """SQL of a time as ISO 8601 text, to the second."""
    return f"strftime({time}, '%Y-%m-%dT%H:%M:%S{'Z' if zoned else ''}')"


def counted(table: Table) -> Table:
    """The table with its rows, missing and invalid cells counted; what is counted already is not counted again."""
    asked = []
    if table.missing is None:
        asked += ["true", *(column.missing for column in table.columns)]
    if table.invalid is None:
        asked += [column.invalid for column in table.columns if column.invalid != NEVER]
    found = iter(count_each(table.connection, table.relation, asked))
    if table.missing is None:
        rows = next(found)
        missing = {column.name: next(found) for column in table.columns}
        table = replace(table, rows=rows, missing=missing)
    if table.invalid is None:
        wrong = {column.name: 0 if column.invalid == NEVER else next(found) for column in table.columns}
        table = replace(table, invalid=wrong)
    return table


def column(
    name: str,
    sql: str,
    kind: str,
    value_type: str,
    limits: tuple[float | None, float | None] = (None, None),
    misfit: str | None = None,
    codes: Sequence[float | str] = (),
    declared: Type | None = None,
) -> Column:
    """A column of lake type ``kind`` declared as XSD ``value_type``.

    Missing: null or not finite, unless a value came that did not fit the column (``misfit``, a condition).
    Invalid: such a misfit; text where a number is declared; a number outside ``limits`` (inclusive); a value that
    is none of ``codes``, where there are any; one that does not fit the ``declared`` type.
    """
    # Not isnan(): Parquet's statistics leave NaN out, and DuckDB 2.0 concludes from them that there is none.
    empty = f"({sql} IS NULL OR NOT isfinite({sql}))" if kind == "double" else f"({sql} IS NULL)"
    wrong = []
    number = sql
    if kind == "string" and value_type in NUMERIC:
        number = f"try_cast({sql} AS DOUBLE)"
        wrong.append(f"{number} IS NULL")
    ranged = outside(number, limits) if kind in ("double", "int64") or number != sql else []
    wrong += ranged
    wrong += [*unlisted(sql, codes), *unfit(sql, declared)]
    invalid = f"(NOT {empty} AND ({' OR '.join(wrong)}))" if wrong else NEVER
    missing = empty
    if misfit is not None:
        missing = f"({empty} AND NOT {misfit})"
        invalid = f"({misfit} OR {invalid})"
    return Column(name, missing, invalid, f"{sql}::VARCHAR", bool(ranged), bool(codes))


def outside(number: str, limits: tuple[float | None, float | None]) -> list[str]:
    """The conditions under which ``number`` lies outside its limits; one that is not finite is no limit."""
    low, high = limits
    below = [f"{number} < {low!r}::DOUBLE"] if low is not None and math.isfinite(low) else []
    above = [f"{number} > {high!r}::DOUBLE"] if high is not None and math.isfinite(high) else []
    return below + above


def unlisted(sql: str, codes: Sequence[float | str]) -> list[str]:
    """The condition under which a value is none of ``codes``: numbers are compared as numbers, words as text."""
    numbers = [repr(float(code)) for code in codes if not isinstance(code, str)]
    words = [literal(code) for code in codes if isinstance(code, str)]
    said = []
    if numbers:
        said.append(f"coalesce(try_cast({sql} AS DOUBLE) NOT IN ({', '.join(numbers)}), true)")
    if words:
        said.append(f"{sql}::VARCHAR NOT IN ({', '.join(words)})")
    return [f"({' AND '.join(said)})"] if said else []


def unfit(sql: str, declared: Type | None) -> list[str]:
    """The conditions, never null, under which a value does not fit its declared type."""
    if declared is None or declared == "text":
        return []
    if declared == "integer":
        number = f"try_cast({sql} AS DOUBLE)"
        return [f"{number} IS NULL", f"coalesce({number} <> trunc({number}), false)"]
    return [f"try_cast({sql} AS {_CASTS[declared]}) IS NULL"]


def holds(keys: str, name: str) -> str:
    """Whether ``name`` is among the keys of a misfit: never null."""
    return f"coalesce(list_contains({keys}, {literal(name)}), false)"


def place(row: int, time: str | None, shown: str | None) -> str:
    """Where something stands, readable in every language."""
    where = f"#{row} ({time})" if time else f"#{row}"
    return f"{where}: {shown}" if shown else where
