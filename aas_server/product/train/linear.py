"""The linear guesses a model must beat: logistic regression, ridge regression, robust distance."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from aas_server.product.train import models
from aas_server.product.train.answer import Answer
from aas_server.product.train.bench import evenly
from aas_server.product.train.models import Cells
from aas_server.product.train.settings import baseline
from aas_server.product.train.target import Target

LOGISTIC = "logistic regression (standardised, balanced classes)"
RIDGE = "ridge regression (standardised)"
ROBUST = "largest robust distance (median, MAD) over the variables"


def classified(train: Cells, target: Target, test: Cells, tuned: bool, seed: int) -> Answer:
    """Logistic regression; ``tuned``: with a threshold chosen on the training part, as the forest has it."""
    assert target.codes is not None
    numbers = baseline().linear
    rows = evenly(train.shape[0], numbers.max_rows)
    if np.unique(target.codes[rows]).size < np.unique(target.codes).size:
        rows = np.arange(train.shape[0])  # an even sample would miss a rare class
    fitted, answered = _standardised(train[rows], test)
    estimator = LogisticRegression(max_iter=numbers.max_steps, class_weight="balanced", random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a baseline need not be exact to the last step
        estimator.fit(fitted, target.codes[rows])
    chances = models.spread(estimator, estimator.predict_proba(answered), len(target.classes))
    if not target.is_defect:
        return Answer(codes=chances.argmax(axis=1), chances=chances)
    line = models.PLAIN_HALF
    if tuned:
        line = models.threshold(estimator.predict_proba(fitted)[:, 1], target.codes[rows])
    return Answer(codes=(chances[:, 1] >= line).astype(np.int64), chances=chances)


def estimated(train: Cells, values: NDArray[np.float64], test: Cells) -> Answer:
    """Ridge regression."""
    rows = evenly(train.shape[0], baseline().linear.max_rows)
    fitted, answered = _standardised(train[rows], test)
    estimator = Ridge(alpha=baseline().linear.ridge_alpha, solver="cholesky").fit(fitted, values[rows])
    return Answer(values=np.asarray(estimator.predict(answered), dtype=np.float64))


def distant(train: Cells, test: Cells) -> Answer:
    """Unusual is what lies over ``robust_z`` robust standard deviations (1.4826 · MAD) from the median in any
    variable; one that hardly ever moves (MAD 0) is left out."""
    middle = np.median(train, axis=0)
    spread = 1.4826 * np.median(np.abs(train - middle), axis=0)
    moving = spread > 0
    if not moving.any():
        furthest = np.zeros(test.shape[0])
    else:
        furthest = (np.abs(test - middle)[:, moving] / spread[moving]).max(axis=1).astype(np.float64)
    codes = (furthest > baseline().isolation.robust_z).astype(np.int64)
    return Answer(codes=codes, chances=np.column_stack((-furthest, furthest)), calibrated=False)


def _standardised(train: Cells, test: Cells) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each column by mean and standard deviation of the training part."""
    wide = train.astype(np.float64)
    mean, spread = wide.mean(axis=0), wide.std(axis=0)
    spread[spread == 0] = 1.0
    return (wide - mean) / spread, (test.astype(np.float64) - mean) / spread
