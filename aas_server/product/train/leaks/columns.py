"""One column that alone tells the label (almost) perfectly: the label in other words, or a code of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import comb

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from aas_server.product.train import score
from aas_server.product.train.bench import Bench
from aas_server.product.train.settings import baseline


@dataclass(frozen=True, slots=True)
class Telling:
    """``score``: how well the column alone tells the label (macro F1, or R²); ``rows``: how many rows it tells
    right (of numbers: all it was measured on). ``by_gaps``: that a cell is missing is enough."""

    column: str
    score: float
    rows: int
    by_gaps: bool = False


def telling(bench: Bench, rows: NDArray[np.int64]) -> list[Telling]:
    """Columns that tell the label too well, measured on ``rows`` (of both parts)."""
    matrix, texts = bench.cells(rows)
    columns: list[tuple[str, NDArray[np.float64], NDArray[np.bool_]]] = [
        (name, matrix[:, place], np.isnan(matrix[:, place])) for place, name in enumerate(bench.examples.names)
    ]
    for place, name in enumerate(bench.examples.text_names):
        _, codes = np.unique(texts[:, place], return_inverse=True)
        columns.append((name, codes.astype(np.float64), texts[:, place] == ""))
    target = bench.target.at(rows)
    if target.codes is not None and np.unique(target.codes).size > 1:
        classes = len(target.classes)
        found = [_classes(name, cells, missing, target.codes, classes) for name, cells, missing in columns]
    elif target.values is not None:
        numbers = set(bench.examples.names)
        found = [_straight(name, cells, target.values) for name, cells, _ in columns if name in numbers]
    else:
        found = []
    return [one for one in found if one is not None]


def _classes(
    name: str, cells: NDArray[np.float64], missing: NDArray[np.bool_], codes: NDArray[np.int64], classes: int
) -> Telling | None:
    """By its gaps, else by its values in the rows that hold one: a copy of the label with holes is one still."""
    leaves = max(baseline().leaks.leaves, 2 * classes)
    if missing.any() and not missing.all():
        by_gaps = _told(name, missing.astype(np.float64), codes, classes, 2)
        if by_gaps is not None:
            return replace(by_gaps, by_gaps=True)
    return _told(name, cells[~missing], codes[~missing], classes, leaves)


def _told(
    name: str, cells: NDArray[np.float64], codes: NDArray[np.int64], classes: int, leaves: int
) -> Telling | None:
    """``None`` below the line, and where cuts of rows that happen to lie so explain it."""
    if np.unique(codes).size < 2:
        return None
    tree = DecisionTreeClassifier(max_leaf_nodes=leaves, class_weight="balanced", random_state=0)
    said = np.asarray(tree.fit(cells[:, None], codes).predict(cells[:, None]), dtype=np.int64)
    reached = score.macro_f1(codes, said, classes)
    if reached is None or reached < baseline().leaks.too_good:
        return None
    rare = int(codes.size - np.bincount(codes).max())
    if luck(codes.size, rare, int(tree.get_n_leaves())) > baseline().leaks.luck:
        return None
    return Telling(name, reached, int((said == codes).sum()))


def luck(rows: int, rare: int, runs: int) -> float:
    """How likely ``rare`` of ``rows`` (neither none nor all) lie in random order in as few as ``runs`` stretches
    of rare and of other rows: what a tree finds in a column that tells nothing (Wald, Wolfowitz 1940)."""
    others = rows - rare
    ways = 0
    for count in range(2, runs + 1):
        half, odd = divmod(count, 2)
        if odd:
            ways += comb(rare - 1, half) * comb(others - 1, half - 1)
            ways += comb(rare - 1, half - 1) * comb(others - 1, half)
        else:
            ways += 2 * comb(rare - 1, half - 1) * comb(others - 1, half - 1)
    return ways / comb(rows, rare)


def straightness(cells: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """R² of a straight line from one to the other; 0 where either does not spread. Neither may hold NaN."""
    if cells.size < 3 or cells.std() == 0 or values.std() == 0:
        return 0.0
    return float(np.corrcoef(cells, values)[0, 1] ** 2)


def _straight(name: str, cells: NDArray[np.float64], values: NDArray[np.float64]) -> Telling | None:
    """The column is the number itself but for scale and offset, or (by its ranks) for any scale that only grows or
    only falls, such as a logarithm."""
    there = ~np.isnan(cells)
    reached = straightness(cells[there], values[there])
    if reached < baseline().leaks.too_straight:
        reached = straightness(_ranks(cells[there]), _ranks(values[there]))
    return Telling(name, reached, int(there.sum())) if reached >= baseline().leaks.too_straight else None


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The place of each value in their order; equal ones share the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - counts / 2)[places])
