"""Classes, numbers, remaining lives, groups and categories: the figures are those of the sold file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from sklearn import metrics

from aas_server.errors import BadInput
from aas_server.messages import LANGUAGES, error_text
from aas_server.product.recipe import Life
from aas_server.product.train import exchange
from aas_server.product.train.answer import Answer

Build = Callable[..., Any]


def told(built: Any, table: pd.DataFrame) -> list[Any]:
    """What a buyer gets from the ONNX file for raw rows."""
    session = onnxruntime.InferenceSession(str(built.trained.onnx))
    feeds = {"features": table[list(built.model.features)].to_numpy(dtype=np.float32)}
    if built.model.texts:
        feeds["texts"] = table[list(built.model.texts)].fillna("").to_numpy(dtype=object)
    return session.run(None, feeds)


@pytest.fixture
def presses(shots: pd.DataFrame) -> pd.DataFrame:
    """The cell's shots with a material, a wear that counts, and which of 15 lots they belong to."""
    material = np.array(["PP", "ABS", "PC"])[np.arange(len(shots)) * 7 % 3]
    return shots.assign(
        material=material,
        lot=[f"L{row // 100:02}" for row in range(len(shots))],
        weight=10 + 0.4 * (shots["pressure"] - 90) + np.select([material == "PP", material == "PC"], [1.0, 3.0]),
        grade=np.select([shots["temperature"] > 221, shots["pressure"] > 91], ["A", "B"], "C"),
    )


def test_each_value_of_a_label_is_a_class(build: Build, presses: pd.DataFrame) -> None:
    table = presses.drop(columns=["bad", "weight", "lot"])
    built = build(table, label="grade", defect=())
    found, test = built.model, table.iloc[built.model.split.train_rows :]
    codes, chances = told(built, test)
    truth = test["grade"].map({"A": 0, "B": 1, "C": 2}).to_numpy()
    assert found.confusion.labels == ("A", "B", "C")
    assert found.confusion.counts == tuple(map(tuple, metrics.confusion_matrix(truth, codes).tolist()))
    assert found.macro_f1 == pytest.approx(metrics.f1_score(truth, codes, average="macro"), abs=1e-6)
    assert found.reached == found.macro_f1 and found.macro_f1 > 0.9 and not found.weak
    precision, recall, f1, rows = metrics.precision_recall_fscore_support(truth, codes)
    for place, one in enumerate(found.evaluation.classes):
        assert one.test_rows == rows[place]
        assert (one.precision, one.recall, one.f1) == pytest.approx(
            (precision[place], recall[place], f1[place]), abs=1e-6
        )
        area = metrics.average_precision_score(truth == place, chances[:, place])
        assert one.average_precision == pytest.approx(area, abs=2e-3)
    linear = {one.name: one.score for one in found.evaluation.baselines}
    assert linear["naive"] < linear["linear"] < found.reached


def test_curves_and_calibration_are_those_of_the_file(build: Build, shots: pd.DataFrame) -> None:
    built = build(shots, label="bad")
    test = shots.iloc[built.model.split.train_rows :]
    truth, chances = test["bad"].to_numpy(), told(built, test)[1][:, 1]
    curves = {curve.kind: curve for curve in built.model.evaluation.curves}
    assert curves["precision-recall"].area == pytest.approx(
        metrics.average_precision_score(truth, chances), abs=1e-4
    )
    assert curves["roc"].area == pytest.approx(metrics.roc_auc_score(truth, chances), abs=1e-4)
    assert all(len(curve.x) == len(curve.y) == len(curve.thresholds) <= 50 for curve in curves.values())
    calibration = built.model.evaluation.calibration
    assert calibration.brier == pytest.approx(metrics.brier_score_loss(truth, chances), abs=1e-4)
    assert sum(one.rows for one in calibration.bins) == len(test)
    shuffled = dict(built.model.evaluation.permutation)
    assert shuffled["pressure"] > shuffled["temperature"] > abs(shuffled["noise"])


