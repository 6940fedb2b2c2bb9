"""What every baseline is given, and what each gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aas_server.product.train.answer import Answer
from aas_server.product.train.examples import Examples, Texts
from aas_server.product.train.settings import baseline
from aas_server.product.train.target import NUMBERS, Target
from submodels.ai_model import Metric, Task
from submodels.ai_results import Calibration, ClassFigures, Curve, Residuals
from submodels.text import Text

DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Bench:
    """The examples, split. ``train`` and ``test`` are row numbers of ``examples``, ascending; ``fitted`` those of
    the training part that a model is fitted on (all, or a sample of a long one)."""

    task: Task
    metric: Metric
    examples: Examples
    train: NDArray[np.int64]
    test: NDArray[np.int64]
    fitted: NDArray[np.int64]
    seed: int

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of numbers, then those of text."""
        return (*self.examples.names, *self.examples.text_names)

    @property
    def target(self) -> Target:
        return self.examples.target

    def cells(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], Texts]:
        """Numbers and texts of these rows."""
        return self.examples.matrix[rows], self.examples.texts[rows]


@dataclass(frozen=True, slots=True)
class Result:
    """A baseline, fitted and measured on the test part. ``answer``: what it said there; ``guesses``: what the
    naive and the linear guess said, with their algorithms. ``figures``: the task's own."""

    task: Task
    algorithm: str
    framework: str
    onnx: bytes
    differences: int
    answer: Answer
    guesses: Mapping[str, tuple[str, Answer | None]]
    importance: tuple[tuple[str, float], ...]
    permutation: tuple[tuple[str, float], ...]
    hyperparameters: Mapping[str, str]
    figures: Mapping[str, float]
    notes: tuple[Text, ...]
    classes: tuple[ClassFigures, ...] = ()
    curves: tuple[Curve, ...] = ()
    calibration: Calibration | None = None
    residuals: Residuals | None = None


def metric_of(task: Task, wanted: Metric | None) -> Metric:
    """The metric that acceptance is measured in. Raises ``ValueError`` for one that the task does not know."""
    fitting: tuple[Metric, ...] = ("r2", "mae-skill") if task in NUMBERS else ("macro-f1", "average-precision")
    if wanted is not None and wanted not in fitting:
        raise ValueError(", ".join(fitting))
    return wanted or fitting[0]


def sampled(target: Target, train: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Of a training part longer than ``most`` rows: all rows of classes that are rarer than an even share, and an
    even sample of the rest in the order of time. The same rows for the same data."""
    if train.size <= most:
        return train
    kept = np.zeros(train.size, dtype=np.bool_)
    rest = np.ones(train.size, dtype=np.bool_)
    if target.codes is not None:
        codes = target.codes[train]
        share = most // (2 * max(len(target.classes), 1))
        for code, rows in enumerate(np.bincount(codes)):
            if 0 < rows <= share:
                kept |= codes == code
        rest = ~kept
    places = np.flatnonzero(rest)
    kept[places[evenly(places.size, most - int(kept.sum()))]] = True
    return train[kept]


def evenly(rows: int, most: int) -> NDArray[np.int64]:
    """At most ``most`` of ``rows`` row numbers, evenly spread."""
    if rows <= most:
        return np.arange(rows)
    return np.unique(np.linspace(0, rows - 1, most).round().astype(np.int64))


def figures(measured: Mapping[str, float]) -> dict[str, float]:
    """Rounded, so that the same figures are printed wherever they were calculated."""
    return {name: rounded(value) for name, value in measured.items()}


def rounded(value: float) -> float:
    """To so many digits that the last ones of a sum don't show; numbers below one keep as many."""
    value = float(value)
    return round(value, DECIMALS) if abs(value) >= 1e-3 or value == 0 else float(f"{value:.{DECIMALS}g}")


def ranked(names: tuple[str, ...], weights: NDArray[np.float64]) -> tuple[tuple[str, float], ...]:
    """Heaviest first, without those that weigh nothing."""
    pairs = [(name, round(float(weight), DECIMALS)) for name, weight in zip(names, weights, strict=True)]
    return tuple(sorted((pair for pair in pairs if pair[1] > 0), key=lambda pair: (-pair[1], pair[0])))


def probe(bench: Bench) -> NDArray[np.int64]:
    """Rows of the whole, few enough to look at one by one: all of the test part's sample, then the fitted ones."""
    most = baseline().limits.probe_rows
    test = bench.test[evenly(bench.test.size, most // 2)]
    train = sampled(bench.target, bench.fitted, most)
    return np.sort(np.concatenate([train, test]))
