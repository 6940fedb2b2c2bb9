"""How the columns of numbers behave over the file: a bounded look that all deep findings share.

A file of up to ``look.most_rows`` rows is looked at whole. Of a longer one stretches of ``look.chunk``
neighbouring rows are taken at even distances, the same ones every time. What is then counted is counted exactly,
over all rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aas_server.quality.findings.limits import limits
from aas_server.quality.subject import Seen, Subject

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """``relation``: the subject's, with ``place``: the number of the row in the order of time, or of the file
    where no time is known. ``row``, ``place``, ``chunk`` of the rows looked at, and per column (by ``sql``) their
    ``values`` as float64, NaN where missing or not finite. ``whole``: these are all rows.
    """

    relation: str
    row: Ints
    place: Ints
    values: Mapping[str, Floats]
    whole: bool
    by_time: bool

    @property
    def chunk(self) -> Ints:
        """In which stretch of neighbouring rows each row stands: one stretch where all rows are there."""
        return np.zeros_like(self.place) if self.whole else self.place // limits().look.chunk

    def without(self, codes: Mapping[str, Sequence[float]]) -> Shape:
        """The same with the suspected codes of each column emptied, so that they are no levels, steps or runs."""
        values = {
            name: np.where(np.isin(numbers, codes[name]), np.nan, numbers) if codes.get(name) else numbers
            for name, numbers in self.values.items()
        }
        return replace(self, values=values)


def look(subject: Subject) -> Shape:
    """Take the bounded look: at most two passes, ``look.most_rows`` rows held."""
    limit = limits().look
    relation, by_time = _ordered(subject)
    columns = numeric(subject)
    every = -(-subject.rows // limit.most_rows) if subject.rows else 1
    where = "" if every <= 1 else f"WHERE (place // {limit.chunk}) % {every} = 0"
    picked = ", ".join(["row", "place", *(f"{column.sql}::DOUBLE AS {column.sql}" for column in columns)])
    found = subject.connection.execute(
        f"SELECT {picked} FROM {relation} {where} ORDER BY place"  # noqa: S608
    ).fetchnumpy()
    values = {column.sql: floats(found[column.sql]) for column in columns}
    row, place = (np.ma.getdata(found[name]).astype(np.int64) for name in ("row", "place"))
    return Shape(relation, row, place, values, every <= 1, by_time)


def numeric(subject: Subject) -> tuple[Seen, ...]:
    """The input columns that hold numbers."""
    return tuple(column for column in subject.inputs if column.is_number)


def counts_up(values: Floats) -> bool:
    """Whether the column only counts: numbers that (nearly) never fall."""
    steps = np.diff(values[~np.isnan(values)])
    steps = steps[steps != 0]
    if not len(steps):
        return False
    falls = float(np.mean(steps < 0))
    return falls <= limits().look.counter_falls


def is_sensor(values: Floats) -> bool:
    """Whether the column is read off a process: many different numbers that don't just count up."""
    kept = values[~np.isnan(values)]
    return len(np.unique(kept)) >= limits().look.fewest_values and not counts_up(values)


def _ordered(subject: Subject) -> tuple[str, bool]:
    plain = f"(SELECT *, row AS place FROM {subject.relation})"  # noqa: S608
    if subject.time is None or subject.time.kind == "string":
        return plain, False
    time = subject.time.sql
    size = max(1, subject.rows // limits().look.most_blocks)
    [(falls,)] = subject.connection.execute(
        "SELECT count(*) FILTER (WHERE lowest < before) FROM (SELECT lowest, "  # noqa: S608
        "max(highest) OVER (ORDER BY block ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM "
        f"(SELECT row // {size} AS block, min({time}) AS lowest, max({time}) AS highest "
        f"FROM {subject.relation} GROUP BY block))"
    ).fetchall()
    if not falls:
        return plain, True
    number = f"row_number() OVER (ORDER BY {time} NULLS LAST, row) - 1"
    return f"(SELECT *, {number} AS place FROM {subject.relation})", True  # noqa: S608


def floats(found: object) -> Floats:
    """A column as DuckDB hands it out: float64, NaN where it is null or not finite."""
    numbers = np.ma.filled(np.ma.asarray(found, dtype=np.float64), np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)
