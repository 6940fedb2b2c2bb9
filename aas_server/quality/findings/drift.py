"""``drift``: a column's level or spread moves slowly, one way, over the time of the file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aas_server.messages import in_all
from aas_server.quality.finding import Finding
from aas_server.quality.findings.limits import limits
from aas_server.quality.findings.shape import Floats, Shape, is_sensor, numeric
from aas_server.quality.subject import Subject


def find(subject: Subject, shape: Shape) -> Finding | None:
    """Columns whose level (or spread) goes one way in even steps, for 60 % of the file or more, up to its end.

    The file is cut into 12 blocks of equal readings. Level: the blocks' medians; spread: the logarithm of their
    interquartile ranges. A move is told where every step between the last blocks goes one way, on a straight line
    (R² ≥ 0.95) in even steps, further than one and a half times the spread inside a block (or to the double, or
    half, of the spread, while the level stands), and the blocks before them stand. A slow wave does not: its
    bend. A process that wanders, switches or warms up does not: beside the line its readings remember where they
    were half a block before (0.5).
    ``shape``: without suspected codes. Count: columns.
    """
    found = []
    for column in numeric(subject):
        values = shape.values[column.sql]
        kept = values[~np.isnan(values)]
        if len(kept) >= limits().drift.fewest and is_sensor(values):
            found += [(column, move) for move in _moves(kept)]
    if not found:
        return None
    columns = tuple(column.name for column in numeric(subject) if any(column == c for c, _move in found))
    told = [f"{column.name}: {before:.4g} → {after:.4g}" for column, (before, after) in found]
    return Finding(
        "drift", len(columns), columns, tuple(told[:3]), in_all("quality-found-drift", moves="; ".join(told))
    )


def _moves(values: Floats) -> Iterator[tuple[float, float]]:
    limit = limits().drift
    blocks = np.array_split(values, limit.blocks)
    if not any(np.any(np.diff(block) < 0) for block in blocks[:-1]):
        return  # it counts: rows that were put behind it later don't make it a reading
    levels = np.array([np.median(block) for block in blocks])
    inside = float(np.median([_spread(block) for block in blocks])) / 1.349
    begin = _one_way(levels)
    far = begin is not None and abs(levels[-1] - levels[begin]) >= limit.effect * inside > 0
    if (
        begin is not None
        and far
        and not _bends(levels[begin:], values)
        and not _wanders(np.concatenate(blocks[begin:]))
    ):
        yield float(levels[begin]), float(levels[-1])
        return
    wide = np.array([_spread(block) for block in blocks])
    if np.all(wide > 0) and np.ptp(levels) <= limit.effect * wide.max():
        begin = _one_way(np.log(wide))
        if begin is not None and abs(np.log(wide[-1] / wide[begin])) >= np.log(limit.spread):
            yield float(wide[begin]), float(wide[-1])


def _one_way(levels: Floats) -> int | None:
    """From which block on the levels go one way in even steps to the end; ``None`` where they don't."""
    limit = limits().drift
    for begin in range(int(len(levels) * (1 - limit.part)) + 1):
        part = levels[begin:]
        steps = np.diff(part)
        total = part[-1] - part[0]
        if total == 0 or not np.all(steps * np.sign(total) > 0):
            continue
        straight = np.corrcoef(np.arange(len(part)), part)[0, 1] ** 2
        before = levels[: begin + 1]
        still = np.ptp(before) <= limit.still * abs(total)
        even = np.max(np.abs(steps)) <= limit.uneven * np.median(np.abs(steps))
        if straight >= limit.straight and still and even:
            return begin
    return None


def _bends(levels: Floats, values: Floats) -> bool:
    """Whether the levels lie further off a straight line than noise explains: a part of a slow wave does.

    The standard error of a median is 1.2533 σ / √n; σ here is that from one reading to the next.
    """
    limit = limits().drift
    row = np.arange(len(levels))
    left = levels - np.polyval(np.polyfit(row, levels, 1), row)
    error = 1.2533 * float(np.std(np.diff(values))) / np.sqrt(2 * len(values) / limit.blocks)
    room = limit.noise * error + limit.bend * abs(float(levels[-1] - levels[0]))
    return bool(np.std(left) > room)


def _wanders(values: Floats) -> bool:
    """Whether what is left beside a straight line remembers itself half a block later: a process that goes where
    chance (or its own slow course) takes it, no sensor that moves off."""
    row = np.arange(len(values))
    slope, level = np.polyfit(row, values, 1)
    left = values - slope * row - level
    later = len(values) // (2 * limits().drift.blocks)
    return bool(np.corrcoef(left[:-later], left[later:])[0, 1] > limits().drift.memory)


def _spread(values: Floats) -> float:
    low, high = np.quantile(values, (0.25, 0.75))
    return float(high - low)
