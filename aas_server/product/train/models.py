"""The baselines: a random forest where there is a label, an isolation forest where there is none.

Needs the optional extra ``model``; ``learning`` is the one door to it. All take encoded cells (``encoding``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest, RandomForestClassifier, RandomForestRegressor

from aas_server.product.train import score
from aas_server.product.train.answer import Answer
from aas_server.product.train.settings import baseline

FRAMEWORK = f"scikit-learn {sklearn.__version__}"
PLAIN_HALF = 0.5
Cells = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Forest:
    """A fitted classifier of ``classes`` classes. Of good and defect (``threshold`` set) a row is a defect where
    the forest's probability is ``threshold`` or more; ``tuned``: it was chosen on the training part, else it is
    the plain half. Of other classes it is the likeliest one."""

    estimator: Any
    classes: int
    threshold: float | None
    tuned: bool

    def answer(self, cells: Cells) -> Answer:
        chances = spread(self.estimator, self.estimator.predict_proba(cells), self.classes)
        if self.threshold is None:
            return Answer(codes=chances.argmax(axis=1), chances=chances)
        return Answer(codes=(chances[:, 1] >= self.threshold).astype(np.int64), chances=chances)

    def parameters(self) -> Mapping[str, str]:
        names = ("n_estimators", "min_samples_leaf", "max_leaf_nodes", "class_weight", "max_samples")
        said = _parameters(self.estimator, *names)
        return said if self.threshold is None else said | {"threshold": f"{self.threshold:.6f}"}


@dataclass(frozen=True, slots=True)
class Regressor:
    """A fitted regressor."""

    estimator: Any

    def answer(self, cells: Cells) -> Answer:
        return Answer(values=np.asarray(self.estimator.predict(cells), dtype=np.float64))

    def parameters(self) -> Mapping[str, str]:
        return _parameters(self.estimator, "n_estimators", "min_samples_leaf", "max_features", "max_samples")


@dataclass(frozen=True, slots=True)
class Isolation:
    """A fitted anomaly detector."""

    estimator: Any

    def answer(self, cells: Cells) -> Answer:
        """The larger the second column, the less usual the row."""
        scores = self.scores(cells)
        codes = (self.estimator.predict(cells) == -1).astype(np.int64)
        return Answer(codes=codes, chances=np.column_stack((scores, -scores)), calibrated=False)

    def scores(self, cells: Cells) -> NDArray[np.float64]:
        """Above 0 usual, below 0 unusual."""
        return np.asarray(self.estimator.decision_function(cells), dtype=np.float64)

    def parameters(self) -> Mapping[str, str]:
        return _parameters(self.estimator, "n_estimators", "max_samples", "contamination")


def forest(cells: Cells, codes: NDArray[np.int64], classes: int, seed: int, binary: bool) -> Forest:
    """Fit on rows of at least two classes. ``binary``: they are good and defect."""
    numbers, tuning = baseline().forest, baseline().tuning
    defect = codes == 1
    tuned = bool(binary and defect.sum() >= tuning.min_defects and defect.mean() < tuning.rare_share)
    estimator = RandomForestClassifier(
        n_estimators=numbers.trees,
        min_samples_leaf=numbers.min_samples_leaf,
        class_weight=numbers.class_weight,
        max_samples=min(numbers.max_samples, codes.size),
        max_leaf_nodes=None if binary else numbers.max_leaves,
        oob_score=tuned,
        random_state=seed,
        n_jobs=-1,
    ).fit(cells, codes)
    # With one thread the trees' votes are always added in the same order, so answers repeat to the last bit.
    estimator.set_params(n_jobs=1)
    if not binary:
        return Forest(estimator, classes, None, tuned=False)
    if not tuned:
        return Forest(estimator, classes, PLAIN_HALF, tuned=False)
    return Forest(estimator, classes, threshold(estimator.oob_decision_function_[:, 1], codes), tuned=True)


def regressor(cells: Cells, values: NDArray[np.float64], seed: int) -> Regressor:
    """Fit on numbers."""
    numbers = baseline().regressor
    estimator = RandomForestRegressor(
        n_estimators=numbers.trees,
        min_samples_leaf=numbers.min_samples_leaf,
        max_features=numbers.max_features,
        max_samples=min(numbers.max_samples, values.size),
        random_state=seed,
        n_jobs=-1,
    ).fit(cells, values)
    estimator.set_params(n_jobs=1)
    return Regressor(estimator)


def isolation(cells: Cells, seed: int) -> Isolation:
    """Fit without looking at a label."""
    numbers = baseline().isolation
    detector = IsolationForest(
        n_estimators=numbers.trees,
        max_samples=min(numbers.max_samples, cells.shape[0]),
        contamination=numbers.contamination,
        random_state=seed,
    )
    return Isolation(detector.fit(cells))


def threshold(votes: NDArray[np.float64], codes: NDArray[np.int64]) -> float:
    """The middle of the thresholds whose macro F1 is (nearly) the best. Votes of rows that no tree could judge
    (NaN) count as good."""
    tuning = baseline().tuning
    votes = np.nan_to_num(votes)
    places = np.linspace(votes.min(), votes.max(), tuning.steps)
    reached = np.array([score.macro_f1(codes, (votes >= one).astype(np.int64), 2) or 0.0 for one in places])
    return round(float(places[reached >= reached.max() - tuning.plateau].mean()), 6)


def spread(estimator: Any, chances: NDArray[np.float64], classes: int) -> NDArray[np.float64]:
    """rows × all classes, 0 for those the training part did not hold."""
    full = np.zeros((chances.shape[0], classes))
    full[:, np.asarray(estimator.classes_, dtype=np.int64)] = chances
    return full


def _parameters(estimator: Any, *names: str) -> dict[str, str]:
    return {name: str(getattr(estimator, name)) for name in (*names, "random_state")}
