"""What a model (or a guess) says of rows, and how good that is in a metric."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aas_server.product.train import curves, score
from aas_server.product.train.target import Target
from submodels.ai_model import Metric


@dataclass(frozen=True, slots=True)
class Answer:
    """``codes``: the class of each row; ``chances``: rows × classes, the larger the likelier (probabilities where
    ``calibrated``); ``values``: numbers."""

    codes: NDArray[np.int64] | None = None
    chances: NDArray[np.float64] | None = None
    values: NDArray[np.float64] | None = None
    calibrated: bool = True

    def at(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Answer:
        return replace(
            self,
            codes=None if self.codes is None else self.codes[rows],
            chances=None if self.chances is None else self.chances[rows],
            values=None if self.values is None else self.values[rows],
        )


def reached(metric: Metric, truth: Target, answer: Answer | None, naive: Answer | None) -> float | None:
    """``answer`` in ``metric``, against ``truth``; ``None`` where that is not defined (a class missing in the test
    part, no spread, no probabilities). ``naive`` is what ``mae-skill`` = 1 − MAE / naive MAE is relative to."""
    if answer is None or not truth.known:
        return None
    if truth.values is not None:
        if answer.values is None or truth.values.size == 0:
            return None
        if metric == "r2":
            return score.r2(truth.values, answer.values)
        if naive is None or naive.values is None:
            return None
        beside = score.mae(truth.values, naive.values)
        return 1 - score.mae(truth.values, answer.values) / beside if beside else None
    assert truth.codes is not None and answer.codes is not None
    if metric == "macro-f1":
        return score.macro_f1(truth.codes, answer.codes, len(truth.classes))
    return _average_precision(truth, answer)


def _average_precision(truth: Target, answer: Answer) -> float | None:
    """Of the defect; of more classes the mean over those that occur."""
    assert truth.codes is not None
    if answer.chances is None or np.unique(truth.codes).size < 2:
        return None
    codes = [1] if truth.is_defect else [int(code) for code in np.unique(truth.codes)]
    return float(
        np.mean([curves.average_precision(truth.codes == code, answer.chances[:, code]) for code in codes])
    )
