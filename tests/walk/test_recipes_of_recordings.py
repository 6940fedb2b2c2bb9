"""Recordings that need a recipe of their own: no label, no time, batches, several conditions. As a user would:
``aas demo --from``, ``aas product recipe --set``, ``aas product build``; every figure is computed here again, from
the file in pandas, and the model's from what the release holds (Parquet, ONNX)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, f1_score, mean_absolute_error, r2_score

from aas_server.product import record
from aas_server.product.record import ReleaseRecord
from aas_server.store.sqlite import open_store

SHARED = Path(__file__).parents[3] / "shared" / "data"
TEST_SHARE = 0.3
Answer = Callable[[pd.DataFrame], NDArray[np.float64]]

Made = tuple["Case", ReleaseRecord]

pytestmark = [
    pytest.mark.timeout(1200),  # the line runs twice, and the machine may be busy
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data (real recordings)"),
]


@dataclass(frozen=True)
class Case:
    """``answer``: what the model has to tell of each row, for numbers."""

    file: str
    features: tuple[str, ...]
    time: str | None = None
    entries: Mapping[str, str] = field(default_factory=dict)
    group: str | None = None
    drawn: bool = False
    label: str | None = None
    answer: Answer | None = None

    def table(self) -> pd.DataFrame:
        path = SHARED / self.file
        return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)


def _minutes_left(table: pd.DataFrame) -> NDArray[np.float64]:
    clock = table.groupby("batch_id").ClockTime
    return (clock.transform("last") - table.ClockTime).to_numpy(float)


def _tag10(table: pd.DataFrame) -> NDArray[np.float64]:
    return table.Tag10.to_numpy(float)


AMBIENT = Case(
    "nab_ambient_temperature/ambient_temperature_system_failure.csv",
    features=("value",),
    time="timestamp",
    entries={"quality.ranges.value": "{ min = 50, max = 100 }"},
)
DRYER = Case(
    "batch_dryer/dryer.csv",
    features=(
        "CollectorTankLevel", "DifferentialPressure", "DryerPressure", "AgitatorPower", "AgitatorTorque",
        "AgitatorSpeed", "JacketTemperatureSP", "JacketTemperature", "DryerTemperatureSP", "DryerTemp",
    ),
    entries={
        "modelling.task": "remaining-useful-life",
        "modelling.life.clock": "ClockTime",
        "modelling.split": "group",
        "modelling.group": "batch_id",
        "quality.key": '["batch_id", "ClockTime"]',
    },
    group="batch_id",
    answer=_minutes_left,
)  # fmt: skip
NYLON = Case(
    "batch_dryer/nylon.csv",
    features=tuple(f"Tag0{number}" for number in range(1, 10)),
    entries={
        "label.column": "Tag10",
        "modelling.task": "regression",
        "modelling.split": "group",
        "modelling.group": "batch_id",
    },
    group="batch_id",
    answer=_tag10,
)
HYDRAULIC = Case(
    "hydraulic/hydraulic_1hz_long.parquet",
    features=("CE", "CP", "SE", "TS1", "TS2", "TS3", "TS4", "VS1"),
    entries={
        "label.column": "cooler_pct",
        "modelling.split": "group",
        "modelling.group": "cycle",
        "modelling.groups": "drawn",
        "modelling.leave_out": '["second", "valve_pct", "pump_leak", "accumulator_bar", "stable_flag"]',
        "quality.key": '["cycle", "second"]',
    },
    group="cycle",
    drawn=True,
    label="cooler_pct",
)


@pytest.fixture(
    params=[AMBIENT, *(pytest.param(case, marks=pytest.mark.long) for case in (DRYER, NYLON, HYDRAULIC))],
    ids=lambda case: Path(case.file).stem,
    scope="module",
)
def made(
    request: pytest.FixtureRequest, aas: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Made:
    case, folder = request.param, tmp_path_factory.mktemp("recording")
    time = ("--time", case.time) if case.time else ()
    first = aas("demo", "--exit", "--from", SHARED / case.file, *time, "--data", folder, timeout=600)
    assert first.code == 0, first.err
    changes = [part for entry in case.entries.items() for part in ("--set", "=".join(entry))]
    changed = aas("product", "recipe", first.last["product"], *changes, "--data", folder)
    assert changed.code == 0, changed.err
    built = aas("product", "build", first.last["product"], "--data", folder, "--json", timeout=600)
    assert built.code == 0, built.err
    store = open_store(folder)
    try:
        assert store.journal.quarantined_count() == 0
        return case, record.release(store, str(built.last["release"]))
    finally:
        store.close()


def test_records_rows_and_cells_are_those_of_the_file(made: Made) -> None:
    case, release = made
    table = case.table()
    assert release.collected.main.records == len(table)
    assert release.collected.main.repeated == int(table.duplicated().sum())
    sold = pd.read_parquet(release.prepared.main.path)
    clean = table.drop_duplicates().reset_index(drop=True)
    own = clean.drop(columns=case.time or [])
    if case.time:
        moments = pd.to_datetime(clean[case.time]).dt.tz_localize("Asia/Seoul").sort_values()
        assert (
            sold.Time.to_numpy("datetime64[us]") == moments.dt.tz_convert("UTC").to_numpy("datetime64[us]")
        ).all()
        own = own.loc[moments.index].reset_index(drop=True)
    pd.testing.assert_frame_equal(sold[list(own.columns)], own, check_dtype=False)


def test_quality_is_that_of_the_file(made: Made) -> None:
    case, release = made
    table = case.table()
    clean = table.drop_duplicates().drop(columns=case.time or [])
    assert release.verified is not None
    told = {index.name: index for index in release.verified.indices}
    assert (told["completeness"].numerator, told["completeness"].denominator) == (
        int(clean.notna().to_numpy().sum()),
        clean.size,
    )
    key = {"quality.key"} & set(case.entries)
    named = [case.group, "ClockTime" if case.group == "batch_id" else "second"] if key else list(clean.columns)
    keys = clean if not key else clean[named]
    distinct = len(keys.drop_duplicates()) if not case.time else len(clean)
    assert (told["uniqueness"].numerator, told["uniqueness"].denominator) == (distinct, len(clean))
    before = len(table.drop_duplicates()) / len(table)
    assert told["uniqueness"].before == pytest.approx(before)
    if case is AMBIENT:
        inside = int(table.value.between(50, 100).sum())
        assert (told["validity"].numerator, told["validity"].denominator) == (inside, len(table))
    else:
        assert told["validity"].numerator == told["validity"].denominator == int(clean.notna().to_numpy().sum())
    measured = {"completeness": 6, "uniqueness": 1, "validity": 1, "integrity": 1}
    parts = {name: told[name].value or 0.0 for name in measured}
    expected = 100 * sum(measured[name] * parts[name] for name in measured) / sum(measured.values())
    assert release.verified.index == pytest.approx(expected)


def test_findings_are_those_of_the_file_and_no_others(made: Made) -> None:
    case, release = made
    table = case.table()
    clean = table.drop_duplicates()
    assert release.verified is not None
    found = {finding.kind: finding.count for finding in release.verified.findings}
    before = dict(release.verified.found_before)
    assert found == _expected(case, clean)
    repeated = int(table.duplicated().sum())
    assert before == {**_expected(case, clean), **({"duplicate_row": repeated} if repeated else {})}


def _expected(case: Case, clean: pd.DataFrame) -> dict[str, int]:
    """Counts by the issue's definitions. No near-duplicates: in the rig's cycles, driven by the same load again
    and again, readings come near each other, but no row is a copy of another."""
    expected: dict[str, int] = {}
    if case.time:
        steps = pd.Series(pd.to_datetime(clean[case.time]).sort_values().unique()).diff().dropna()
        expected["gap"] = int((steps > 1.5 * steps.median()).sum())
        expected["out_of_range"] = int((~clean.value.between(50, 100)).sum())
    missing = int(clean.isna().to_numpy().sum())
    constant = int((clean.nunique() == 1).sum())
    expected |= {"missing": missing, "constant_column": constant}
    return {kind: count for kind, count in expected.items() if count}


def test_the_model_tells_what_the_card_says(made: Made) -> None:
    case, release = made
    model = release.trained.model
    sold = pd.read_parquet(release.prepared.main.path)
    assert set(model.features) == set(case.features) and not model.texts
    in_test = _in_test(case, sold)
    assert (model.split.train_rows, model.split.test_rows) == (int((~in_test).sum()), int(in_test.sum()))
    if case.group:
        assert model.split.test_groups == sold.loc[in_test, case.group].nunique()
        assert model.split.train_groups == sold.loc[~in_test, case.group].nunique()
    session = ort.InferenceSession(release.trained.onnx.read_bytes(), providers=["CPUExecutionProvider"])
    given = {"features": sold.loc[in_test, list(model.features)].to_numpy(np.float32)}
    said = dict(zip([out.name for out in session.get_outputs()], session.run(None, given), strict=True))
    if case.answer is not None:
        truth = case.answer(sold)[in_test]
        told = said["value"].ravel()
        assert model.reached == pytest.approx(r2_score(truth, told), abs=1e-4)
        assert model.figures["MAE"] == pytest.approx(mean_absolute_error(truth, told), rel=1e-3)
    elif case.label is not None:
        assert model.confusion is not None
        truth = sold.loc[in_test, case.label].astype(str).map(model.confusion.labels.index).to_numpy()
        told = said["label"].ravel()
        assert model.macro_f1 == pytest.approx(f1_score(truth, told, average="macro"), abs=1e-4)
        assert np.array(model.confusion.counts).tolist() == confusion_matrix(truth, told).tolist()
    else:
        assert model.macro_f1 is None and model.confusion is None
        assert int(said["label"].sum()) == model.figures["FlaggedTest"]


def _in_test(case: Case, sold: pd.DataFrame) -> NDArray[np.bool_]:
    """The last 30 % of the rows, or whole groups until the share is nearest: the last ones, or drawn by seed 0."""
    if case.group is None:
        return np.arange(len(sold)) >= round(len(sold) * (1 - TEST_SHARE))
    texts = sold[case.group].astype(str)
    names = np.array(sorted(texts.unique()))
    order = names[np.random.default_rng(0).permutation(names.size)] if case.drawn else texts.unique()[::-1]
    reached = texts.value_counts()[order].cumsum().to_numpy()
    count = int(np.argmin(np.abs(reached - TEST_SHARE * len(sold)))) + 1
    return texts.isin(order[:count]).to_numpy()
