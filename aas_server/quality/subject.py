"""What is looked at: any file, stream or release as a relation of typed columns, whatever it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import duckdb

Kind = Literal["bool", "int64", "double", "string", "timestamp"]


def _silent(_part: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A column. ``sql`` (``c0``, ``c1``, …: a name of the file is never part of a query) is its typed value, null
    where the cell is missing; ``raw`` the cell's text as the file has it, never null but in an empty cell.

    A column of ``kind`` string bears texts or texts mixed with numbers; one of numbers with a few words that are
    no numbers is still a column of numbers: then ``raw`` is not null where ``sql`` is.
    """

    name: str
    sql: str
    raw: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Subject:
    """``relation`` has ``row`` (BIGINT, from 0, in file order) and every column's ``sql`` and ``raw``.

    ``time``, ``label``: the columns that bear time and verdict, where one was named; ``key``: those that should be
    unique together. ``first_line``: the line of the file on which row 0 stands (0 where the file has no lines).
    ``lines``: whether a row stands on one line each, so that row numbers lead to lines.
    """

    connection: duckdb.DuckDBPyConnection
    relation: str
    columns: tuple[Seen, ...]
    rows: int
    time: Seen | None = None
    label: Seen | None = None
    key: tuple[Seen, ...] = ()
    first_line: int = 0
    progress: Callable[[str, int, int], None] = field(default=_silent)

    @property
    def inputs(self) -> tuple[Seen, ...]:
        """The columns that are neither time nor label nor key: what a model would be given."""
        taken = {one.sql for one in (self.time, self.label, *self.key) if one is not None}
        return tuple(column for column in self.columns if column.sql not in taken)

    def column(self, name: str) -> Seen | None:
        """The column of that name, or ``None``."""
        return next((column for column in self.columns if column.name == name), None)
