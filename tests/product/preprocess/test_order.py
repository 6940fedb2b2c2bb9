"""Repeated records and the order of rows, over more records than one look at them takes in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

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
