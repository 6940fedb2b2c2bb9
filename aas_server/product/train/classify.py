"""Good or defect: the forest, measured on the test part."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.product.train import exchange, models, score
from aas_server.product.train.bench import Bench, Result, figures, ranked
from submodels.text import Text


def classify(bench: Bench) -> Result:
    """Fit on the training part, which must hold both classes, and measure on the test part."""
    train_defect, test_defect = bench.defect
    fitted = models.forest(bench.train, train_defect, bench.seed)
    counts = score.count(test_defect, fitted.flagged(bench.test))
    onnx = exchange.export(fitted, len(bench.names))
    return Result(
        task="classification",
        algorithm="RandomForestClassifier",
        framework=f"{models.FRAMEWORK}; {exchange.FRAMEWORK}",
        onnx=onnx,
        differences=exchange.differences(onnx, fitted, bench.test),
        counts=counts,
        naive=score.naive(train_defect, test_defect),
        importance=ranked(bench.names, fitted.weights()),
        hyperparameters=fitted.parameters(),
        figures=figures(counts.figures() | {"Threshold": fitted.threshold}),
        notes=(_threshold_note(fitted), in_all("train-note-impurity")),
    )


def _threshold_note(fitted: models.Forest) -> Text:
    if fitted.tuned:
        return in_all("train-note-threshold", threshold=fitted.threshold)
    return in_all("train-note-plain-half")
