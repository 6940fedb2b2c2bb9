"""A column that bears a later value of the label, and one that counts rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aas_server.product import labels
from aas_server.product.train.bench import Bench
from aas_server.product.train.settings import baseline


@dataclass(frozen=True, slots=True)
class Ahead:
    """``column`` holds the label of ``steps`` rows later, in ``rows`` rows."""

    column: str
    steps: int
    rows: int


def ahead(bench: Bench) -> list[Ahead]:
    """Columns equal to the label a few rows later (within a group), and not just because the label stays the
    same."""
    known = _label_numbers(bench)
    if known is None:
        return []
    numbers = baseline().leaks
    groups = bench.examples.groups
    found = []
    for place, name in enumerate(bench.examples.names):
        cells = bench.examples.matrix[:, place]
        now = _agreement(cells, known, 0, groups)
        for steps in range(1, numbers.steps_ahead + 1):
            share, rows = _agreement(cells, known, steps, groups)
            if share >= numbers.agreement and share > now[0] and _changes(known) >= numbers.min_changes:
                found.append(Ahead(name, steps, rows))
                break
    return found


def counters(bench: Bench) -> list[str]:
    """Columns of whole numbers that grow with (nearly) every row."""
    share = baseline().leaks.counter_share
    found = []
    for place, name in enumerate(bench.examples.names):
        cells = bench.examples.matrix[:, place]
        cells = cells[~np.isnan(cells)]
        if cells.size > 2 and (cells == np.round(cells)).all() and (np.diff(cells) > 0).mean() >= share:
            found.append(name)
    return found


def _label_numbers(bench: Bench) -> NDArray[np.float64] | None:
    """The label as a column would hold it: its number, or its class where that is written as one."""
    target = bench.target
    if target.values is not None:
        return target.values
    if target.codes is None:
        return None
    written = [labels.plain(name) or "" for name in target.classes]
    try:
        named = np.array([float(name) for name in written])
    except ValueError:
        named = np.arange(len(written), dtype=np.float64)
    return named[target.codes]


def _agreement(
    cells: NDArray[np.float64], label: NDArray[np.float64], steps: int, groups: NDArray[np.str_] | None
) -> tuple[float, int]:
    """Share and number of the rows whose cell is the label ``steps`` later."""
    end = cells.size - steps
    if end < 2:
        return 0.0, 0
    comparable = ~np.isnan(cells[:end])
    if groups is not None:
        comparable &= groups[:end] == groups[steps:]
    same = (cells[:end] == label[steps:]) & comparable
    there = int(comparable.sum())
    return (float(same.sum() / there), int(same.sum())) if there else (0.0, 0)


def _changes(label: NDArray[np.float64]) -> int:
    return int((np.diff(label) != 0).sum())
