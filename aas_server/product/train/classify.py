"""Good or defect, or which class: the forest, measured on the test part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aas_server.messages import in_all
from aas_server.product.train import curves, exchange, linear, models, score, shuffling, view
from aas_server.product.train.answer import Answer
from aas_server.product.train.bench import Bench, Result, figures, ranked, rounded
from aas_server.product.train.settings import baseline
from aas_server.product.train.target import Target
from aas_server.product.train.view import TableView, View
from submodels.ai_results import Calibration, ClassFigures, Curve
from submodels.text import Text

NAIVE = "majority class of the training part"


def classify(bench: Bench, seen: View) -> Result:
    """Fit on the training part, which must hold at least two classes, and measure on the test part."""
    target = bench.target
    learnt, truth = target.at(bench.fitted), target.at(bench.test)
    assert learnt.codes is not None and truth.codes is not None
    cells, asked = seen.cells(bench.fitted), seen.cells(bench.test)
    fitted = models.forest(cells, learnt.codes, len(target.classes), bench.seed, target.is_defect)
    answer = fitted.answer(asked)
    assert answer.codes is not None
    onnx = seen.export(fitted)
    session = exchange.Session(onnx)
    importance = ranked(seen.names, view.weights(seen, fitted.estimator.feature_importances_))
    measured = _measured(truth, answer, fitted)
    return Result(
        task="classification",
        algorithm="RandomForestClassifier",
        framework=f"{models.FRAMEWORK}; {exchange.FRAMEWORK}",
        onnx=onnx,
        differences=exchange.differences(exchange.asked(session, seen.feeds(bench.test)), answer),
        answer=answer,
        guesses={
            "naive": (NAIVE, majority(learnt.codes, truth.codes.size, len(target.classes))),
            "linear": (linear.LOGISTIC, linear.classified(cells, learnt, asked, fitted.tuned, bench.seed)),
        },
        importance=importance,
        permutation=shuffling.losses(bench, session, [name for name, _ in importance])
        if isinstance(seen, TableView)
        else (),
        hyperparameters=fitted.parameters(),
        figures=figures(measured),
        notes=_notes(fitted, target, learnt),
        classes=classes(target.at(bench.train), truth, answer),
        curves=drawn(truth, answer),
        calibration=_calibrated(truth, answer),
    )


def majority(codes: NDArray[np.int64], rows: int, classes: int) -> Answer:
    """The naive guess: every row is of the training part's most frequent class, and as likely of each of the
    ``classes`` as a row there is."""
    counts = np.bincount(codes, minlength=classes)
    chances = np.tile(counts / codes.size, (rows, 1))
    return Answer(codes=np.full(rows, counts.argmax(), dtype=np.int64), chances=chances)


def classes(learnt: Target, truth: Target, answer: Answer) -> tuple[ClassFigures, ...]:
    """Rows, precision, recall, F1 and average precision of each class."""
    assert truth.codes is not None and answer.codes is not None
    matrix = score.confusion(truth.codes, answer.codes, len(truth.classes))
    found = []
    f1 = score.f1_by_class(matrix)
    for place, label in enumerate(truth.classes):
        hit, named, there = (int(count) for count in (matrix[place, place], *_sums(matrix, place)))
        area = None
        if there and there < truth.codes.size and answer.chances is not None:
            area = rounded(curves.average_precision(truth.codes == place, answer.chances[:, place]))
        found.append(
            ClassFigures(
                label=label,
                train_rows=int(learnt.counts()[place]),
                test_rows=there,
                precision=rounded(hit / named) if named else None,
                recall=rounded(hit / there) if there else None,
                f1=rounded(f1[place]) if there else None,
                average_precision=area,
            )
        )
    return tuple(found)


def drawn(truth: Target, answer: Answer) -> tuple[Curve, ...]:
    """Precision against recall and ROC of the defect, or of the classes with the most rows."""
    assert truth.codes is not None
    if answer.chances is None:
        return ()
    places = [1] if truth.is_defect else [int(place) for place in np.argsort(-truth.counts(), kind="stable")]
    made = []
    for place in sorted(places[: baseline().plots.curves]):
        of, chances, label = truth.codes == place, answer.chances[:, place], truth.classes[place]
        made += [curves.precision_recall(label, of, chances), curves.roc(label, of, chances)]
    return tuple(curve for curve in made if curve is not None)


def defect_figures(truth: Target, answer: Answer) -> dict[str, float]:
    """Counts and shares of good and defect, with average precision and the area under the ROC curve."""
    assert truth.codes is not None and answer.codes is not None
    counted = score.count(truth.codes, answer.codes).figures()
    areas = {"precision-recall": "AveragePrecision", "roc": "RocArea"}
    return counted | {areas[curve.kind]: curve.area for curve in drawn(truth, answer)}


def _measured(truth: Target, answer: Answer, fitted: models.Forest) -> dict[str, float]:
    assert truth.codes is not None and answer.codes is not None
    accuracy = {"Accuracy": float((truth.codes == answer.codes).mean())}
    if not truth.is_defect:
        return accuracy
    assert fitted.threshold is not None
    return defect_figures(truth, answer) | accuracy | {"Threshold": fitted.threshold}


def _calibrated(truth: Target, answer: Answer) -> Calibration:
    """Of the defect's probability; of more classes that of the class that was named."""
    assert truth.codes is not None and answer.codes is not None and answer.chances is not None
    if truth.is_defect:
        return curves.calibration(truth.classes[1], truth.codes == 1, answer.chances[:, 1])
    return curves.calibration("", truth.codes == answer.codes, answer.chances.max(axis=1))


def _sums(matrix: NDArray[np.int64], place: int) -> tuple[np.int64, np.int64]:
    return matrix[:, place].sum(), matrix[place].sum()


def _notes(fitted: models.Forest, target: Target, learnt: Target) -> tuple[Text, ...]:
    notes = [in_all("train-note-impurity"), in_all("train-note-shuffled")]
    if target.is_defect:
        notes.insert(0, _threshold_note(fitted))
    unseen = [name for name, rows in zip(target.classes, learnt.counts(), strict=True) if not rows]
    if unseen:
        notes.append(in_all("train-note-unseen-class", classes=", ".join(unseen)))
    return tuple(notes)


def _threshold_note(fitted: models.Forest) -> Text:
    if fitted.tuned:
        return in_all("train-note-threshold", threshold=fitted.threshold)
    return in_all("train-note-plain-half")
