"""Step 3 as a buyer meets it: the model's figures, its file, and what is said about it."""

from __future__ import annotations

import html
import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix, f1_score

from aas_server.errors import AasError, BadInput, NotSupported
from aas_server.messages import LANGUAGES, error_text
from aas_server.product import train
from submodels import ai_model

Build = Callable[..., Any]


def answers(built: Any, table: pd.DataFrame) -> np.ndarray[Any, Any]:
    """What a buyer gets from the ONNX file for a table's rows."""
    session = onnxruntime.InferenceSession(str(built.trained.onnx))
    (asked,) = session.get_inputs()
    rows = table[list(built.model.features)].to_numpy(dtype=np.float32)
    return np.asarray(session.run(None, {asked.name: rows})[0]).ravel()


def test_figures_are_those_of_the_sold_file_on_the_last_rows(build: Build, shots: pd.DataFrame) -> None:
    built = build(shots, label="bad")
    found = built.model
    test = shots.iloc[found.split.train_rows :]
    said, truth = answers(built, test), test["bad"].to_numpy()
    assert found.task == "classification"
    assert found.split.test_rows == 450
    assert found.split.cut == test["Time"].iloc[0].strftime("%Y-%m-%dT%H:%M:%SZ")
    assert found.split.test_defects == truth.sum() >= 10
    assert found.split.train_defects == shots["bad"].sum() - truth.sum()
    assert found.confusion.counts == tuple(map(tuple, confusion_matrix(truth, said).tolist()))
    assert found.macro_f1 == pytest.approx(f1_score(truth, said, average="macro"), abs=1e-6)
    assert found.naive_macro_f1 == pytest.approx(f1_score(truth, 0 * truth, average="macro"), abs=1e-6)
    assert found.onnx.rows == 450
    assert found.onnx.differences == 0


def test_a_model_with_a_signal_is_found_good_and_says_what_matters(build: Build, shots: pd.DataFrame) -> None:
    found = build(shots, label="bad").model
    assert found.macro_f1 > found.acceptance
    assert not found.weak
    assert [name for name, _ in found.importance][-1] == "noise"
    assert sum(weight for _, weight in found.importance) == pytest.approx(1, abs=1e-4)


def test_a_model_without_a_signal_is_called_weak(build: Build, shots: pd.DataFrame) -> None:
    blind = shots[["Time", "noise", "bad"]]
    found = build(blind, label="bad").model
    assert found.weak
    assert "약한 모델" in found.verdict["ko"]
    assert found.verdict["en"].startswith("Weak")


def test_a_model_of_random_labels_does_not_pass_any_line(build: Build, shots: pd.DataFrame) -> None:
    """Half and half: the majority guess is easily beaten by luck."""
    drawn = np.random.default_rng(1).integers(0, 2, 1500)
    table = pd.DataFrame({"Time": shots["Time"], "noise": shots["noise"], "bad": drawn})
    found = build(table, label="bad", acceptance=0.0).model
    assert found.reached is not None and found.naive_macro_f1 is not None
    assert found.reached > found.naive_macro_f1
    assert found.weak and "learnt nothing" in found.verdict["en"] and "배운 것이 없습니다" in found.verdict["ko"]


def test_rare_defects_in_the_test_part_cannot_be_judged(build: Build, shots: pd.DataFrame) -> None:
    rare = shots.assign(bad=shots["bad"].where(np.arange(len(shots)) < 1100, 0))
    found = build(rare, label="bad").model
    assert 0 < found.split.test_defects < 10
    assert found.weak
    assert "cannot be judged" in found.verdict["en"]


def test_no_defect_in_the_test_part_measures_no_macro_f1(build: Build, shots: pd.DataFrame) -> None:
    early = shots.assign(bad=shots["bad"].where(np.arange(len(shots)) < 900, 0))
    found = build(early, label="bad").model
    assert found.task == "classification"
    assert found.macro_f1 is None
    assert found.naive_macro_f1 is None
    assert "RecallDefect" not in found.figures
    assert found.weak


@pytest.mark.parametrize("defect", [("NG",), ()])
def test_a_label_of_one_class_is_refused_with_what_to_do(
    build: Build, shots: pd.DataFrame, defect: tuple[str, ...]
) -> None:
    with pytest.raises(BadInput) as refused:
        build(shots.assign(bad="OK"), label="bad", defect=defect)
    assert_says(refused.value, "bad", "OK", "1500", "[label]", "product.toml", 'task = "anomaly-detection"')


