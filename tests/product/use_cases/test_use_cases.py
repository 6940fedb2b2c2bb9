"""Step 4 as a buyer reads it: nothing is claimed that step 3 did not measure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest
from basyx.aas import model

from submodels import ai_model, use_cases
from submodels.ai_model import AIModel
from submodels.text import both
from submodels.use_cases import ProductKind, UseCases

KINDS = get_args(ProductKind)
State = Callable[..., UseCases]


def words(used: UseCases, language: str) -> str:
    return "\n".join(statement.text[language] for statement in used.statements)


def proved(nameplate: model.Submodel, source: str) -> float:
    """The value at the place a figure names, found as a reader of the AASX finds it."""
    kind, path = source.split("/")
    assert nameplate.id_short == kind
    at: Any = nameplate.submodel_element
    for name in re.findall(r"[^.\[\]]+", path):
        at = list(at)[int(name)] if name.isdigit() else next(one for one in at if one.id_short == name)
        value, at = at, getattr(at, "value", None)
    return float(value.value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_stands_where_it_says(state: State, good: AIModel, kind: ProductKind) -> None:
    nameplate = ai_model.to_submodel(good)
    used = state(good, kind)
    assert len(used.statements) >= 2
    for statement in used.statements:
        assert statement.figures
        for figure in statement.figures:
            assert proved(nameplate, figure.source) == pytest.approx(figure.value), figure


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_number_said_is_a_figure_given(
    state: State, good: AIModel, kind: ProductKind, language: str
) -> None:
    for statement in state(good, kind).statements:
        text = re.sub(r"F1|3 시그마", "", statement.text[language])
        values = [figure.value for figure in statement.figures]
        for number in re.findall(r"\d+(?:\.\d+)?%?", text):
            said = float(number.rstrip("%")) / (100 if number.endswith("%") else 1)
            assert any(said == pytest.approx(value, abs=0.006) for value in values), (number, text)


def test_quality_prediction_says_what_would_have_been_caught(state: State, good: AIModel) -> None:
    used = state(good)
    assert "of 25 defects in the test part the model would have caught 21, with 3 false alarms" in words(
        used, "en"
    )
    assert "불량 25개 가운데 21개를 잡아냈을 것이며, 잘못된 경보는 3건" in words(used, "ko")
    assert used.title["ko"] == "품질 예측"


def test_variables_go_by_the_names_people_use(state: State, good: AIModel) -> None:
    used = state(good)
    assert "pressure (사출 압력, 0.60), temperature (0.30), noise (0.07)" in words(used, "ko")
    assert "pressure (Injection pressure, 0.60)" in words(used, "en")
    assert "spare" not in words(used, "en")


def test_a_weak_model_claims_nothing(state: State, good: AIModel) -> None:
    weak = replace(good, weak=True, macro_f1=0.55, verdict=both("약한 모델입니다.", "Weak."))
    used = state(weak)
    assert len(used.statements) == 1
    assert "효과를 주장하지 않습니다" in words(used, "ko")
    assert "Weak. " in words(used, "en") and "No benefit" in words(used, "en")
    assert {figure.name for figure in used.statements[0].figures} == {
        "TestRows",
        "TestDefects",
        "MacroF1",
        "NaiveMacroF1",
    }


def test_a_model_that_cannot_be_judged_names_no_score(state: State, good: AIModel) -> None:
    unjudged = replace(
        good, weak=True, macro_f1=None, naive_macro_f1=None, split=replace(good.split, test_defects=0)
    )
    (statement,) = state(unjudged).statements
    assert {figure.name for figure in statement.figures} == {"TestRows", "TestDefects"}


def test_without_a_label_it_says_what_was_marked_and_that_it_is_unjudged(state: State, good: AIModel) -> None:
    marked = {"FlaggedTest": 12.0, "FlaggedByBothTest": 5.0}
    unlabelled = replace(
        good,
        task="anomaly-detection",
        label=None,
        positive=None,
        macro_f1=None,
        naive_macro_f1=None,
        confusion=None,
        weak=True,
        figures=marked,
        verdict=both("판단할 수 없습니다.", "It cannot be judged."),
    )
    text = words(state(unlabelled), "en")
    assert "Of 900 rows in the test part it marks 12 as unusual; 5 of these" in text
    assert "It cannot be judged." in text
    assert "defect" not in text


def test_what_was_not_measured_is_not_said(state: State, good: AIModel) -> None:
    figures = {name: value for name, value in good.figures.items() if name != "FalseAlarms"}
    text = words(state(replace(good, figures=figures, importance=())), "en")
    assert "false alarms" not in text
    assert "weigh most" not in text
    assert "macro F1" in text


def test_the_shell_bears_the_use_cases(state: State, good: AIModel, shell: Any) -> None:
    used = state(good)
    assert use_cases.from_submodel(shell.submodels["UseCases"]) == used
