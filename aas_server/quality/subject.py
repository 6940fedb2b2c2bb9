"""What is looked at: any file, stream or release as a relation of typed columns, whatever it came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import duckdb

from aas_server.quality.declared import Quality
from aas_server.quality.table import place

Kind = Literal["bool", "int64", "double", "string", "timestamp"]
EXAMPLES = 3


def _silent(_part: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A column. ``sql`` (``c0``, ``c1``, …: a name of the file is never part of a query) is its typed value, null
    where the cell is missing; ``raw`` the cell's text as the file has it, never null but in an empty cell.

    A column of ``kind`` string bears texts or texts mixed with numbers; one of numbers with a few words that are
    no numbers is still a column of numbers: then ``raw`` is not null where ``sql`` is. ``missing`` is SQL, never
    null: whether the cell is missing (``sql`` is null then, and also where the cell holds a word instead of a
    number or time). ``zoned``: times of the column are UTC; else they are told without a zone. ``per_second``:
    what ``ticks`` counts, µs or ns; 1 where a column of numbers bears the time.
    """

    name: str
    sql: str
    raw: str
    kind: Kind
    missing: str = ""
    zoned: bool = False
    per_second: int = 1_000_000

    @property
    def ticks(self) -> str:
        """A time as a number: whole µs or ns since 1970; a number as it is."""
        if self.kind != "timestamp":
            return self.sql
        return f"epoch_{'ns' if self.per_second == 10**9 else 'us'}({self.sql})"

    @property
    def gone(self) -> str:
        """The condition that the cell is missing."""
        return self.missing or f"({self.sql} IS NULL)"

    @property
    def misfit(self) -> str:
        """The condition that the cell holds something that is not of the column's kind."""
        return f"({self.sql} IS NULL AND NOT {self.missing})" if self.missing else "false"

    @property
    def is_number(self) -> bool:
        return self.kind in ("int64", "double")


DateOrder = Literal["month-first", "day-first", "year-first"]


@dataclass(frozen=True, slots=True)
class Dates:
    """How a column's dates were read that bear the year last (``5/4/20``), or first in two digits (``26.03.02``).
    ``either``: the condition, never null, that a cell could be read both ways; ``told``: the column itself or the
    rules say which way it is."""

    order: DateOrder
    told: bool
    either: str


@dataclass(frozen=True, slots=True)
class Written:
    """How a text file is encoded. ``undecodable``: byte sequences that are no text in it, the first of them in
    ``lines`` (from 1)."""

    encoding: str
    undecodable: int = 0
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """``relation`` has ``row`` (BIGINT, from 0, in file order) and every column's ``sql`` and ``raw``.

    ``time``, ``label``: the columns that bear time and verdict, where one was named; ``key``: those that should be
    unique together. ``time`` is of kind timestamp, or a number where it counts steps or seconds of its own.
    ``first_line``: the line of the file on which row 0 stands (0 where the file has no lines). ``lines``: whether
    a row stands on one line each, so that row numbers lead to lines. ``declared``: what people said of the data.
    ``dates``: by column name. ``written``: of a text file. ``others``: tables that references name → relation.
    ``repeated``: names that the file gives to several columns.
    """

    connection: duckdb.DuckDBPyConnection
    relation: str
    columns: tuple[Seen, ...]
    rows: int
    time: Seen | None = None
    label: Seen | None = None
    key: tuple[Seen, ...] = ()
    first_line: int = 0
    lines: bool = False
    progress: Callable[[str, int, int], None] = field(default=_silent)
    declared: Quality = field(default_factory=Quality)
    dates: Mapping[str, Dates] = field(default_factory=dict)
    written: Written | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    repeated: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[Seen, ...]:
        """The columns that are neither time nor label nor key: what a model would be given."""
        taken = {one.sql for one in (self.time, self.label, *self.key) if one is not None}
        return tuple(column for column in self.columns if column.sql not in taken)

    def column(self, name: str) -> Seen | None:
        """The column of that name, or ``None``."""
        return next((column for column in self.columns if column.name == name), None)

    def examples(self, condition: str, show: str = "''", limit: int = EXAMPLES) -> tuple[str, ...]:
        """The first rows for which ``condition`` holds, as ``#12 (L13, 2024-01-01T00:00:00): …``: row from 1, line
        of the file where rows lead to lines, time where there is one. ``show`` is SQL for what stands there."""
        time = _written_time(self.time)
        found = self.connection.execute(
            f"SELECT row, {time}, left({show}, 120) FROM {self.relation} "  # noqa: S608
            f"WHERE {condition} ORDER BY row LIMIT {limit}"
        ).fetchall()
        return tuple(place(row + 1, self._where(row, time), shown) for row, time, shown in found)

    def _where(self, row: int, time: str | None) -> str | None:
        line = f"L{self.first_line + row}" if self.lines and self.first_line else None
        return ", ".join(part for part in (line, time) if part) or None


def _written_time(time: Seen | None) -> str:
    if time is None:
        return "NULL"
    if time.kind != "timestamp":
        return f"{time.sql}::VARCHAR"
    return f"strftime({time.sql}::TIMESTAMP, '%Y-%m-%dT%H:%M:%S{'Z' if time.zoned else ''}')"