def test_a_label_without_a_value_is_refused_as_that(build: Build, shots: pd.DataFrame) -> None:
    with pytest.raises(BadInput) as refused:
        build(shots.assign(bad=None), label="bad")
    assert refused.value.key == "train-label-empty"
    assert_says(refused.value, "bad", "1500", "[label]", "product.toml")


def test_a_label_of_one_class_may_stand_beside_declared_anomaly_detection(
    build: Build, shots: pd.DataFrame
) -> None:
    built = build(shots.assign(bad="OK"), label="bad", defect=("NG",), task="anomaly-detection")
    assert built.model.task == "anomaly-detection"
    assert built.model.macro_f1 is None
    assert built.model.weak
    assert "NG" in built.notes("ko")
    assert "Values found: OK" in built.notes("en")


def test_a_training_part_of_one_class_leads_to_anomaly_detection_unless_classes_are_declared(
    build: Build, shots: pd.DataFrame
) -> None:
    late = shots.assign(bad=shots["bad"].where(np.arange(len(shots)) > 1100, 0))
    built = build(late, label="bad")
    assert built.model.task == "anomaly-detection"
    assert built.model.macro_f1 is not None
    assert "anomaly detection was trained instead" in built.notes()
    with pytest.raises(BadInput) as refused:
        build(late, label="bad", task="classification")
    assert_says(refused.value, "bad", "1050", "test_share")


def test_without_a_label_anomalies_are_looked_for(build: Build, shots: pd.DataFrame) -> None:
    table = shots.drop(columns="bad")
    built = build(table)
    found = built.model
    flagged = answers(built, table.iloc[found.split.train_rows :])
    assert found.task == "anomaly-detection"
    assert found.label is None and found.confusion is None and found.macro_f1 is None
    assert found.figures["FlaggedTest"] == flagged.sum() > 0
    assert found.figures["FlaggedByBothTest"] <= found.figures["FlaggedTest"]
    assert found.onnx.differences == 0
    assert found.weak and "cannot be judged" in found.verdict["en"]


def test_missing_values_are_handled_inside_the_file(build: Build, shots: pd.DataFrame) -> None:
    holes = shots.assign(pressure=shots["pressure"].mask(np.arange(len(shots)) % 9 == 0))
    built = build(holes, label="bad")
    test = holes.iloc[built.model.split.train_rows :]
    assert test["pressure"].isna().any()
    assert built.model.onnx.differences == 0
    assert answers(built, test).sum() == built.model.figures["DefectsCaught"] + built.model.figures["FalseAlarms"]


def test_what_is_left_out_is_named_with_its_reason(build: Build, shots: pd.DataFrame) -> None:
    table = shots.assign(재료="PP", steady=1.0, empty=np.nan, after=shots["bad"])
    built = build(table, label="bad", leave_out=("after",))
    assert built.model.features == ("pressure", "temperature", "noise")
    for piece in ("recipe (modelling.leave_out): after", "training part: steady, empty"):
        assert piece in built.notes()


def test_numbers_that_are_bool_or_whole_or_too_large_are_features(build: Build, shots: pd.DataFrame) -> None:
    table = shots.assign(door=shots["noise"] > 0, count=np.arange(len(shots)), huge=shots["noise"])
    table.loc[3, "huge"] = 1e300
    table.loc[4, "huge"] = np.inf
    built = build(table, label="bad")
    assert built.model.features == ("pressure", "temperature", "noise", "door", "count", "huge")
    assert built.model.onnx.differences == 0


def test_a_defect_value_is_found_however_it_is_written(build: Build, shots: pd.DataFrame) -> None:
    few, mixed = shots.head(200), [("0", "1"), ("0.0", "1.0"), ("false", "true")]
    written = [
        few["bad"].astype(float),
        few["bad"].astype(bool),
        [mixed[row % 3][bad] for row, bad in enumerate(few["bad"])],
    ]
    for label in written:
        split = build(few.assign(bad=label), label="bad").model.split
        assert split.train_defects + split.test_defects == few["bad"].sum()


def test_rows_without_a_label_take_no_part(build: Build, shots: pd.DataFrame) -> None:
    table = shots.assign(bad=shots["bad"].astype(float).mask(np.arange(len(shots)) % 10 == 0))
    built = build(table, label="bad")
    assert built.model.split.train_rows + built.model.split.test_rows == 1350
    assert "150 rows without a label in bad" in built.notes()


