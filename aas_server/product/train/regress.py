"""How much: the forest of numbers, measured on the test part. A remaining useful life is such a number, too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aas_server.messages import in_all
from aas_server.product.train import exchange, linear, models, score, shuffling, view
from aas_server.product.train.answer import Answer
from aas_server.product.train.bench import Bench, Result, evenly, figures, ranked, rounded
from aas_server.product.train.settings import baseline
from aas_server.product.train.view import View
from submodels.ai_results import Residuals

MEAN, LAST = "mean of the training part", "last value of the training part"


def regress(bench: Bench, seen: View) -> Result:
    """Fit on the training part and measure on the test part."""
    learnt, truth = bench.target.values, bench.target.at(bench.test).values
    assert learnt is not None and truth is not None
    cells, asked = seen.cells(bench.fitted), seen.cells(bench.test)
    fitted = models.regressor(cells, learnt[bench.fitted], bench.seed)
    answer = fitted.answer(asked)
    assert answer.values is not None
    onnx = seen.export(fitted)
    session = exchange.Session(onnx)
    importance = ranked(seen.names, view.weights(seen, fitted.estimator.feature_importances_))
    measured = score.numbers(truth, answer.values)
    if bench.task == "remaining-useful-life":
        measured |= score.lives(truth, answer.values)
    naive = _naive(learnt[bench.train], truth)
    assert naive[1].values is not None
    beside = score.mae(truth, naive[1].values)
    measured |= {"MAESkill": 1 - measured["MAE"] / beside} if beside else {}
    return Result(
        task=bench.task,
        algorithm="RandomForestRegressor",
        framework=f"{models.FRAMEWORK}; {exchange.FRAMEWORK}",
        onnx=onnx,
        differences=exchange.differences(exchange.asked(session, seen.feeds(bench.test)), answer),
        answer=answer,
        guesses={
            "naive": naive,
            "linear": (linear.RIDGE, linear.estimated(cells, learnt[bench.fitted], asked)),
        },
        importance=importance,
        permutation=shuffling.losses(bench, session, [name for name, _ in importance]),
        hyperparameters=fitted.parameters(),
        figures=figures(measured),
        notes=(in_all("train-note-impurity"), in_all("train-note-shuffled"), in_all("train-note-no-further")),
        residuals=_residuals(truth, answer.values, bench.target.unit),
    )


def _naive(learnt: NDArray[np.float64], truth: NDArray[np.float64]) -> tuple[str, Answer]:
    """One number for every row: the training part's mean, or its last value, whichever errs less."""
    guesses = ((MEAN, float(learnt.mean())), (LAST, float(learnt[-1])))
    name, value = min(guesses, key=lambda guess: float(np.abs(truth - guess[1]).mean()))
    return name, Answer(values=np.full(truth.size, value))


def _residuals(truth: NDArray[np.float64], said: NDArray[np.float64], unit: str) -> Residuals:
    plots = baseline().plots
    quantiles = np.quantile(said - truth, plots.residual_quantiles)
    rows = evenly(truth.size, plots.pairs)
    return Residuals(
        unit,
        tuple((share, rounded(value)) for share, value in zip(plots.residual_quantiles, quantiles, strict=True)),
        tuple(rounded(value) for value in truth[rows]),
        tuple(rounded(value) for value in said[rows]),
    )
