"""Drawings of a model's results: the same for its card, the guide book and the pages, from what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aas_server.messages import Language, text
from aas_server.product.plots import classes, values
from aas_server.product.plots.bars import Bar, bars
from aas_server.product.plots.svg import FAINT, MAIN, SECOND, shown
from submodels.ai_model import AIModel
from submodels.text import Text

HEAVIEST = 10
"""Variables in the drawing of importance; all of them stand in the card's list."""


@dataclass(frozen=True, slots=True)
class Plot:
    """``name`` is also its idShort and its file's name; ``note`` says how to read it."""

    name: str
    title: str
    note: str
    svg: str


def plots(model: AIModel, titles: Mapping[str, Text], language: Language) -> tuple[Plot, ...]:
    """All that can be drawn of what was measured; nothing else. ``titles``: of variables, by idShort."""
    return tuple(
        Plot(name, text(f"plot-{key}", language), text(f"plot-{key}-note", language), svg)
        for name, key, svg in _drawn(model, titles, language)
    )


def _drawn(model: AIModel, titles: Mapping[str, Text], language: Language) -> Iterator[tuple[str, str, str]]:
    seen = model.evaluation
    if model.reached is not None:
        yield "Comparison", "comparison", _comparison(model, language)
    if model.confusion and len(model.confusion.labels) <= classes.MOST_CLASSES:
        yield "ConfusionMatrix", "confusion", classes.confusion(model.confusion, language)
    if seen.classes and len(seen.classes) <= classes.MOST_CLASSES:
        yield "ClassBalance", "balance", classes.balance(seen.classes, language)
    for kind, name in (("precision-recall", "PrecisionRecall"), ("roc", "Roc")):
        found = [curve for curve in seen.curves if curve.kind == kind]
        if found:
            yield name, kind, classes.curves(kind, found, _prevalence(model, found[0].label, len(found)), language)
    if seen.calibration and seen.calibration.bins:
        yield "Calibration", "calibration", classes.calibration(seen.calibration, language)
    if seen.residuals and seen.residuals.actual:
        yield "PredictedActual", "scatter", values.scatter(seen.residuals, language)
        yield "Course", "course", values.course(seen.residuals, language)
        yield "Residuals", "residuals", values.residuals(seen.residuals, language)
    if model.importance:
        yield "Importance", "importance", _weights("importance", model.importance, titles, language)
    if any(loss > 0 for _, loss in seen.permutation):
        yield "Permutation", "permutation", _weights("permutation", seen.permutation, titles, language)


def _comparison(model: AIModel, language: Language) -> str:
    """The model beside what it is held against, in its own metric, with the acceptance line."""
    reached = model.reached or 0.0
    found = [Bar(text("plot-this-model", language), reached, shown(reached), SECOND if model.weak else MAIN)]
    found += [
        Bar(text(f"plot-baseline-{one.name}", language), one.score, shown(one.score), FAINT)
        for one in model.evaluation.baselines
        if one.score is not None
    ]
    return bars(text("plot-comparison", language), found, (model.acceptance, shown(model.acceptance)))


def _weights(
    key: str, weights: tuple[tuple[str, float], ...], titles: Mapping[str, Text], language: Language
) -> str:
    heaviest = sorted(weights, key=lambda pair: (-pair[1], pair[0]))[:HEAVIEST]
    top = max((weight for _, weight in heaviest), default=0.0) or 1.0
    found = [
        Bar(titles.get(name, {}).get(language) or name, weight / top, shown(weight)) for name, weight in heaviest
    ]
    return bars(text(f"plot-{key}", language), found)


def _prevalence(model: AIModel, label: str, curves: int) -> float | None:
    """The share of the class in the test part; of several classes there is no single one."""
    rows = sum(one.test_rows for one in model.evaluation.classes)
    mine = [one.test_rows for one in model.evaluation.classes if one.label == label]
    return mine[0] / rows if curves == 1 and mine and rows else None
