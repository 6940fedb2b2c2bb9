"""``aas demo --from``: real recordings go through the line; their figures are computed here again, in pandas.

The short run takes one file, ``long`` every one that needs no more than ``--time`` and ``--label``; those that
need a recipe of their own stand in ``test_recipes_of_recordings.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from aas_server.product import record
from aas_server.store.sqlite import open_store

SHARED = Path(__file__).parents[3] / "shared" / "data"
LEFT_OUT_OVER = 0.3
WEIGHTS = {"completeness": 0.6, "uniqueness": 0.1, "validity": 0.1, "integrity": 0.1}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data (real recordings)"),
]


@dataclass(frozen=True)
class Case:
    file: str
    time: str
    label: str | None
    separator: str = ","

    def table(self) -> pd.DataFrame:
        path = SHARED / self.file
        return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, sep=self.separator)


DIECASTING = Case("kamp_diecasting/casting_data_mart.parquet", "registration_time", "passorfail")
MOULDING = Case("kamp_molding/molding_injection.parquet", "timestamp", "reason")
CORRECTED = Case("kamp_molding/molding_labeled_corrected.csv", "TimeStamp", "PassOrFail")
SKAB = [
    Case(str(path.relative_to(SHARED)), "datetime", "anomaly" if "valve" in str(path) else None, ";")
    for path in sorted(SHARED.glob("skab/**/*.csv"))
]
SHORT = [CORRECTED]
LONG = [DIECASTING, MOULDING, *SKAB]


@pytest.mark.parametrize(
    "case",
    [*SHORT, *[pytest.param(case, marks=pytest.mark.long) for case in LONG]],
    ids=lambda case: case.file,
)
def test_a_recording_becomes_a_product(case, aas, tmp_path):
    table = case.table()
    label = ["--label", case.label] if case.label else []
    ended = aas(
        "demo",
        "--exit",
        "--from",
        SHARED / case.file,
        "--time",
        case.time,
        *label,
        "--data",
        tmp_path,
        timeout=600,
    )
    assert ended.code == 0, ended.err
    assert ended.last["records"] == len(table)
    store = open_store(tmp_path)
    try:
        assert store.journal.quarantined_count() == 0
        made = record.release(store, str(ended.last["release"]))
    finally:
        store.close()
    assert made.collected.main.repeated == int(table.duplicated().sum())
    clean = table.drop_duplicates()
    assert made.prepared.main.rows == len(clean)
    _compare(made.verified, clean.drop(columns=case.time))
    assert float(str(ended.last["quality_index"])) == pytest.approx(_index(clean.drop(columns=case.time)))
    before = {index.name: index.before for index in made.verified.indices}
    assert before["uniqueness"] == pytest.approx(len(clean) / len(table))
    assert before["completeness"] == pytest.approx(_completeness(table.drop(columns=case.time)))


def _kept(table: pd.DataFrame) -> pd.DataFrame:
    return table.loc[:, table.isna().mean() <= LEFT_OUT_OVER]


def _completeness(table: pd.DataFrame) -> float:
    kept = _kept(table)
    return float(kept.notna().to_numpy().sum() / kept.size)


def _index(table: pd.DataFrame) -> float:
    """All other measured indices are 100 % after repeated rows are gone and without declared ranges or rules."""
    shares = {"completeness": _completeness(table), "uniqueness": 1.0, "validity": 1.0, "integrity": 1.0}
    return 100 * sum(WEIGHTS[name] * share for name, share in shares.items()) / sum(WEIGHTS.values())


def _compare(quality, table: pd.DataFrame) -> None:
    kept = _kept(table)
    indices = {index.name: index for index in quality.indices}
    assert (indices["completeness"].numerator, indices["completeness"].denominator) == (
        int(kept.notna().to_numpy().sum()),
        kept.size,
    )
    assert (indices["uniqueness"].numerator, indices["uniqueness"].denominator) == (len(table), len(table))
    assert indices["validity"].denominator == int(kept.notna().to_numpy().sum())
    assert indices["validity"].value == 1
    assert indices["consistency"].value is None and indices["consistency"].reason
    assert indices["accuracy"].value is None and indices["accuracy"].reason
    assert len(quality.left_out) == table.shape[1] - kept.shape[1]
