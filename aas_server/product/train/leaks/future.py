"""A column that bears a later value of the label, and one that counts rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aas_server.product.train import score
from aas_server.product.train.bench import Bench
from aas_server.product.train.leaks.columns import straightness
from aas_server.product.train.settings import baseline


@dataclass(frozen=True, slots=True)
class Ahead:
    """``column`` tells the label of ``steps`` rows later, right in ``rows`` rows."""

    column: str
    steps: int
    rows: int


def ahead(bench: Bench) -> list[Ahead]:
    """Columns that tell the label a few rows later (within a group), however it is written there, and do not tell
    today's as well. Of a label that hardly changes nothing can be said."""
    numbers, target = baseline().leaks, bench.target
    label = target.values if target.values is not None else target.codes
    if label is None or int((np.diff(label) != 0).sum()) < numbers.min_changes:
        return []
    matrix, texts = bench.examples.matrix, bench.examples.texts
    columns = [(name, matrix[:, place]) for place, name in enumerate(bench.examples.names)]
    if target.codes is not None:
        columns += [
            (name, np.where(texts[:, place] == "", np.nan, np.unique(texts[:, place], return_inverse=True)[1]))
            for place, name in enumerate(bench.examples.text_names)
        ]
    found = (_ahead(name, cells, bench) for name, cells in columns)
    return [one for one in found if one is not None]


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


def _ahead(name: str, cells: NDArray[np.float64], bench: Bench) -> Ahead | None:
    numbers = baseline().leaks
    told, line = _straight, numbers.too_straight
    if bench.target.codes is not None:
        told, line = _mapped, numbers.agreement
        if np.isnan(cells).mean() > numbers.gaps or np.unique(cells).size > max(
            numbers.leaves, 2 * len(bench.target.classes)
        ):
            return None
    if told(cells, bench, 0)[0] >= line:
        return None
    for steps in range(1, numbers.steps_ahead + 1):
        reached, rows = told(cells, bench, steps)
        if reached >= line:
            return Ahead(name, steps, rows)
    return None


def _mapped(cells: NDArray[np.float64], bench: Bench, steps: int) -> tuple[float, int]:
    """Macro F1, and rows told right, where each value of the column stands for the class it is seen with most (of
    rows that hold one)."""
    assert bench.target.codes is not None
    rows = _comparable(bench, steps)
    rows = rows[~np.isnan(cells[rows])]
    later, classes = bench.target.codes[rows + steps], len(bench.target.classes)
    _, places = np.unique(cells[rows], return_inverse=True)
    seen = np.bincount(places * classes + later, minlength=(int(places.max(initial=0)) + 1) * classes)
    said = seen.reshape(-1, classes).argmax(axis=1)[places]
    return score.macro_f1(later, said, classes) or 0.0, int((said == later).sum())


def _straight(cells: NDArray[np.float64], bench: Bench, steps: int) -> tuple[float, int]:
    """R² of a straight line from the column to the number, and how many rows lie under it."""
    assert bench.target.values is not None
    rows = _comparable(bench, steps)
    rows = rows[~np.isnan(cells[rows])]
    return straightness(cells[rows], bench.target.values[rows + steps]), int(rows.size)


def _comparable(bench: Bench, steps: int) -> NDArray[np.int64]:
    """Rows that have a row of their own group ``steps`` later."""
    rows = np.arange(max(bench.examples.rows - steps, 0))
    groups = bench.examples.groups
    return rows if groups is None else rows[groups[rows] == groups[rows + steps]]
