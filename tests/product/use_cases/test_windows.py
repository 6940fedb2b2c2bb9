"""Ranges in which defects are rare: found on the training part, counted again by hand on the test part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aas_server.product.recipe import Label
from aas_server.product.use_cases.windows import windows
from aas_server.product.work import PreparedTable
from submodels.ai_model import AIModel, Split
from submodels.field import Field

ROWS, TRAIN = 3000, 2100
START = pd.Timestamp("2026-01-01", tz="UTC")


@pytest.fixture
def table() -> pd.DataFrame:
    """Defects come where pressure leaves 97 … 103; temperature says nothing."""
    random = np.random.default_rng(5)
    pressure, temperature = 100 + 3 * random.normal(size=ROWS), 200 + random.normal(size=ROWS)
    risk = np.where(np.abs(pressure - 100) > 3, 0.25, 0.01)
    return pd.DataFrame(
        {
            "Time": pd.date_range(START, periods=ROWS, freq="1min").astype("datetime64[us, UTC]"),
            "pressure": pressure,
            "temperature": temperature,
            "bad": (random.random(ROWS) < risk).astype(int),
        }
    )


@pytest.fixture
def trained(models: dict[str, AIModel], table: pd.DataFrame) -> AIModel:
    cut = (START + pd.Timedelta(minutes=TRAIN)).strftime("%Y-%m-%dT%H:%M:%SZ")
    split = Split(cut, TRAIN, ROWS - TRAIN, int(table.bad[:TRAIN].sum()), int(table.bad[TRAIN:].sum()))
    return replace(
        models["binary"],
        features=("pressure", "temperature"),
        importance=(("pressure", 0.8), ("temperature", 0.2)),
        split=split,
    )


def prepared(table: pd.DataFrame, folder: Path) -> PreparedTable:
    path = folder / "shots.parquet"
    table.to_parquet(path, index=False)
    names = [name for name in table.columns if name != "Time"]
    fields = tuple(Field(name.upper(), name, "xs:double", "x", "own", {}, {}) for name in names)
    return PreparedTable("shots", path, len(table), fields)


LABEL = Label("BAD", ("1",))


def test_counts_are_those_of_a_plain_count(table: pd.DataFrame, trained: AIModel, tmp_path: Path) -> None:
    found = {one.variable: one for one in windows(prepared(table, tmp_path), LABEL, trained)}
    one = found["pressure"]
    assert one.held and 95 < one.low < 100 < one.high < 105
    for part, names in ((table[:TRAIN], "train"), (table[TRAIN:], "test")):
        inside = part[part.pressure.between(one.low, one.high)]
        outside = part.drop(inside.index)
        counts = [len(inside), inside.bad.sum(), len(outside), outside.bad.sum()]
        assert [
            getattr(one, f"{names}{what}") for what in ("_rows", "_defects", "_rest_rows", "_rest_defects")
        ] == counts
    assert not found["temperature"].held


def test_a_range_that_does_not_hold_later_is_not_told(
    table: pd.DataFrame, trained: AIModel, tmp_path: Path
) -> None:
    table.loc[TRAIN:, "pressure"] = table.loc[TRAIN:, "pressure"].to_numpy()[::-1]
    held = {one.variable: one.held for one in windows(prepared(table, tmp_path), LABEL, trained)}
    assert held == {"pressure": False, "temperature": False}


def test_rows_in_any_order_count_the_same(table: pd.DataFrame, trained: AIModel, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    shuffled = table.sample(frac=1, random_state=1)
    assert windows(prepared(shuffled, tmp_path / "a"), LABEL, trained) == windows(
        prepared(table, tmp_path), LABEL, trained
    )


def test_missing_values_count_on_neither_side(table: pd.DataFrame, trained: AIModel, tmp_path: Path) -> None:
    table.loc[TRAIN::10, "pressure"] = np.nan
    one = windows(prepared(table, tmp_path), LABEL, trained)[0]
    assert one.test_rows + one.test_rest_rows == 810


@pytest.mark.parametrize("what", ["random", "counts", "no label", "few"])
def test_what_cannot_be_counted_is_not_claimed(
    table: pd.DataFrame, trained: AIModel, tmp_path: Path, what: str
) -> None:
    split = trained.split
    label: Label | None = LABEL
    if what == "random":
        trained = replace(trained, split=replace(split, by="random"))
    elif what == "counts":
        trained = replace(trained, split=replace(split, test_rows=split.test_rows + 1))
    elif what == "no label":
        label = None
    else:
        table = table.iloc[: TRAIN + 40]
        trained = replace(trained, split=replace(split, test_rows=40))
    assert not any(one.held for one in windows(prepared(table, tmp_path), label, trained))
