"""Counting a stream's day from its table: the rows whose messages stand between two journal positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles

from aas_server.clock import from_ns, iso
from aas_server.store import records
from aas_server.store.parquet import reader

REGULAR_POINTS = 20
"""Fewer points don't show whether they are regular."""
REGULAR_SPREAD = 1.5
"""Points are regular where nine of ten steps are at most so many medians long."""
GAP = 3.0
"""Intervals without a point that make a gap."""
_FLAGS = ("repeated", "conflicting", "late", "sequence-gap")
_MEMORY = "512MB"


@dataclass(frozen=True, slots=True)
class DayCount:
    """``steps``: seconds between one point and the next, in order; ``first`` and ``last`` are µs since 1970."""

    messages: int = 0
    records: int = 0
    flags: dict[str, int] | None = None
    first: int | None = None
    last: int | None = None
    points: int = 0
    steps: Sequence[float] = ()

    def flag(self, name: str) -> int:
        return (self.flags or {}).get(name, 0)


@dataclass(frozen=True, slots=True)
class Regularity:
    """``missing``: points that are not there of ``expected``. All are ``None`` where no interval is known."""

    interval: float | None = None
    gaps: int | None = None
    expected: int | None = None
    coverage: float | None = None


def count(paths: Sequence[Path], first: int, last: int, begin: datetime, end: datetime) -> DayCount:
    """What the messages at positions ``first`` to ``last`` brought. Points are the different times of records
    within the day from ``begin`` to ``end``: what arrives late belongs to another day's points."""
    flags = ", ".join(f"count(*) FILTER (list_contains(string_split(flags, ','), '{flag}'))" for flag in _FLAGS)
    with reader({}, _MEMORY) as connection:
        records.view(connection, "day", paths, {}, {"time": "timestamp", "position": "int64", "flags": "string"})
        row = connection.execute(
            f"SELECT count(DISTINCT position), count(*), epoch_us(min(time)), epoch_us(max(time)), {flags} "  # noqa: S608
            "FROM day WHERE position BETWEEN ? AND ?",
            [first, last],
        ).fetchone()
        steps = connection.execute(
            "SELECT (t - lag(t) OVER (ORDER BY t)) / 1e6 AS step FROM (SELECT DISTINCT epoch_us(time) AS t "
            "FROM day WHERE position BETWEEN ? AND ? AND time >= ? AND time < ?)"
            " QUALIFY step IS NOT NULL ORDER BY t",
            [first, last, begin, end],
        ).fetchall()
        points = connection.execute(
            "SELECT count(DISTINCT time) FROM day WHERE position BETWEEN ? AND ? AND time >= ? AND time < ?",
            [first, last, begin, end],
        ).fetchone()
    messages, found, low, high, *counts = row or (0, 0, None, None)
    told = dict(zip(_FLAGS, counts, strict=False))
    return DayCount(
        messages, found, told, low, high, points[0] if points else 0, [float(step) for (step,) in steps]
    )


def regularity(counted: DayCount, declared: float | None, seconds: float) -> Regularity:
    """Gaps and coverage of a day of ``seconds``. With a declared interval the whole day is expected; with one that
    the points show, the time between the first and the last."""
    jumps = counted.flag("sequence-gap")
    interval = declared or _shown(counted)
    if not interval:
        return Regularity(gaps=jumps or None)
    holes = [step for step in counted.steps if step > GAP * interval]
    if declared:
        expected = max(1, round(seconds / declared))
    else:
        expected = counted.points + sum(max(0, round(step / interval) - 1) for step in holes)
    coverage = round(min(1.0, counted.points / expected), 4) if expected else None
    return Regularity(interval, len(holes) + jumps, expected, coverage)


def _shown(counted: DayCount) -> float | None:
    if counted.points < REGULAR_POINTS:
        return None
    middle = median(counted.steps)
    return middle if quantiles(counted.steps, n=10)[-1] <= REGULAR_SPREAD * middle else None


def moment(microseconds: int | None) -> str | None:
    """ISO 8601 UTC of µs since 1970."""
    return None if microseconds is None else iso(from_ns(microseconds * 1000))
