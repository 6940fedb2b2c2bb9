"""Usual or not: the isolation forest, where no label (or only one class of it) can teach a classifier."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aas_server.messages import in_all
from aas_server.product.train import exchange, models, score
from aas_server.product.train.bench import Bench, Result, figures, ranked
from aas_server.product.train.settings import baseline


def detect(bench: Bench) -> Result:
    """Fit on the training part without looking at a label; with one, its hits are counted on the test part."""
    fitted = models.isolation(bench.train, bench.seed)
    flagged_train, flagged = fitted.flagged(bench.train), fitted.flagged(bench.test)
    shift, naive_flagged = _distances(bench)
    onnx = exchange.export(fitted, len(bench.names))
    counts = naive = None
    if bench.labelled is not None:
        counts = score.count(bench.defect[1], flagged)
        naive = score.naive(*bench.defect)
    numbers = baseline().isolation
    quantiles = np.quantile(fitted.scores(bench.test), numbers.quantiles)
    measured = {
        "Contamination": numbers.contamination,
        "FlaggedShareTrain": float(flagged_train.mean()),
        "FlaggedShareTest": float(flagged.mean()),
        "FlaggedTest": float(flagged.sum()),
        "NaiveFlaggedShareTest": float(naive_flagged.mean()),
        "FlaggedByBothTest": float((flagged & naive_flagged).sum()),
    } | {
        f"ScoreQuantile{round(at * 100):02}": float(q) for at, q in zip(numbers.quantiles, quantiles, strict=True)
    }
    return Result(
        task="anomaly-detection",
        algorithm="IsolationForest",
        framework=f"{models.FRAMEWORK}; {exchange.FRAMEWORK}",
        onnx=onnx,
        differences=exchange.differences(onnx, fitted, bench.test),
        counts=counts,
        naive=naive,
        importance=ranked(bench.names, _weights(shift, flagged_train)),
        hyperparameters=fitted.parameters(),
        figures=figures(measured | (counts.figures() if counts else {})),
        notes=(
            in_all("train-note-contamination", share=numbers.contamination),
            in_all("train-note-naive-sigma", sigma=numbers.naive_sigma),
            in_all("train-note-deviation"),
        ),
    )


def _distances(bench: Bench) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Distance of each training row from the training mean, in standard deviations, by variable (a missing cell
    counts as the mean); and which test rows the naive rule flags."""
    mean = np.nanmean(bench.train, axis=0)
    spread = np.nanstd(bench.train, axis=0)
    train = np.nan_to_num(np.abs(bench.train - mean) / spread)
    test = np.nan_to_num(np.abs(bench.test - mean) / spread)
    return train, (test > baseline().isolation.naive_sigma).any(axis=1)


def _weights(distances: NDArray[np.float64], flagged: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How much further out the flagged training rows lie than the rest, by variable; shares that sum to 1."""
    if not flagged.any() or flagged.all():
        return np.zeros(distances.shape[1])
    further = np.maximum(distances[flagged].mean(axis=0) - distances[~flagged].mean(axis=0), 0.0)
    total = further.sum()
    return np.asarray(further / total if total else further)
