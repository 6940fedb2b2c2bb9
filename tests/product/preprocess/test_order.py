"""Repeated records and the order of rows, over more records than one look at them takes in."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aas_server.ids import Names
from aas_server.product.preprocess import bench as benches
from aas_server.product.recipe import Recipe
from aas_server.product.recipe.cleaning import Resample
from aas_server.store import records

START = pd.Timestamp("2026-03-01T00:00:00Z")


@pytest.mark.parametrize("late", [None, 1, 2500])
def test_rows_are_sold_in_the_order_of_time_then_arrival(clean, late: int | None) -> None:
    seconds = np.arange(3000) // 2
    if late is not None:
        seconds[late] = -5
    frame = pd.DataFrame({"_time": START + pd.to_timedelta(seconds, "s"), "xx": np.arange(3000)})
    done = clean(frame)
    expected = frame.sort_values("_time", kind="stable")["xx"].tolist()
    assert done.cells("xx") == expected
    assert ("0" if late is None else "1") in done.operation("sort-by-time").rule["en"]


def test_repeats_are_found_though_the_first_columns_tell_nothing(clean) -> None:
    random = np.random.default_rng(5)
    frame = pd.DataFrame({"same": [1.0] * 400, "none": [None] * 400, "xx": random.integers(0, 300, 400)})
    frame = frame.astype({"none": float})
    done = clean(frame)
    kept = frame.drop_duplicates()["xx"].tolist()
    assert done.cells("xx") == kept
    assert done.operation("remove-repeated").rows_out == len(kept)


def test_records_alike_in_the_first_columns_only_are_no_repeats(clean) -> None:
    frame = pd.DataFrame({"_time": START, "aa": 1.0, "bb": 2.0, "xx": np.arange(100)})
    frame["_time"] += pd.to_timedelta(np.minimum(np.arange(100), 97), "s")
    frame.loc[99, "xx"] = 98
    assert clean(frame).cells("xx") == list(range(99))


def test_sums_are_made_in_the_order_of_rows_however_they_lie(lay, recipe: Recipe, tmp_path: Path) -> None:
    stream = lay(pd.DataFrame({"xx": np.arange(5000.0)}))
    with records.connect(tmp_path / "spill") as connection:
        bench = benches.lay(connection, stream, recipe, UTC, Names("https://factory.example"))
        assert not bench.goes_back("row", "c0")
        bench.become("mixed", "SELECT * FROM collected ORDER BY hash(row)", "TABLE")
        assert bench.goes_back("row") and bench.goes_back("c0", "position")
        with bench.in_order() as source:
            ((rows,),) = connection.execute(f"SELECT list(row) FROM {source}").fetchall()
        assert rows == list(range(5000))


@pytest.mark.long
def test_means_of_a_narrow_stream_are_the_same_each_time(clean, lay) -> None:
    random = np.random.default_rng(5)
    frame = pd.DataFrame({"_time": START, "tag": random.choice(["aa", "bb", "cc"], 300_000)})
    frame["_time"] += pd.to_timedelta(np.arange(len(frame)) // 2, "s")
    frame["number"], frame["text"] = random.normal(20, 3, len(frame)).round(1), None
    grid = (Resample("shots", 700.0),)
    first, second = (clean(lay(frame, shape="narrow"), resample=grid) for _ in range(2))
    assert first.cells("aa") == second.cells("aa")
