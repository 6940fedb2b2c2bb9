"""Each kind of product with each sort of model: a statement that is measured, or an honest "nothing"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, get_args

import pytest
from basyx.aas import model

from submodels import ai_model, use_cases
from submodels.ai_model import AIModel, Picture
from submodels.ai_results import Baseline
from submodels.use_cases import ProductKind, UseCases

KINDS = get_args(ProductKind)
State = Callable[..., UseCases]
NO_FIGURES = r"F1|R²"


def proved(submodels: Mapping[str, model.Submodel], source: str) -> float:
    """The value at the place a figure names, found as a reader of the AASX finds it."""
    kind, path = source.split("/")
    at: Any = submodels[kind].submodel_element
    value: Any = None
    for name in re.findall(r"[^.\[\]]+", path):
        value = list(at)[int(name)] if name.isdigit() else next(one for one in at if one.id_short == name)
        at = getattr(value, "value", None)
    return float(value.value)


def numbers(text: str) -> list[tuple[float, int]]:
    """The numbers in a sentence with how many digits they show after the point; per cent as shares."""
    found = []
    for said in re.findall(r"-?\d[\d,]*(?:\.\d+)?%?", re.sub(NO_FIGURES, "", text)):
        plain = said.rstrip("%").replace(",", "")
        digits = len(plain.partition(".")[2])
        found.append((float(plain) / 100, digits + 2) if said.endswith("%") else (float(plain), digits))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_is_proved_and_every_number_is_a_figure(
    state: State, shell: Any, any_model: AIModel, kind: ProductKind
) -> None:
    used = state(any_model, kind)
    submodels = {"AIModelNameplate": ai_model.to_submodel(any_model), "UseCases": shell.submodels["UseCases"]}
    assert used.statements
    for statement in used.statements:
        assert statement.figures
        for figure in statement.figures:
            assert proved(submodels, figure.source) == pytest.approx(figure.value), figure
        for text in statement.text.values():
            for said, digits in numbers(text):
                assert any(
                    said == pytest.approx(round(one.value, digits), rel=1e-3, abs=10**-digits / 2)
                    for one in statement.figures
                ), (said, text)
    assert use_cases.from_submodel(shell.submodels["UseCases"]) == used


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_claimed_of_a_model_that_did_not_pass(
    state: State, models: dict[str, AIModel], kind: ProductKind
) -> None:
    for name in ("weak", "leaking", "weak regression"):
        (statement,) = state(models[name], kind).statements
        assert "효과를 주장하지 않습니다" in statement.text["ko"]
        assert statement.text["en"].startswith("A weak model.")


def test_a_regression_tells_its_errors_in_its_unit(state: State, models: dict[str, AIModel]) -> None:
    text = state(models["regression"], "quality-prediction").statements[0].text
    assert "5% 분위수는 -2 mm, 95% 분위수는 2 mm" in text["ko"]
    assert "the 95% quantile 2 mm" in text["en"]


def test_a_remaining_life_says_which_error_is_the_dangerous_one(state: State, models: dict[str, AIModel]) -> None:
    text = state(models["life"], "predictive-maintenance").statements[0].text
    assert "양수는 실제보다 길게 본 것" in text["ko"] and "too long a life" in text["en"]


def test_several_classes_name_the_one_that_is_found_least(state: State, models: dict[str, AIModel]) -> None:
    classes = models["multiclass"].evaluation.classes
    seen = replace(
        models["multiclass"].evaluation, classes=(classes[0], replace(classes[1], recall=0.5), classes[2])
    )
    text = state(replace(models["multiclass"], evaluation=seen), "quality-prediction").statements[0].text
    assert "'burr'" in text["en"] and "50.0% of its 300 rows" in text["en"]


def test_vision_speaks_of_pictures_only_where_the_model_looks_at_them(
    state: State, models: dict[str, AIModel]
) -> None:
    rows = state(models["binary"], "vision-inspection").statements[0].text["en"]
    looked = replace(models["binary"], picture=Picture("file", 64, 64))
    pictures = state(looked, "vision-inspection").statements[0].text["en"]
    assert "what to send to the camera" in rows and "by the picture alone" in pictures


def test_where_nothing_was_measured_it_says_so(state: State, models: dict[str, AIModel]) -> None:
    bare = replace(models["binary"], figures={}, importance=(), macro_f1=None)
    (statement,) = state(bare, "know-how").statements
    assert "주장할 수 없습니다" in statement.text["ko"]


def test_the_submodel_is_one_any_reader_understands(state: State, shell: Any, models: dict[str, AIModel]) -> None:
    state(models["binary"], "know-how")
    assert isinstance(shell.submodels["UseCases"], model.Submodel)


def test_a_model_is_compared_in_the_metric_it_was_accepted_by(state: State, models: dict[str, AIModel]) -> None:
    """By average precision it passed; its macro F1 is no better than the guess, and nothing is claimed of it."""
    baselines = (Baseline("naive", "majority", 0.03, {}),)
    judged = replace(
        models["binary"],
        metric="average-precision",
        reached=0.9,
        macro_f1=0.48,
        naive_macro_f1=0.49,
        evaluation=replace(models["binary"].evaluation, baselines=baselines),
    )
    said = " ".join(one.text["en"] for one in state(judged, "quality-prediction").statements)
    assert "average precision is 0.900, against 0.030" in said and "F1" not in said