def test_a_number_is_predicted_where_that_is_declared(build: Build, presses: pd.DataFrame) -> None:
    table = presses.drop(columns=["bad", "grade", "lot"])
    built = build(table, label="weight", defect=(), task="regression")
    found, test = built.model, table.iloc[built.model.split.train_rows :]
    (said,) = told(built, test)
    truth = test["weight"].to_numpy()
    assert found.texts == ("material",)
    assert found.figures["MAE"] == pytest.approx(metrics.mean_absolute_error(truth, said.ravel()), rel=1e-4)
    assert found.figures["RMSE"] == pytest.approx(metrics.root_mean_squared_error(truth, said.ravel()), rel=1e-4)
    assert found.reached == pytest.approx(metrics.r2_score(truth, said.ravel()), abs=1e-5)
    assert found.metric == "r2" and found.macro_f1 is None and found.confusion is None
    scores = {one.name: one.score for one in found.evaluation.baselines}
    assert (
        scores["linear"] > found.reached > scores["naive"]
    )  # the weight is a sum: no forest beats a line at that
    assert not found.weak and "a simpler one would serve" in found.verdict["en"]
    pairs = found.evaluation.residuals
    assert len(pairs.actual) == len(pairs.predicted) == 200
    assert pairs.quantiles[2][1] == pytest.approx(np.median(said.ravel() - truth), abs=1e-4)


def test_a_category_the_training_part_did_not_hold_is_none(build: Build, presses: pd.DataFrame) -> None:
    table = presses.drop(columns=["bad", "grade", "lot"])
    table.loc[1300:, "material"] = "PA"
    table.loc[:40, "material"] = None
    built = build(table, label="weight", defect=(), task="regression")
    assert built.model.onnx.differences == 0
    assert np.isfinite(told(built, table.iloc[1300:])[0]).all()


def test_numbers_with_many_values_are_not_taken_for_classes(build: Build, presses: pd.DataFrame) -> None:
    with pytest.raises(BadInput) as refused:
        build(presses, label="weight", defect=())
    assert_says(refused.value, "weight", "1500", 'task = "regression"', "product.toml")


@pytest.mark.parametrize("groups", ["last", "drawn"])
def test_groups_lie_whole_on_one_side(build: Build, presses: pd.DataFrame, groups: str) -> None:
    table = presses.drop(columns=["grade", "weight"])
    found = build(table, label="bad", split="group", group="lot", groups=groups).model
    assert (found.split.by, found.split.group) == ("group", "lot")
    assert found.split.train_rows % 100 == found.split.test_rows % 100 == 0
    assert (found.split.train_groups, found.split.test_groups) == (11, 4)
    assert ("L14" in found.split.cut) == (groups == "last") or groups == "drawn"
    assert "lot" not in found.features + found.texts
    assert found.split.train_defects + found.split.test_defects == table["bad"].sum()


@pytest.fixture
def machines() -> pd.DataFrame:
    """Twelve machines that run until they fail, each after 60 to 115 cycles; their heat tells how far they are."""
    parts = []
    random = np.random.default_rng(3)
    for unit in range(12):
        life = 60 + 5 * unit
        left = np.arange(life)[::-1]
        heat = 40 + 60 * np.exp(-left / 25) + random.normal(0, 0.5, life)
        parts.append(pd.DataFrame({"unit": unit, "cycle": np.arange(life), "heat": heat, "left": left}))
    table = pd.concat(parts, ignore_index=True)
    table["state"] = np.where(table["left"] == 0, "FAIL", "RUN")
    return table


