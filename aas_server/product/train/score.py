"""Figures of a model on the test part, by plain counting. Class 1 is the defect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LABELS = ("good", "defect")


@dataclass(frozen=True, slots=True)
class Counts:
    """The four cells of the confusion matrix: defects are ``caught`` or ``missed``, good rows bring ``alarms`` or
    are ``passed``."""

    passed: int
    alarms: int
    missed: int
    caught: int

    @property
    def matrix(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Rows are true classes, columns predicted ones, in the order of ``LABELS``."""
        return (self.passed, self.alarms), (self.missed, self.caught)

    @property
    def rows(self) -> int:
        return self.passed + self.alarms + self.missed + self.caught

    @property
    def macro_f1(self) -> float | None:
        """Mean of both classes' F1 = 2·hit / (2·hit + wrongly named + overlooked). ``None`` unless both classes
        occur: the F1 of a class that is not there is not defined."""
        if not (self.missed + self.caught and self.passed + self.alarms):
            return None
        wrong = self.alarms + self.missed
        return (2 * self.passed / (2 * self.passed + wrong) + 2 * self.caught / (2 * self.caught + wrong)) / 2

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


def count(defect: NDArray[np.bool_], flagged: NDArray[np.bool_]) -> Counts:
    """The confusion matrix of what is and what was said."""
    return Counts(
        passed=int((~defect & ~flagged).sum()),
        alarms=int((~defect & flagged).sum()),
        missed=int((defect & ~flagged).sum()),
        caught=int((defect & flagged).sum()),
    )


def naive(train_defect: NDArray[np.bool_], test_defect: NDArray[np.bool_]) -> Counts:
    """The naive guess: every row is of the training part's majority class."""
    majority = bool(train_defect.mean() > 0.5)
    return count(test_defect, np.full(test_defect.shape, majority))
