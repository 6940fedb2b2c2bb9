"""The baseline on real factory data (``../shared``): as good, or as weak, as those data allow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

DATA = Path(__file__).parents[4] / "shared" / "data"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not there"),
]
Build = Callable[..., Any]


def timed(table: pd.DataFrame, column: str) -> pd.DataFrame:
    time = pd.to_datetime(table[column]).dt.tz_localize("Asia/Seoul").astype("datetime64[us, Asia/Seoul]")
    return table.drop(columns=column).assign(Time=time.dt.tz_convert("UTC"))


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
    assert "heating_furnace, mold_code" in built.notes()


@pytest.mark.parametrize(
    ("file", "time", "label"),
    [
        ("molding_labeled_corrected.csv", "TimeStamp", "PassOrFail"),
        ("molding_injection.parquet", "timestamp", "reason"),
    ],
)
def test_moulding_holds_too_few_defects_to_judge(build: Build, file: str, time: str, label: str) -> None:
    path = DATA / "kamp_molding" / file
    table = timed(pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path), time)
    found = build(table, label=label, defect=("N",)).model
    assert found.split.train_defects + found.split.test_defects == 71
    assert found.split.test_defects < 10
    assert found.weak


@pytest.mark.parametrize("path", sorted((DATA / "skab").glob("*/*.csv")), ids=lambda path: path.stem)
def test_every_skab_file_gives_a_model_and_an_honest_word(build: Build, path: Path) -> None:
    table = timed(pd.read_csv(path, sep=";"), "datetime")
    label = "anomaly" if "anomaly" in table else None
    found = build(table, label=label, defect=("1",), leave_out=("changepoint",)).model
    assert len(found.features) == 8
    assert found.onnx.differences == 0
    assert found.weak == (found.macro_f1 is None or found.macro_f1 < found.acceptance)
    assert found.task == ("classification" if label else "anomaly-detection")
