"""The figures of a column before and after, against pandas, and what they must not depend on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from aas_server.product.column_change import ColumnSummary
from aas_server.product.preprocess.figures import BARS, Figures

START = pd.Timestamp("2026-03-01T00:00:00Z")


def told(values: pa.Array, batches: list[np.ndarray]) -> ColumnSummary:
    figures = Figures(["xx"], len(values))
    for rows in batches:
        figures.add(rows, [values.take(pa.array(rows))])
    one = figures.told()["xx"]
    return figures.with_bars("xx", one, one.minimum, one.maximum)


def test_figures_are_those_of_pandas_whatever_the_batches() -> None:
    random = np.random.default_rng(3)
    # 64 readings with two decimals: their mean lies exactly between two numbers of nine digits.
    readings = np.append(np.full(63, 50.01), 50.64)
    values = pa.array([*readings, None, float("nan"), float("inf")], pa.float64())
    series = pd.Series(readings)
    orders = [random.permutation(len(values)) for _ in range(20)]
    found = {told(values, np.array_split(rows, random.integers(1, 9))) for rows in orders}
    [one] = found
    assert (one.cells, one.missing, one.minimum, one.maximum) == (67, 3, 50.01, 50.64)
    assert one.mean == pytest.approx(series.mean(), abs=1e-7)
    assert one.bars == (63, *[0] * (BARS - 2), 1)


def test_a_mean_of_nothing_but_rounding_is_0() -> None:
    values = pa.array([0.1, 0.2, 0.3, -0.3, -0.2, -0.1], pa.float64())
    assert (
        told(values, [np.arange(6)]).mean == told(values, [np.array([5, 0, 2]), np.array([1, 3, 4])]).mean == 0.0
    )


def test_columns_hold_whole_numbers_texts_or_nothing(clean) -> None:
    frame = pd.DataFrame({"_time": START, "whole": [2**60, -1, 5], "words": ["a", None, "b"]})
    frame["_time"] += pd.to_timedelta(range(3), "s")
    whole, words = clean(frame).prepared.changes
    assert (whole.after.minimum, whole.after.maximum, sum(whole.after.bars)) == (-1.0, 1.15292150e18, 3)
    assert (words.before.missing, words.after.minimum, words.after.bars) == (1, None, ())
