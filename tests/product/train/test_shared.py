"""The baseline on real factory data (``../shared``): as good, or as weak, as those data allow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, f1_score, mean_absolute_error, r2_score

from aas_server.ids import id_shorts

DATA = Path(__file__).parents[4] / "shared" / "data"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not there"),
]
Build = Callable[..., Any]


def timed(table: pd.DataFrame, column: str) -> pd.DataFrame:
    time = pd.to_datetime(table[column]).dt.tz_localize("Asia/Seoul").astype("datetime64[us, Asia/Seoul]")
    return table.drop(columns=column).assign(Time=time.dt.tz_convert("UTC"))


@pytest.mark.long
def test_die_casting_reaches_the_acceptance_line(build: Build) -> None:
    table = timed(pd.read_parquet(DATA / "kamp_diecasting/casting_data_mart.parquet"), "registration_time")
    built = build(table, label="passorfail", defect=("1",))
    found = built.model
    assert found.macro_f1 >= 0.85
    assert found.naive_macro_f1 == pytest.approx(0.49, abs=0.01)
    assert found.split.train_defects + found.split.test_defects == (table["passorfail"] == 1).sum()
    assert found.onnx.differences == 0
    assert not found.weak
    assert built.trained.onnx.stat().st_size < 5_000_000
    assert {"heating_furnace", "mold_code"} & {*found.texts, *found.features}
    linear = {one.name: one.score for one in found.evaluation.baselines}["linear"]
    assert found.naive_macro_f1 < linear < found.reached
    test = table.sort_values("Time", kind="stable").iloc[found.split.train_rows :]
    features, texts = list(found.features), list(found.texts)
    legal = dict(zip(id_shorts(list(table.columns)).values(), table.columns, strict=True))
    feeds = {"features": test[[legal[name] for name in features]].to_numpy(dtype=np.float32)}
    if texts:
        feeds["texts"] = test[[legal[name] for name in texts]].fillna("").astype(str).to_numpy(dtype=object)
    said, chances = onnxruntime.InferenceSession(str(built.trained.onnx)).run(None, feeds)
    truth = test["passorfail"].to_numpy()
    assert found.macro_f1 == pytest.approx(f1_score(truth, said, average="macro"), abs=1e-6)
    (curve,) = (one for one in found.evaluation.curves if one.kind == "precision-recall")
    assert curve.area == pytest.approx(average_precision_score(truth, chances[:, 1]), abs=1e-3)


@pytest.mark.parametrize(
    ("file", "time", "label"),
    [
        ("molding_labeled_corrected.csv", "TimeStamp", "PassOrFail"),
        pytest.param("molding_injection.parquet", "timestamp", "reason", marks=pytest.mark.long),
    ],
)
def test_moulding_holds_too_few_defects_to_judge(build: Build, file: str, time: str, label: str) -> None:
    path = DATA / "kamp_molding" / file
    table = timed(pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path), time)
    found = build(table, label=label, defect=("N",)).model
    assert found.split.train_defects + found.split.test_defects == 71
    assert found.split.test_defects < 10
    assert found.weak


@pytest.mark.parametrize(
    "path",
    [
        path if path.stem in ("0", "8", "anomaly-free") else pytest.param(path, marks=pytest.mark.long)
        for path in sorted((DATA / "skab").glob("*/*.csv"))
    ],
    ids=lambda path: path.stem,
)
def test_every_skab_file_gives_a_model_and_an_honest_word(build: Build, path: Path) -> None:
    table = timed(pd.read_csv(path, sep=";"), "datetime")
    label = "anomaly" if "anomaly" in table else None
    found = build(table, label=label, defect=("1",), leave_out=("changepoint",)).model
    assert len(found.features) == 8
    assert found.onnx.differences == 0
    scores = {one.name: one.score for one in found.evaluation.baselines}
    beaten = found.macro_f1 is not None and found.macro_f1 > scores["naive"]
    assert found.weak == (not beaten or found.macro_f1 < found.acceptance)
    assert not found.leak_suspected
    assert found.task == ("classification" if label else "anomaly-detection")


def test_a_reason_that_only_defects_bear_is_found(build: Build) -> None:
    table = timed(pd.read_csv(DATA / "kamp_molding/molding_labeled_corrected.csv"), "TimeStamp")
    (leak,) = (
        one
        for one in build(table, label="PassOrFail", defect=("N",)).model.evaluation.leaks
        if one.severity == "suspected"
    )
    assert (leak.kind, leak.columns, leak.count) == ("label-in-gaps", ("Reason",), len(table))
    assert int(table["Reason"].notna().sum()) == 71


def test_a_sensor_without_a_label_gives_marks_and_no_claim(build: Build) -> None:
    file = DATA / "nab_ambient_temperature/ambient_temperature_system_failure.csv"
    found = build(timed(pd.read_csv(file), "timestamp")).model
    assert found.task == "anomaly-detection" and found.weak and found.macro_f1 is None
    assert found.split.train_rows + found.split.test_rows == 7267
    assert found.onnx.differences == 0


def test_a_dryer_s_temperature_is_predicted_by_batch(build: Build) -> None:
    """Figures again by scikit-learn, on the batches that begin last."""
    table = pd.read_csv(DATA / "batch_dryer/dryer.csv")
    built = build(table, label="JacketTemperature", defect=(), task="regression", split="group", group="batch_id")
    found = built.model
    test = table[table["batch_id"].isin(sorted(table["batch_id"].unique())[-found.split.test_groups :])]
    assert len(test) == found.split.test_rows
    feeds = {"features": test[list(found.features)].to_numpy(dtype=np.float32)}
    (said,) = onnxruntime.InferenceSession(str(built.trained.onnx)).run(None, feeds)
    truth = test["JacketTemperature"].to_numpy()
    assert found.reached == pytest.approx(r2_score(truth, said.ravel()), abs=1e-4)
    assert found.figures["MAE"] == pytest.approx(mean_absolute_error(truth, said.ravel()), rel=1e-3)
    assert not found.weak


@pytest.mark.long
def test_a_valve_s_condition_is_told_by_cycle(build: Build) -> None:
    """Four conditions, cycles whole on one side. The last cycles run with another cooler: honestly no better than
    a guess; of drawn cycles, better than a line."""
    table = pd.read_parquet(DATA / "hydraulic/hydraulic_1hz_long.parquet")
    table = table[table["second"] % 6 == 0].reset_index(drop=True)
    others = ("cooler_pct", "pump_leak", "accumulator_bar", "stable_flag")
    how = {"label": "valve_pct", "defect": (), "split": "group", "group": "cycle", "leave_out": others}
    last = build(table, **how).model
    assert last.split.test_groups == 661 and last.weak and last.reached <= 0.3
    drawn = build(table, groups="drawn", **how).model
    assert drawn.confusion.labels == ("73", "80", "90", "100")
    scores = {one.name: one.score for one in drawn.evaluation.baselines}
    assert max(scores.values()) < drawn.reached < 1
    assert sum(one.test_rows + one.train_rows for one in drawn.evaluation.classes) == len(table)
