"""``scale_change``: from a moment on a column's values are those of another unit or decimal point."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np

from aas_server.messages import in_all
from aas_server.quality.finding import Finding
from aas_server.quality.findings.limits import limits
from aas_server.quality.findings.pointing import examples, rows, shown
from aas_server.quality.findings.shape import Floats, Ints, Shape, counts_up, numeric
from aas_server.quality.subject import Seen, Subject

_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True, slots=True)
class Factor:
    """new = factor × old + offset."""

    name: str
    factor: float
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """Readings from ``first`` to ``last`` (places in order) are in the other scale; ``name`` of the conversion."""

    column: Seen
    first: int
    last: int
    name: str


@cache
def factors() -> tuple[Factor, ...]:
    """The conversions of ``factors.toml``, each in both directions."""
    forward = msgspec.toml.decode(
        Path(__file__).with_name("factors.toml").read_bytes(), type=dict[str, tuple[Factor, ...]]
    )["factor"]
    back = (Factor(_back(one.name), 1 / one.factor, -one.offset / one.factor) for one in forward)
    return (*forward, *back)


def find(subject: Subject, shape: Shape) -> Finding | None:
    """Rows from the moment on at which a column's numbers jump by a known factor while their shape stays.

    A change is told where the column knows two levels only, each of them steady by itself, that lie apart by a
    factor of ``factors.toml`` (3 %), where five quantiles on one side are those of the other converted (12 %), and
    where the level switches at once. A process that moves elsewhere keeps neither the factor nor the shape. Looked
    for in the bounded look; the moment and the rows after it are exact. ``shape``: without suspected codes.
    """
    changes = []
    for column in numeric(subject):
        values = shape.values[column.sql]
        if not counts_up(column, values):
            kept = ~np.isnan(values)
            changes += _changes(subject, shape, column, values[kept], shape.place[kept])
    if not changes:
        return None
    conditions = [f"place BETWEEN {one.first} AND {one.last} AND {one.column.sql} IS NOT NULL" for one in changes]
    [(count,)] = subject.connection.execute(
        f"SELECT {' + '.join(f'count(*) FILTER (WHERE {one})' for one in conditions)} FROM {shape.relation}"  # noqa: S608
    ).fetchall()
    parts = [
        (f"place = {one.first} OR place = {one.first} - 1", shown(one.column.name, one.column.sql))
        for one in changes
    ]
    return Finding(
        "scale_change",
        int(count),
        tuple(column.name for column in numeric(subject) if any(one.column == column for one in changes)),
        examples(subject, parts, shape.relation),
        in_all(
            "quality-found-scale",
            rows=f"{int(count):,}",
            changes="; ".join(f"{one.column.name} ({one.name})" for one in changes),
        ),
        rows(shape.relation, conditions),
    )


def _changes(subject: Subject, shape: Shape, column: Seen, values: Floats, place: Ints) -> list[Change]:
    limit = limits().scale
    if len(values) < limit.fewest:
        return []
    blocks = np.array_split(values, min(limit.blocks, len(values) // 10))
    middles = np.array([np.median(block) for block in blocks])
    level, high = _two_levels(middles)
    if level is None:
        return []
    border = _border(middles, high)
    upper = values > border
    starts = np.flatnonzero(upper[1:] != upper[:-1]) + 1
    starts = _lasting(upper, starts, len(values) // (2 * limit.blocks))
    if not 0 < len(starts) <= limit.most_switches:
        return []
    sides = np.zeros(len(values), dtype=bool)
    edges = [0, *starts.tolist(), len(values)]
    first_upper = bool(np.mean(upper[: edges[1]]) > 0.5)
    for number, (begin, end) in enumerate(pairwise(edges)):
        sides[begin:end] = first_upper ^ bool(number % 2)
    if np.mean(sides != upper) > 0.01:
        return []
    old, new = values[sides == first_upper], values[sides != first_upper]
    factor = _factor(old, new)
    if factor is None:
        return []
    found = []
    for number in range(1, len(edges) - 1, 2):
        begin, end = edges[number], edges[number + 1]
        last = subject.rows - 1 if end == len(values) else int(place[end]) - 1
        found.append(Change(column, _moment(subject, shape, column, place, begin, border), last, factor.name))
    return found


def _two_levels(middles: Floats) -> tuple[float | None, np.ndarray]:
    """The widest gap between block levels, where both sides are steady against it; on which side each block is."""
    ordered = np.sort(middles)
    if ordered[0] <= 0 <= ordered[-1]:
        return None, middles > 0
    size = np.sort(np.abs(middles))
    gaps = np.diff(np.log(size))
    widest = int(np.argmax(gaps))
    lower, upper = size[: widest + 1], size[widest + 1 :]
    jump = float(np.log(np.median(upper) / np.median(lower)))
    steady = limits().scale.steady * jump
    moves = max(float(np.log(side[-1] / side[0])) for side in (lower, upper))
    border = float(np.sqrt(lower[-1] * upper[0]))
    if jump < np.log(1.05) or moves > steady:
        return None, middles > 0
    return border, np.abs(middles) > border


def _border(middles: Floats, high: np.ndarray) -> float:
    far, near = middles[high], middles[~high]
    sign = float(np.sign(np.median(middles)))
    return sign * float(np.sqrt(abs(np.min(np.abs(far)) * np.max(np.abs(near)))))


def _lasting(upper: np.ndarray, starts: np.ndarray, least: int) -> np.ndarray:
    """Switches of the level that last: single readings on the other side are none."""
    edges = np.concatenate(([0], starts, [len(upper)]))
    kept: list[int] = []
    side = bool(np.mean(upper[: max(1, least)]) > 0.5)
    for begin, end in pairwise(edges.tolist()):
        if bool(upper[begin]) != side and end - begin >= max(1, least):
            kept.append(int(begin))
            side = bool(upper[begin])
    return np.array(kept, dtype=np.int64)


def _factor(old: Floats, new: Floats) -> Factor | None:
    """The conversion under which the quantiles of ``old`` become those of ``new``."""
    limit = limits().scale
    if min(len(np.unique(old)), len(np.unique(new))) < limit.fewest_values:
        return None
    before, after = np.quantile(old, _QUANTILES), np.quantile(new, _QUANTILES)
    for factor in factors():
        expected = factor.factor * before + factor.offset
        if abs(after[2] - expected[2]) > limit.ratio * abs(expected[2]):
            continue
        if np.any(np.abs(after - expected) > limit.shape * np.abs(expected)):
            continue
        spread, wanted = after[-1] - after[0], factor.factor * (before[-1] - before[0])
        step = float(np.median(np.diff(np.unique(new))))
        if abs(spread - wanted) <= max(limit.spread * wanted, 1.5 * step):
            return factor
    return None


def _moment(subject: Subject, shape: Shape, column: Seen, place: Ints, begin: int, border: float) -> int:
    """The place of the first reading in the other scale: exactly, between two rows that were looked at."""
    before, after = int(place[begin - 1]), int(place[begin])
    if after - before <= 1:
        return after
    [(side,)] = subject.connection.execute(
        f"SELECT {column.sql} > {border!r} FROM {shape.relation} WHERE place = {after}"  # noqa: S608
    ).fetchall()
    [(last,)] = subject.connection.execute(
        f"SELECT max(place) FROM {shape.relation} WHERE place BETWEEN {before} AND {after} "  # noqa: S608
        f"AND ({column.sql} > {border!r}) <> {side}"
    ).fetchall()
    return after if last is None else int(last) + 1


def _back(name: str) -> str:
    return f"÷{name[1:]}" if name.startswith("×") else " → ".join(reversed(name.split(" → ")))
