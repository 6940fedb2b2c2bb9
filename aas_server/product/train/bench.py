"""What both baselines are given, and what both give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from aas_server.product.train.score import Counts
from submodels.text import Text

DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Bench:
    """Features by part (rows × features, NaN = missing). ``labelled``: which rows are defects, over both parts."""

    names: tuple[str, ...]
    matrix: NDArray[np.float64]
    times: NDArray[np.int64] | None
    labelled: NDArray[np.bool_] | None
    train_rows: int
    seed: int

    @property
    def train(self) -> NDArray[np.float64]:
        return self.matrix[: self.train_rows]

    @property
    def test(self) -> NDArray[np.float64]:
        return self.matrix[self.train_rows :]

    @property
    def defect(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Defects of the training and of the test part; nowhere any without a label."""
        known = np.zeros(self.matrix.shape[0], np.bool_) if self.labelled is None else self.labelled
        return known[: self.train_rows], known[self.train_rows :]

    @property
    def teachable(self) -> bool:
        """Whether the training part holds both classes."""
        defect, _ = self.defect
        return bool(defect.any() and not defect.all())


@dataclass(frozen=True, slots=True)
class Result:
    """A baseline, fitted and measured. ``counts`` and ``naive`` are ``None`` without a label."""

    task: Literal["classification", "anomaly-detection"]
    algorithm: str
    framework: str
    onnx: bytes
    differences: int
    counts: Counts | None
    naive: Counts | None
    importance: tuple[tuple[str, float], ...]
    hyperparameters: Mapping[str, str]
    figures: Mapping[str, float]
    notes: tuple[Text, ...]


def figures(measured: Mapping[str, float]) -> dict[str, float]:
    """Rounded, so that the same figures are printed wherever they were calculated."""
    return {name: round(float(value), DECIMALS) for name, value in measured.items()}


def ranked(names: tuple[str, ...], weights: NDArray[np.float64]) -> tuple[tuple[str, float], ...]:
    """Heaviest first, without those that weigh nothing."""
    pairs = [(name, round(float(weight), DECIMALS)) for name, weight in zip(names, weights, strict=True)]
    return tuple(sorted((pair for pair in pairs if pair[1] > 0), key=lambda pair: (-pair[1], pair[0])))