def test_rows_are_taken_in_the_order_of_time(build: Build, shots: pd.DataFrame) -> None:
    in_order = build(shots, label="bad").model
    shuffled = build(shots.sample(frac=1, random_state=1), label="bad").model
    assert shuffled == in_order


def test_without_time_the_rows_own_order_counts_and_it_is_said(build: Build, shots: pd.DataFrame) -> None:
    built = build(shots.drop(columns="Time"), label="bad")
    assert built.model.split.cut == "1050"
    assert "Without a time" in built.notes()


def test_rows_equal_to_a_training_row_are_counted(build: Build, shots: pd.DataFrame) -> None:
    table = shots.copy()
    table.loc[1400:1424, ["pressure", "temperature", "noise"]] = table.loc[
        0:24, ["pressure", "temperature", "noise"]
    ].to_numpy()
    (leak,) = (leak for leak in build(table, label="bad").model.evaluation.leaks if leak.kind == "repeated-rows")
    assert leak.count == 25 and "equal a training row in every feature: 25." in leak.sentence["en"]


def test_the_same_data_give_the_same_file_and_card(build: Build, shots: pd.DataFrame) -> None:
    first, second = build(shots, label="bad"), build(shots, label="bad", anew=True)
    for name, path in first.trained.files.items():
        assert path.read_bytes() == second.trained.files[name].read_bytes(), name


def test_the_card_tells_the_figures_in_both_languages(build: Build, shots: pd.DataFrame) -> None:
    built = build(shots, label="bad")
    files, found = built.trained.files, built.model
    wanted = {
        "model.onnx",
        "model-card.json",
        "model-card.html",
        "load.py",
        "requirements.txt",
        "preprocessing.txt",
    }
    assert wanted <= set(files)
    card = json.loads(files["model-card.json"].read_text("utf-8"))
    assert card["macro_f1"] == found.macro_f1
    assert card["features"] == list(found.features)
    page = html.unescape(files["model-card.html"].read_text("utf-8"))
    for language in LANGUAGES:
        assert found.verdict[language] in page
        assert all(note[language] in page for note in found.notes)
    assert page.count(f"{found.macro_f1:.3f}") >= 2
    missed, caught = found.confusion.counts[1]
    assert f'<th>Defect</th><td class="n">{missed}</td><td class="n">{caught}</td>' in page


def test_the_shell_bears_the_model(build: Build, shots: pd.DataFrame) -> None:
    for built in (build(shots, label="bad"), build(shots.drop(columns="bad"))):
        assert ai_model.from_submodel(built.shell.submodels["AIModelNameplate"]) == built.model
        assert built.model.storage == "model/model.onnx"


def test_a_label_that_is_not_there_is_said_with_the_columns_there_are(build: Build, shots: pd.DataFrame) -> None:
    with pytest.raises(BadInput) as refused:
        build(shots, label="verdict")
    assert_says(refused.value, "verdict", "pressure, temperature")


def test_too_few_rows_are_said(build: Build, shots: pd.DataFrame) -> None:
    with pytest.raises(BadInput) as refused:
        build(shots.head(7), label="bad")
    assert_says(refused.value, "7")


def test_a_table_without_a_number_that_varies_is_said(build: Build, shots: pd.DataFrame) -> None:
    with pytest.raises(BadInput) as refused:
        build(shots[["Time", "bad"]].assign(steady=1.0), label="bad")
    assert_says(refused.value, "steady")


def test_a_missing_extra_is_said_with_how_to_install_it(
    build: Build, shots: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = {name: module for name, module in sys.modules.items() if name.startswith(train.__name__ + ".")}
    for name in loaded:  # as in a fresh process
        monkeypatch.delitem(sys.modules, name)
        parent, _, own = name.rpartition(".")
        monkeypatch.delattr(loaded.get(parent, train), own)
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    with pytest.raises(NotSupported) as refused:
        build(shots, label="bad", anew=True)
    assert_says(refused.value, "skl2onnx", "pip install", "[model]")


def assert_says(error: AasError, *pieces: str) -> None:
    """The sentence stands in both languages and names what is needed to mend it."""
    for language in LANGUAGES:
        sentence = error_text(error, language)
        assert sentence != str(error)
        for piece in pieces:
            assert piece in sentence
