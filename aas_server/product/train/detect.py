"""Usual or not: the isolation forest, where no label (or only one class of it) can teach a classifier."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aas_server.messages import in_all
from aas_server.product.train import exchange, linear, models, shuffling, view
from aas_server.product.train.answer import Answer
from aas_server.product.train.bench import Bench, Result, figures, ranked
from aas_server.product.train.classify import NAIVE, classes, defect_figures, drawn, majority
from aas_server.product.train.models import Cells
from aas_server.product.train.settings import baseline
from aas_server.product.train.view import TableView, View


def detect(bench: Bench, seen: View) -> Result:
    """Fit on the training part without looking at a label; with one of good and defect, its hits are counted on
    the test part."""
    cells, asked = seen.cells(bench.fitted), seen.cells(bench.test)
    fitted = models.isolation(cells, bench.seed)
    usual, answer = fitted.answer(cells), fitted.answer(asked)
    assert usual.codes is not None and answer.codes is not None
    shift, naive_flagged = _distances(cells, asked)
    onnx = seen.export(fitted)
    session = exchange.Session(onnx)
    measured = _measured(fitted, asked, usual, answer, naive_flagged)
    truth = bench.target.at(bench.test)
    judged = truth.codes is not None and truth.is_defect
    importance = ranked(seen.names, view.weights(seen, _weights(shift, usual.codes == 1)))
    names = [name for name, _ in importance]
    return Result(
        task="anomaly-detection",
        algorithm="IsolationForest",
        framework=f"{models.FRAMEWORK}; {exchange.FRAMEWORK}",
        onnx=onnx,
        differences=exchange.differences(exchange.asked(session, seen.feeds(bench.test)), answer),
        answer=answer,
        guesses=_guesses(bench, linear.distant(cells, asked), judged),
        importance=importance,
        permutation=shuffling.losses(bench, session, names) if judged and isinstance(seen, TableView) else (),
        hyperparameters=fitted.parameters(),
        figures=figures(measured | (defect_figures(truth, answer) if judged else {})),
        notes=(
            in_all("train-note-contamination", share=baseline().isolation.contamination),
            in_all("train-note-naive-sigma", sigma=baseline().isolation.naive_sigma),
            in_all("train-note-deviation"),
        ),
        classes=classes(bench.target.at(bench.train), truth, answer) if judged else (),
        curves=drawn(truth, answer) if judged else (),
    )


def _measured(
    fitted: models.Isolation, asked: Cells, usual: Answer, answer: Answer, naive_flagged: NDArray[np.bool_]
) -> dict[str, float]:
    """What was flagged of both parts, beside the naive rule, and how the scores of the test part spread."""
    assert usual.codes is not None and answer.codes is not None
    numbers, flagged = baseline().isolation, answer.codes == 1
    quantiles = np.quantile(fitted.scores(asked), numbers.quantiles)
    return {
        "Contamination": numbers.contamination,
        "FlaggedShareTrain": float(usual.codes.mean()),
        "FlaggedShareTest": float(flagged.mean()),
        "FlaggedTest": float(flagged.sum()),
        "NaiveFlaggedShareTest": float(naive_flagged.mean()),
        "FlaggedByBothTest": float((flagged & naive_flagged).sum()),
    } | {
        f"ScoreQuantile{round(at * 100):02}": float(q) for at, q in zip(numbers.quantiles, quantiles, strict=True)
    }


def _guesses(bench: Bench, robust: Answer, judged: bool) -> dict[str, tuple[str, Answer | None]]:
    guesses: dict[str, tuple[str, Answer | None]] = {"linear": (linear.ROBUST, robust)}
    learnt = bench.target.codes
    if not judged or learnt is None:
        return guesses
    naive = majority(learnt[bench.train], int(bench.test.size), len(bench.target.classes))
    return {"naive": (NAIVE, naive), **guesses}


def _distances(train: Cells, test: Cells) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Distance of each training row from the training mean, in standard deviations, by column; and which test rows
    the naive rule flags."""
    wide = train.astype(np.float64)
    mean, spread = wide.mean(axis=0), wide.std(axis=0)
    spread[spread == 0] = np.inf
    away = np.abs(test.astype(np.float64) - mean) / spread
    return np.abs(wide - mean) / spread, (away > baseline().isolation.naive_sigma).any(axis=1)


def _weights(distances: NDArray[np.float64], flagged: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How much further out the flagged training rows lie than the rest, by column; shares that sum to 1."""
    if not flagged.any() or flagged.all():
        return np.zeros(distances.shape[1])
    further = np.maximum(distances[flagged].mean(axis=0) - distances[~flagged].mean(axis=0), 0.0)
    total = further.sum()
    return np.asarray(further / total if total else further)
