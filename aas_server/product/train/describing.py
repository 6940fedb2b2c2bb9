"""The model's nameplate out of what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from aas_server.product.recipe import Recipe
from aas_server.product.train import chance, score, verdict
from aas_server.product.train.answer import Answer, reached
from aas_server.product.train.bench import Bench, Result, figures, rounded
from aas_server.product.train.columns import PICTURE
from aas_server.product.train.settings import baseline
from aas_server.product.train.split import Parts
from aas_server.product.train.target import Target
from aas_server.product.train.verdict import Scores
from aas_server.product.train.words import listed
from submodels.ai_model import AIModel
from submodels.ai_parts import Confusion, OnnxCheck, Picture, Split
from submodels.ai_results import Baseline, Evaluation, Leak
from submodels.text import Text


def describe(
    id: str,
    recipe: Recipe,
    bench: Bench,
    parts: Parts,
    result: Result,
    leaks: Sequence[Leak],
    notes: Sequence[Text],
) -> AIModel:
    """``notes``: what is to be said beside the figures."""
    truth = bench.target.at(bench.test)
    judged = truth.known and (bench.task != "anomaly-detection" or truth.is_defect)
    scores = _scores(bench, truth, result, judged)
    weak, words = verdict.judge(scores, truth, recipe.modelling.acceptance, leaks)
    picture = baseline().pictures.side if bench.examples.pictures else 0
    return AIModel(
        id=id,
        task=result.task,
        algorithm=result.algorithm,
        framework=result.framework,
        label=recipe.label.column if recipe.label else None,
        positive=listed(list(recipe.label.defect)) or None if recipe.label else None,
        features=bench.examples.names,
        split=_split(bench, parts, recipe),
        acceptance=recipe.modelling.acceptance,
        macro_f1=_macro_f1(truth, result.answer if judged else None),
        naive_macro_f1=_macro_f1(truth, _naive(result) if judged else None),
        confusion=_confusion(truth, result.answer) if judged else None,
        importance=result.importance,
        onnx=OnnxCheck(rows=int(bench.test.size), differences=result.differences),
        weak=weak,
        verdict=words,
        hyperparameters=result.hyperparameters,
        figures=result.figures,
        notes=tuple(notes),
        metric=bench.metric,
        reached=_rounded(scores.model),
        texts=bench.examples.text_names,
        picture=Picture(bench.examples.picture or PICTURE, picture, picture) if picture else None,
        unit=bench.target.unit,
        evaluation=_evaluation(_baselines(truth, result, scores, judged), result, leaks),
    )


def _evaluation(baselines: tuple[Baseline, ...], result: Result, leaks: Sequence[Leak]) -> Evaluation:
    return Evaluation(
        baselines=baselines,
        classes=result.classes,
        curves=result.curves,
        calibration=result.calibration,
        residuals=result.residuals,
        permutation=result.permutation,
        leaks=tuple(leaks),
    )


def _split(bench: Bench, parts: Parts, recipe: Recipe) -> Split:
    """Defects: of good and defect only; other classes count their rows in their own figures."""
    defects = [0, 0]
    if bench.target.is_defect:
        defects = [int(bench.target.at(rows).counts()[1]) for rows in (bench.train, bench.test)]
    return Split(
        cut=parts.cut,
        train_rows=int(bench.train.size),
        test_rows=int(bench.test.size),
        train_defects=defects[0],
        test_defects=defects[1],
        by=parts.by,
        group=recipe.modelling.group,
        train_groups=parts.train_groups,
        test_groups=parts.test_groups,
    )


def _baselines(truth: Target, result: Result, scores: Scores, judged: bool) -> tuple[Baseline, ...]:
    found = []
    for name, score_of in (("naive", scores.naive), ("linear", scores.linear)):
        if name in result.guesses:
            algorithm, answer = result.guesses[name]
            measured = _figures(truth, answer) if judged else {}
            assert name in ("naive", "linear")
            found.append(Baseline(name, algorithm, _rounded(score_of), figures(measured)))  # type: ignore[arg-type]
    return tuple(found)


def _figures(truth: Target, answer: Answer | None) -> dict[str, float]:
    if answer is None:
        return {}
    if truth.values is not None and answer.values is not None:
        return score.numbers(truth.values, answer.values)
    if truth.codes is None or answer.codes is None:
        return {}
    macro = score.macro_f1(truth.codes, answer.codes, len(truth.classes))
    counted = score.count(truth.codes, answer.codes).figures() if truth.is_defect else {}
    return counted if macro is None else counted | {"MacroF1": macro}


def _scores(bench: Bench, truth: Target, result: Result, judged: bool) -> Scores:
    naive = _naive(result)
    asked = (result.answer, result.guesses["linear"][1]) if judged else (None, None)
    model, linear = (reached(bench.metric, truth, answer, naive) for answer in asked)
    luck = chance.line(bench.metric, truth, result.answer, naive, bench.seed) if model is not None else None
    return Scores(bench.metric, model, reached(bench.metric, truth, naive, naive), linear, luck)


def _naive(result: Result) -> Answer | None:
    return result.guesses.get("naive", ("", None))[1]


def _macro_f1(truth: Target, answer: Answer | None) -> float | None:
    if truth.codes is None or answer is None or answer.codes is None:
        return None
    return _rounded(score.macro_f1(truth.codes, answer.codes, len(truth.classes)))


def _confusion(truth: Target, answer: Answer) -> Confusion | None:
    if truth.codes is None or answer.codes is None:
        return None
    matrix = score.confusion(truth.codes, answer.codes, len(truth.classes))
    return Confusion(truth.classes, tuple(map(tuple, matrix.tolist())))


def _rounded(value: float | None) -> float | None:
    return None if value is None else rounded(value)
