"""A table as the measures see it: what is missing, what is invalid, what makes a row, each as SQL."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import duckdb

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


@dataclass(frozen=True, slots=True)
class Column:
    """One data column. ``missing`` and ``invalid`` are SQL conditions that are never null and never both true;
    ``show`` is its value as text, for examples. ``ranged``: a valid range is declared for it."""

    name: str
    missing: str
    invalid: str
    show: str
    ranged: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A relation with ``row`` (from 0) and ``time`` in ``connection``.

    ``whole``: SQL of all that makes two rows equal; ``names``: what a key may name → SQL; ``rules``: a relation
    with the columns under the names that rules use, ``None`` where rules cannot be asked. ``rows`` and
    ``missing`` (cells per column) are counted already, by ``counted``.
    """

    connection: duckdb.DuckDBPyConnection
    relation: str
    columns: tuple[Column, ...]
    whole: tuple[str, ...]
    names: Mapping[str, str]
    rules: str | None
    rows: int = 0
    missing: Mapping[str, int] | None = None

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
            "SELECT row + 1, strftime(time, '%Y-%m-%dT%H:%M:%SZ'), "  # noqa: S608
            f"{show} FROM {self.relation} WHERE {condition} ORDER BY row LIMIT {limit}"
        ).fetchall()
        return tuple(place(*row) for row in found)


def counted(table: Table) -> Table:
    """The table with its rows and missing cells counted, in one pass."""
    counts = table.one(", ".join(["count(*)", *(f"count_if({column.missing})" for column in table.columns)]))
    missing = {column.name: count for column, count in zip(table.columns, counts[1:], strict=True)}
    return replace(table, rows=counts[0], missing=missing)


def column(
    name: str,
    sql: str,
    kind: str,
    value_type: str,
    limits: tuple[float | None, float | None] = (None, None),
    misfit: str | None = None,
) -> Column:
    """A column of lake type ``kind`` declared as XSD ``value_type``.

    Missing: null or not finite, unless a value came that did not fit the column (``misfit``, a condition).
    Invalid: such a misfit; text where a number is declared; a number outside ``limits`` (inclusive).
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
    invalid = f"(NOT {empty} AND ({' OR '.join(wrong)}))" if wrong else "false"
    missing = empty
    if misfit is not None:
        missing = f"({empty} AND NOT {misfit})"
        invalid = f"({misfit} OR {invalid})"
    return Column(name, missing, invalid, f"{sql}::VARCHAR", bool(ranged))


def outside(number: str, limits: tuple[float | None, float | None]) -> list[str]:
    """The conditions under which ``number`` lies outside its limits; one that is not finite is no limit."""
    low, high = limits
    below = [f"{number} < {low!r}::DOUBLE"] if low is not None and math.isfinite(low) else []
    above = [f"{number} > {high!r}::DOUBLE"] if high is not None and math.isfinite(high) else []
    return below + above


def holds(keys: str, name: str) -> str:
    """Whether ``name`` is among the keys of a misfit: never null."""
    return f"coalesce(list_contains({keys}, {literal(name)}), false)"


def place(row: int, time: str | None, shown: str | None) -> str:
    """Where something stands, readable in every language."""
    where = f"#{row} ({time})" if time else f"#{row}"
    return f"{where}: {shown}" if shown else where
