"""The two baselines: a random forest where there is a label, an isolation forest where there is none.

Needs the optional extra ``model``; only ``step`` imports it, late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import TunedThresholdClassifierCV
from sklearn.pipeline import Pipeline

from aas_server.product.train import split
from aas_server.product.train.settings import baseline

FRAMEWORK = f"scikit-learn {sklearn.__version__}"
UNTUNED = 0.5


@dataclass(frozen=True, slots=True)
class Forest:
    """A fitted classifier. A row is a defect where the forest's probability is ``threshold`` or more;
    ``tuned_on``: rows at the training part's end on which it was chosen (0: it is the plain half)."""

    pipeline: Any
    threshold: float
    tuned_on: int

    def flagged(self, matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.asarray(self.pipeline.predict_proba(matrix)[:, 1] >= self.threshold)

    def weights(self) -> NDArray[np.float64]:
        """Mean decrease in impurity by feature, summing to 1."""
        return np.asarray(self.pipeline[-1].feature_importances_, dtype=np.float64)

    def parameters(self) -> Mapping[str, str]:
        names = ("n_estimators", "min_samples_leaf", "class_weight", "max_samples")
        return _parameters(self.pipeline[-1], *names) | {"threshold": f"{self.threshold:.6f}"}


@dataclass(frozen=True, slots=True)
class Isolation:
    """A fitted anomaly detector."""

    pipeline: Any

    def flagged(self, matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.asarray(self.pipeline.predict(matrix) == -1)

    def scores(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Above 0 usual, below 0 unusual."""
        return np.asarray(self.pipeline.decision_function(matrix), dtype=np.float64)

    def parameters(self) -> Mapping[str, str]:
        return _parameters(self.pipeline[-1], "n_estimators", "max_samples", "contamination")


def forest(
    matrix: NDArray[np.float64], defect: NDArray[np.bool_], times: NDArray[np.int64] | None, seed: int
) -> Forest:
    """Fit on the training part; both classes must occur. Missing cells take the column's median."""
    pipeline = _pipeline(_forest(matrix.shape[0], seed))
    held_back = _held_back(defect, times)
    if held_back is None:
        pipeline.fit(matrix, defect.astype(np.int64))
        return Forest(_settled(pipeline), UNTUNED, 0)
    rows = np.arange(matrix.shape[0])
    tuned = TunedThresholdClassifierCV(
        pipeline, scoring="f1_macro", cv=[(rows[:held_back], rows[held_back:])], store_cv_results=True
    )
    tuned.fit(matrix, defect.astype(np.int64))
    if np.ptp(tuned.cv_results_["thresholds"]) == 0:  # one probability for all: nothing to choose between
        return Forest(_settled(tuned.estimator_), UNTUNED, 0)
    return Forest(_settled(tuned.estimator_), round(float(tuned.best_threshold_), 6), matrix.shape[0] - held_back)


def isolation(matrix: NDArray[np.float64], seed: int) -> Isolation:
    """Fit on the training part. Missing cells take the column's median."""
    numbers = baseline().isolation
    detector = IsolationForest(
        n_estimators=numbers.trees,
        max_samples=min(numbers.max_samples, matrix.shape[0]),
        contamination=numbers.contamination,
        random_state=seed,
    )
    return Isolation(_pipeline(detector).fit(matrix))


def _pipeline(estimator: Any) -> Any:
    return Pipeline([("missing", SimpleImputer(strategy="median")), ("model", estimator)])


def _forest(rows: int, seed: int) -> Any:
    numbers = baseline().forest
    held_back_too = round(rows * (1 - baseline().tuning.share)) - 1
    return RandomForestClassifier(
        n_estimators=numbers.trees,
        min_samples_leaf=numbers.min_samples_leaf,
        class_weight=numbers.class_weight,
        max_samples=numbers.max_samples if held_back_too > numbers.max_samples else None,
        random_state=seed,
        n_jobs=-1,
    )


def _held_back(defect: NDArray[np.bool_], times: NDArray[np.int64] | None) -> int | None:
    """Where the training part is cut to choose the threshold; ``None`` where a side has too few of a class."""
    rows, least = defect.size, baseline().limits.min_tuning_rows
    place, _ = split.cut(times, rows, baseline().tuning.share)
    sides = (defect[:place], defect[place:])
    enough = all(least <= int(side.sum()) <= side.size - least for side in sides)
    return place if enough else None


def _settled(pipeline: Any) -> Any:
    """With one thread the trees' votes are always added in the same order, so answers repeat to the last bit."""
    return pipeline.set_params(model__n_jobs=1)


def _parameters(estimator: Any, *names: str) -> dict[str, str]:
    return {name: str(getattr(estimator, name)) for name in (*names, "random_state")}
