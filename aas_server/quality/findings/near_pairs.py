"""Rows of which no number is more than a step apart: sought among rows of one cell, in several coarse grids."""

from __future__ import annotations

import numpy as np

from aas_server.quality.findings.limits import limits
from aas_server.quality.findings.shape import Floats
from aas_server.quality.likeness import Hashes, mix

_SEED = 20261101
_SPARE = 64
"""Cells a row, so that rows of one cell are few although columns know of each other."""


def within(readings: Floats, steps: Floats) -> dict[int, tuple[int, int, float]]:
    """Each row (position) that is like an earlier one, with the first and last of these, and how many steps it is
    away from the nearest. Up to two steps count; rows that are like too many are left out.

    ``readings``: rows × columns, no NaN; ``steps``: per column. Two rows of one step apart stand in one cell of
    at least one of the grids, but for a few in a hundred.
    """
    limit = limits().near
    widths, many = _cells(readings, steps)
    columns = _enough(many, len(readings))
    shifts = np.random.default_rng(_SEED).random((limit.grids, len(steps)))
    found: dict[int, tuple[int, int, float]] = {}
    for shift in shifts:
        cells = np.floor(readings[:, columns] / widths[columns] + shift[columns])
        hashed = hashed_columns(cells).sum(axis=1, dtype=np.uint64)
        for one, (first, before, apart) in _of_one_cell(readings, hashed, steps).items():
            earlier = found.get(one, (first, before, apart))
            found[one] = min(first, earlier[0]), max(before, earlier[1]), min(apart, earlier[2])
    return found


def _cells(readings: Floats, steps: Floats) -> tuple[Floats, Floats]:
    """Per column the width of a cell, and how many cells its middle 98 % takes."""
    limit = limits().near
    low, high = np.quantile(readings, (0.01, 0.99), axis=0)
    span = (high - low) / steps
    widths = np.clip(span / limit.cells, limit.finest, limit.coarse)
    return widths * steps, np.maximum(1.0, span / widths)


def _enough(many: Floats, rows: int) -> list[int]:
    """The columns with the most cells, until rows of one cell are few."""
    order = np.argsort(-many, kind="stable")
    wanted = int(np.searchsorted(np.cumsum(np.log(many[order])), np.log(_SPARE * rows))) + 1
    return sorted(order[:wanted].tolist())


def _of_one_cell(readings: Floats, hashed: Hashes, steps: Floats) -> dict[int, tuple[int, int, float]]:
    most = limits().near.most_compared
    order = np.argsort(hashed, kind="stable")
    ordered = hashed[order]
    begins = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    sizes = np.diff(np.concatenate((begins, [len(hashed)])))
    small = np.repeat(sizes <= most, sizes)
    alike = np.zeros(len(hashed), dtype=np.int64)
    pairs: list[tuple[int, int, float]] = []
    for shift in range(1, most):
        here = np.flatnonzero((ordered[shift:] == ordered[:-shift]) & small[shift:])
        if not len(here):
            break
        earlier, later = order[here], order[here + shift]
        apart = np.max(np.abs(readings[later] - readings[earlier]) / steps, axis=1)
        np.add.at(alike, np.concatenate((earlier[apart <= 1], later[apart <= 1])), 1)
        near = apart <= 2
        pairs += zip(later[near].tolist(), earlier[near].tolist(), apart[near].tolist(), strict=True)
    found: dict[int, tuple[int, int, float]] = {}
    for one, other, apart_by in sorted(pairs):
        if max(alike[one], alike[other]) < limits().near.most_alike:
            first, _before, nearest = found.get(one, (other, other, apart_by))
            found[one] = first, other, min(nearest, apart_by)
    return found


def hashed_columns(values: Floats) -> Hashes:
    """A hash of every number, another one in every column."""
    mixed = np.empty(values.shape, dtype=np.uint64)
    for column in range(values.shape[1]):
        salt = np.uint64((column + 1) * 0x9E3779B97F4A7C15 % 2**64)
        mixed[:, column] = mix(np.ascontiguousarray(values[:, column]).view(np.uint64) + salt)
    return mixed
