"""Units, scale, stuck values, outliers and gaps, each against plain pandas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from aas_server.product.conversion import ranges_as_sold
from aas_server.product.recipe import Cleaning, Quality, Range
from aas_server.product.recipe.cleaning import Conversion, Fill, Outliers, Scale, Stuck
from submodels.field import Unit

START = pd.Timestamp("2026-03-01T00:00:00Z")


def series(values: list[float | None], seconds: list[float] | None = None) -> pd.DataFrame:
    at = [START + pd.Timedelta(seconds=one) for one in (seconds or range(len(values)))]
    return pd.DataFrame({"_time": at, "xx": values})


def test_a_column_is_told_in_another_unit_and_its_field_follows(clean, field_named) -> None:
    heat = field_named("xx", "xs:double", unit=Unit("°F", "FAH"), minimum=32.0, maximum=212.0)
    done = clean(series([212.0, 32.0, None, -40.0]), fields={"xx": heat}, units={"xx": "Cel"})
    assert done.table["xx"].tolist()[:2] == [100.0, 0.0] and done.table["xx"][3] == -40.0
    (field,) = done.prepared.main.fields
    assert (field.unit.symbol, field.unit.code) == ("°C", "CEL")
    assert (field.minimum, field.maximum) == (0.0, 100.0)
    operation = done.operation("convert-unit")
    assert (operation.cells_changed, operation.before, operation.after) == (3, "212.0", "100.0")


def test_whole_numbers_are_converted_from_the_unit_that_the_recipe_names(clean) -> None:
    frame = pd.DataFrame({"xx": [1, 2500]})
    done = clean(frame, units={"xx": Conversion("m", "mm")})
    assert done.table["xx"].tolist() == [0.001, 2.5]
    assert done.prepared.main.fields[0].value_type == "xs:double"


def test_a_changed_scale_is_put_right_in_its_stretch(clean) -> None:
    scale = (Scale("xx", 10.0, "2026-03-01T09:00:02", "2026-03-01T00:00:04Z"),)  # Korean time, then UTC
    done = clean(series([50.0, 51.0, 5.2, 5.3, 54.0]), scale=scale)
    assert done.table["xx"].tolist() == [50.0, 51.0, 52.0, 53.0, 54.0]
    operation = done.operation("change-scale")
    assert (operation.cells_changed, operation.before, operation.after) == (2, "5.2", "52.0")


@pytest.mark.parametrize(
    ("rule", "bad"), [(Stuck(rows=3), {4, 5, 6}), (Stuck(seconds=2.5), {4, 5, 6}), (Stuck(rows=4), set())]
)
def test_stuck_values_but_for_the_first_are_marked(clean, rule, bad) -> None:
    values = [1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, None, 2.0]
    done = clean(series(values), stuck={"xx": rule}, repeated="keep")
    assert set(np.flatnonzero(done.table["xx_stuck"])) == bad
    assert done.table["xx"].isna().sum() == 1
    assert done.operation("stuck-flag").cells_changed == len(bad)


def test_stuck_values_may_be_emptied_and_order_is_that_of_time(clean) -> None:
    frame = series([7.0, 1.0, 7.0, 7.0, 2.0], [3, 0, 1, 2, 4])
    done = clean(frame, stuck={"xx": Stuck(rows=2, action="null")})
    assert done.cells("xx") == [1.0, 7.0, None, None, 2.0]


@pytest.mark.parametrize("method", ["iqr", "mad", "z"])
def test_outliers_are_those_of_pandas(clean, method) -> None:
    values = pd.Series(np.random.default_rng(7).normal(50, 3, 400).round(3))
    values[[11, 200]] = [500.0, -3.0]
    values[5] = np.nan
    if method == "iqr":
        low, high = values.quantile(0.25), values.quantile(0.75)
        bad = (values < low - 1.5 * (high - low)) | (values > high + 1.5 * (high - low))
    elif method == "mad":
        spread = 1.4826 * (values - values.median()).abs().median()
        bad = (values - values.median()).abs() > 3.5 * spread
    else:
        bad = (values - values.mean()).abs() > 3 * values.std(ddof=0)
    frame = series(values.tolist())
    done = clean(frame, outliers={"xx": Outliers(method)}, repeated="keep")
    assert done.table["xx_outlier"].tolist() == bad.tolist()
    assert bad[11]
    emptied = clean(frame, outliers={"xx": Outliers(method, action="null")}, repeated="keep")
    assert emptied.table["xx"].isna().tolist() == (bad | values.isna()).tolist()


def test_values_without_spread_have_no_outliers(clean) -> None:
    done = clean(series([1.0] * 9 + [2.0]), outliers={"xx": Outliers("mad")}, repeated="keep")
    assert not done.table["xx_outlier"].any()


def test_gaps_are_filled_with_the_previous_value_as_long_as_it_holds(clean) -> None:
    values, seconds = [1.0, None, None, 4.0, None], [0, 5, 11, 20, 30]
    done = clean(series(values, seconds), gaps={"xx": Fill("previous", 10.0, mark=True)})
    assert done.cells("xx") == [1.0, 1.0, None, 4.0, 4.0]
    assert done.table["xx_filled"].tolist() == [False, True, False, False, True]
    assert done.operation("fill-previous").cells_changed == 2


def test_gaps_are_filled_on_a_line_as_pandas_does(clean) -> None:
    values, seconds = [None, 1.0, None, None, 4.0, None, 10.0, None], [0, 1, 2, 3, 4, 5, 60, 61]
    frame = series(values, seconds)
    filled = frame.set_index("_time")["xx"].interpolate("time", limit_area="inside").tolist()
    filled[5] = None  # its neighbours are 56 s apart
    done = clean(frame, gaps={"xx": Fill("linear", 10.0)})
    made = done.cells("xx")
    assert made == [None if pd.isna(cell) else pytest.approx(cell) for cell in filled]
    assert done.operation("fill-linear").cells_changed == 2


def test_a_valid_range_is_checked_in_the_unit_that_is_sold(recipe, field_named) -> None:
    heat = field_named("xx", "xs:double", unit=Unit("°F", "FAH"))
    asked = replace(
        recipe,
        cleaning=Cleaning(units={"xx": "°C"}),
        quality=Quality(ranges={"xx": Range(32.0, 212.0), "yy": Range(0.0, 1.0)}),
    )
    ranges = ranges_as_sold(asked, (heat,)).ranges
    assert ranges == {"xx": Range(0.0, 100.0), "yy": Range(0.0, 1.0)}