@pytest.mark.parametrize(
    "life", [Life(clock="cycle"), Life("state", ("FAIL",), "cycle"), Life(None, (), "cycle", 40.0)]
)
def test_a_remaining_life_is_counted_from_the_failures(build: Build, machines: pd.DataFrame, life: Life) -> None:
    table = machines.drop(columns="left")
    how = {"task": "remaining-useful-life", "split": "group", "group": "unit", "leave_out": ("state",)}
    built = build(table, life=life, **how)
    found, test = built.model, table[table["unit"] >= 9]
    (said,) = told(built, test)
    truth = machines.loc[test.index, "left"].clip(upper=life.most).to_numpy()
    assert found.features == ("heat",)
    assert found.split.test_groups == 3
    assert found.figures["MAE"] == pytest.approx(np.abs(said.ravel() - truth).mean(), rel=1e-4)
    away = said.ravel() - truth
    penalty = np.where(away < 0, np.exp(-away / 13) - 1, np.exp(away / 10) - 1).mean()
    assert found.figures["PrognosticScore"] == pytest.approx(penalty, rel=1e-3)
    assert found.figures["TooLateShare"] == pytest.approx((away > 0.001 * truth.std()).mean(), abs=0.01)
    assert "12 failures of 12 units" in built.notes()


def test_what_a_life_lacks_is_said(build: Build, machines: pd.DataFrame) -> None:
    for life, split, piece in (
        (Life("state", ("BROKEN",), "cycle"), {}, "BROKEN"),
        (Life(clock="cycle"), {}, "group"),
        (Life("state", ("FAIL",)), {}, "clock"),
        (Life("status", ("FAIL",), "cycle"), {}, "status"),
    ):
        with pytest.raises(BadInput) as refused:
            build(machines, life=life, **split)
        assert_says(refused.value, piece, "product.toml")


@pytest.mark.parametrize(
    ("how", "pieces"),
    [
        ({"split": "group"}, ["group", "material"]),
        ({"split": "group", "group": "charge"}, ["charge", "material"]),
        ({"split": "group", "group": "one"}, ["one", "X"]),
        ({"metric": "r2"}, ["r2", "macro-f1"]),
        ({"task": "regression"}, ["grade", "regression"]),
        ({"life": Life("bad", ("1",)), "task": "classification"}, ["life", "classification"]),
    ],
)
def test_a_recipe_that_does_not_fit_is_refused(
    build: Build, presses: pd.DataFrame, how: dict[str, Any], pieces: list[str]
) -> None:
    with pytest.raises(BadInput) as refused:
        build(presses.assign(one="X"), label="grade", defect=(), **how)
    assert_says(refused.value, "product.toml", *pieces)


@pytest.mark.parametrize(("differing", "sold"), [(0, True), (10, True), (11, False)])
def test_a_file_that_answers_otherwise_too_often_is_not_sold(differing: int, sold: bool) -> None:
    if sold:
        exchange.accept(10_000, differing)
        return
    with pytest.raises(BadInput) as refused:
        exchange.accept(10_000, differing)
    assert_says(refused.value, "10000", "11", "99.9%")


def test_a_number_that_is_off_is_another_answer() -> None:
    truth = np.linspace(0, 100, 1000)
    said = truth.copy()
    said[:7] += 1
    assert exchange.differences(Answer(values=said), Answer(values=truth)) == 7


def test_a_task_without_its_label_is_refused(build: Build, presses: pd.DataFrame) -> None:
    with pytest.raises(BadInput) as refused:
        build(presses, task="regression")
    assert_says(refused.value, "regression", "[label]")


def assert_says(error: BadInput, *pieces: str) -> None:
    for language in LANGUAGES:
        sentence = error_text(error, language)
        assert sentence != str(error)
        for piece in pieces:
            assert piece in sentence


def test_by_average_precision_the_naive_guess_is_measured_too(build: Build, shots: pd.DataFrame) -> None:
    found = build(shots, label="bad", metric="average-precision").model
    truth = shots["bad"].to_numpy()[found.split.train_rows :]
    naive = next(one for one in found.evaluation.baselines if one.name == "naive")
    assert naive.score == pytest.approx(metrics.average_precision_score(truth, np.full(truth.size, 0.5)), abs=1e-6)
