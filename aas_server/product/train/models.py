"""The two baselines: a random forest where there is a label, an isolation forest where there is none.

Needs the optional extra ``model``; ``learning`` is the one door to it.
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
from sklearn.pipeline import Pipeline

from aas_server.product.train import score
from aas_server.product.train.settings import baseline

FRAMEWORK = f"scikit-learn {sklearn.__version__}"
PLAIN_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Forest:
    """A fitted classifier. A row is a defect where the forest's probability is ``threshold`` or more;
    ``tuned``: it was chosen on the training part, else it is the plain half."""

    pipeline: Any
    threshold: float
    tuned: bool

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


def forest(matrix: NDArray[np.float64], defect: NDArray[np.bool_], seed: int) -> Forest:
    """Fit on the training part; both classes must occur. Missing cells take the column's median."""
    numbers, tuning = baseline().forest, baseline().tuning
    tuned = defect.sum() >= tuning.min_defects and defect.mean() < tuning.rare_share
    estimator = RandomForestClassifier(
        n_estimators=numbers.trees,
        min_samples_leaf=numbers.min_samples_leaf,
        class_weight=numbers.class_weight,
        max_samples=min(numbers.max_samples, defect.size),
        oob_score=bool(tuned),
        random_state=seed,
        n_jobs=-1,
    )
    pipeline = _pipeline(estimator).fit(matrix, defect.astype(np.int64))
    # With one thread the trees' votes are always added in the same order, so answers repeat to the last bit.
    estimator.set_params(n_jobs=1)
    if not tuned:
        return Forest(pipeline, PLAIN_HALF, tuned=False)
    return Forest(pipeline, _threshold(estimator.oob_decision_function_[:, 1], defect), tuned=True)


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


def _threshold(votes: NDArray[np.float64], defect: NDArray[np.bool_]) -> float:
    """The middle of the thresholds whose macro F1 is (nearly) the best."""
    tuning = baseline().tuning
    places = np.linspace(votes.min(), votes.max(), tuning.steps)
    reached = np.array([score.count(defect, votes >= place).macro_f1 or 0.0 for place in places])
    return round(float(places[reached >= reached.max() - tuning.plateau].mean()), 6)


def _parameters(estimator: Any, *names: str) -> dict[str, str]:
    return {name: str(getattr(estimator, name)) for name in (*names, "random_state")}
