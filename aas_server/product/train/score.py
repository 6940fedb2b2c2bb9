"""Figures of a model on the test part, by plain counting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aas_server.product.train.settings import baseline


@dataclass(frozen=True, slots=True)
class Counts:
    """The four cells of the confusion matrix of good and defect: defects are ``caught`` or ``missed``, good rows
    bring ``alarms`` or are ``passed``."""

    passed: int
    alarms: int
    missed: int
    caught: int

    @property
    def rows(self) -> int:
        return self.passed + self.alarms + self.missed + self.caught

    def figures(self) -> dict[str, float]:
        """Counts, share of flagged rows, and precision, recall and F1 of each class that occurs; a precision is
        left out where nothing was called by that class's name."""
        counts = {"DefectsCaught": self.caught, "DefectsMissed": self.missed, "FalseAlarms": self.alarms}
        shares = {"FlaggedShareTest": (self.caught + self.alarms) / self.rows}
        defect = _class_figures("Defect", self.caught, self.missed, self.alarms)
        good = _class_figures("Good", self.passed, self.alarms, self.missed)
        return {**counts, **shares, **defect, **good}


def _class_figures(name: str, hit: int, overlooked: int, wrongly: int) -> dict[str, float]:
    if not hit + overlooked:
        return {}
    precision = {f"Precision{name}": hit / (hit + wrongly)} if hit + wrongly else {}
    recall = {f"Recall{name}": hit / (hit + overlooked)}
    return {**precision, **recall, f"F1{name}": 2 * hit / (2 * hit + overlooked + wrongly)}


def confusion(truth: NDArray[np.int64], said: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """Rows are true classes, columns predicted ones."""
    pairs = np.bincount(truth * classes + said, minlength=classes * classes)
    return pairs.reshape(classes, classes).astype(np.int64)


def count(truth: NDArray[np.int64], said: NDArray[np.int64]) -> Counts:
    """The confusion matrix of good (0) and defect (1)."""
    (passed, alarms), (missed, caught) = confusion(truth, said, 2).tolist()
    return Counts(passed, alarms, missed, caught)


def f1_by_class(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """F1 = 2·hit / (2·hit + wrongly named + overlooked) of each class; NaN for one that neither is nor is
    named."""
    hit = np.diag(matrix)
    of = matrix.sum(axis=0) + matrix.sum(axis=1)
    return np.asarray(np.divide(2.0 * hit, of, out=np.full(hit.size, np.nan), where=of > 0))


def macro_f1(truth: NDArray[np.int64], said: NDArray[np.int64], classes: int) -> float | None:
    """Mean of the F1 of the classes that occur or are named (as scikit-learn has it). ``None`` unless two classes
    occur: what was not there cannot have been found."""
    matrix = confusion(truth, said, classes)
    if (matrix.sum(axis=1) > 0).sum() < 2:
        return None
    return float(np.nanmean(f1_by_class(matrix)))


def mae(truth: NDArray[np.float64], said: NDArray[np.float64]) -> float:
    """Mean absolute error."""
    return float(np.abs(said - truth).mean())


def r2(truth: NDArray[np.float64], said: NDArray[np.float64]) -> float | None:
    """1 − Σ(said − truth)² / Σ(truth − mean)². ``None`` where the truth does not spread."""
    spread = float(((truth - truth.mean()) ** 2).sum())
    return 1 - float(((said - truth) ** 2).sum()) / spread if spread else None


def numbers(truth: NDArray[np.float64], said: NDArray[np.float64]) -> dict[str, float]:
    """Mean absolute error, root of the mean squared error, R², bias (mean of said − truth), median and largest
    absolute error."""
    away = said - truth
    explained = r2(truth, said)
    figures = {
        "MAE": mae(truth, said),
        "RMSE": float(np.sqrt((away**2).mean())),
        "Bias": float(away.mean()),
        "MedianAbsoluteError": float(np.median(np.abs(away))),
        "LargestError": float(np.abs(away).max()),
    }
    return figures if explained is None else {**figures, "R2": explained}


def lives(truth: NDArray[np.float64], said: NDArray[np.float64]) -> dict[str, float]:
    """The score of the PHM 2008 challenge, mean by row: exp(−d/13) − 1 for d = said − truth < 0 (too early), else
    exp(d/10) − 1 (Saxena et al. 2008); the share told within alpha of what is left (Saxena et al. 2010), and the
    share told too late."""
    numbers = baseline().life
    away = said - truth
    same = baseline().limits.same_number * float(truth.std())
    # beyond exp(50) one row's penalty says no more than "hopeless"
    penalty = np.expm1(np.minimum(np.where(away < 0, -away / numbers.early, away / numbers.late), 50.0))
    return {
        "PrognosticScore": float(penalty.mean()),
        "WithinAlphaShare": float((np.abs(away) <= numbers.alpha * truth).mean()),
        "TooLateShare": float((away > same).mean()),
    }
