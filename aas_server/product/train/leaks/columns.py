"""One column that alone tells the label (almost) perfectly: the label in other words, or a code of it."""

from __future__ import annotations

from dataclasses import dataclass

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
    line, leaves = baseline().leaks.too_good, max(baseline().leaks.leaves, 2 * classes)
    if missing.any() and not missing.all():
        said = _tree(missing[:, None].astype(np.float64), codes, 2)
        reached = score.macro_f1(codes, said, classes)
        if reached is not None and reached >= line:
            return Telling(name, reached, int((said == codes).sum()), by_gaps=True)
    present = cells[~missing]
    filled = np.where(missing, present.min() - 1 if present.size else 0.0, cells)
    said = _tree(filled[:, None], codes, leaves)
    reached = score.macro_f1(codes, said, classes)
    return Telling(name, reached, int((said == codes).sum())) if reached is not None and reached >= line else None


def _tree(cells: NDArray[np.float64], codes: NDArray[np.int64], leaves: int) -> NDArray[np.int64]:
    tree = DecisionTreeClassifier(max_leaf_nodes=leaves, class_weight="balanced", random_state=0)
    return np.asarray(tree.fit(cells, codes).predict(cells), dtype=np.int64)


def straightness(cells: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """R² of a straight line from one to the other; 0 where either does not spread. Neither may hold NaN."""
    if cells.size < 3 or cells.std() == 0 or values.std() == 0:
        return 0.0
    return float(np.corrcoef(cells, values)[0, 1] ** 2)


def _straight(name: str, cells: NDArray[np.float64], values: NDArray[np.float64]) -> Telling | None:
    """The column is the number itself but for scale and offset."""
    there = ~np.isnan(cells)
    reached = straightness(cells[there], values[there])
    return Telling(name, reached, int(there.sum())) if reached >= baseline().leaks.too_straight else None
