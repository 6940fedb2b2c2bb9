"""Zones, grids and as-of joins, against ``resample`` and ``merge_asof`` of pandas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from aas_server.product import preprocess
from aas_server.product.recipe import Cleaning
from aas_server.product.recipe.cleaning import Join, Outliers, Resample, Zone

START = pd.Timestamp("2026-03-01T00:00:00Z")


def irregular(count: int, seed: int, every: float, name: str = "xx") -> pd.DataFrame:
    """Readings at irregular times, some of them missing, not in order."""
    rng = np.random.default_rng(seed)
    at = START + pd.to_timedelta((rng.uniform(0, every * count, count) * 1000).round(), unit="ms")
    values = pd.Series(rng.normal(20, 5, count).round(3)).mask(rng.random(count) < 0.1)
    return pd.DataFrame({"_time": at, name: values, "state": rng.choice(["RUN", "STOP"], count)})


def test_times_read_in_a_wrong_zone_are_put_right(clean) -> None:
    frame = pd.DataFrame({"_time": [START, START + pd.Timedelta(hours=1)], "xx": [1.0, 2.0]})
    done = clean(frame, zones=(Zone("shots", "UTC", "Asia/Seoul"),))
    assert done.table["Time"].tolist() == [one - pd.Timedelta(hours=9) for one in frame["_time"]]
    operation = done.operation("time-zone")
    assert (operation.cells_changed, operation.before, operation.after) == (
        2, "2026-03-01T00:00:00Z", "2026-02-28T15:00:00Z",
    )  # fmt: skip


def test_a_zone_that_changes_its_clocks_is_minded(clean) -> None:
    naive = pd.to_datetime(["2026-03-28 12:00", "2026-03-30 12:00"])
    frame = pd.DataFrame({"_time": naive.tz_localize("UTC"), "xx": [1.0, 2.0]})
    done = clean(frame, zones=(Zone("shots", "UTC", "Europe/Berlin"),))
    assert done.table["Time"].tolist() == naive.tz_localize("Europe/Berlin").tz_convert("UTC").tolist()


@pytest.mark.parametrize("label", ["end", "start"])
@pytest.mark.parametrize("empty", ["skip", "keep"])
def test_a_grid_is_that_of_pandas(clean, label, empty) -> None:
    frame = irregular(300, 3, 2.0)
    ways = {"xx": ("mean", "min", "max", "sum", "count", "first", "last"), "state": "last"}
    done = clean(frame, resample=(Resample("shots", 7.0, ways, label, empty),))
    origin = pd.Timestamp("1970-01-01", tz="Asia/Seoul").tz_convert("UTC")
    ordered = frame.sort_values("_time", kind="stable").set_index("_time")
    cut = ordered.resample("7s", origin=origin, closed="left", label="right" if label == "end" else "left")
    wanted = cut["xx"].agg(["mean", "min", "max", "sum", "count", "first", "last"]).add_prefix("xx_")
    wanted["xx_sum"] = cut["xx"].sum(min_count=1)
    wanted["state"] = cut["state"].last()
    if empty == "skip":
        wanted = wanted[cut.size() > 0]
    made = done.table.set_index("Time")
    assert made.index.tolist() == wanted.index.tolist()
    for name in wanted:
        left, right = made[name], wanted[name]
        if name == "xx_count":
            left = left.fillna(0)
        if name == "state":
            assert left.fillna("").tolist() == right.fillna("").tolist()
        else:
            np.testing.assert_allclose(left.astype(float), right.astype(float), rtol=1e-12)
    assert done.operation("resample").rows_out == len(wanted)


def test_a_grid_by_default_takes_the_mean_of_numbers_and_the_last_of_words(clean) -> None:
    frame = pd.DataFrame(
        {"_time": [START, START + pd.Timedelta(seconds=1)], "xx": [1.0, 2.0], "state": ["a", "b"]}
    )
    done = clean(frame, resample=(Resample("shots", 10.0),))
    assert done.table[["xx", "state"]].values.tolist() == [[1.5, "b"]]
    assert done.table["Time"].tolist() == [START + pd.Timedelta(seconds=10)]


@pytest.mark.parametrize("direction", ["backward", "nearest"])
def test_a_join_is_that_of_merge_asof(clean, direction) -> None:
    shots, room = irregular(200, 1, 3.0), irregular(150, 2, 4.0, "room")
    done = clean(shots, {"env": room}, join=(Join("env", 2.5, ("room",), direction),))
    left = shots.sort_values("_time", kind="stable")
    right = room.sort_values("_time", kind="stable").rename(columns={"room": "env_room"})[["_time", "env_room"]]
    wanted = pd.merge_asof(left, right, on="_time", direction=direction, tolerance=pd.Timedelta(seconds=2.5))
    made = done.table
    assert made["Time"].dt.as_unit("us").tolist() == wanted["_time"].dt.as_unit("us").tolist()
    np.testing.assert_array_equal(made["env_room"].to_numpy(), wanted["env_room"].to_numpy())
    assert made["env_room"].notna().sum() > 50
    field = next(one for one in done.prepared.main.fields if one.id_short == "env_room")
    assert field.name == "env.room"


def test_a_join_never_looks_into_the_future(clean) -> None:
    """A mean of an interval is known at its end, whichever end it is called by."""
    shots = pd.DataFrame({"_time": [START + pd.Timedelta(seconds=one) for one in (5, 15)], "xx": [1.0, 2.0]})
    room = pd.DataFrame({"_time": [START + pd.Timedelta(seconds=one) for one in (1, 9)], "room": [20.0, 40.0]})
    for label in ("end", "start"):
        grid = (Resample("env", 10.0, label=label),)
        done = clean(shots, {"env": room}, resample=grid, join=(Join("env", 60.0),))
        assert done.cells("env_room") == [None, 30.0]


def test_a_narrow_companion_is_joined_with_its_flags(clean, lay, field_named, bench, recipe, collected) -> None:
    narrow = pd.DataFrame(
        {
            "_time": [START + pd.Timedelta(seconds=one) for one in range(6)],
            "tag": ["aa"] * 6, "number": [1.0, 2.0, 1.5, 1.2, 900.0, 1.1], "text": [None] * 6,
        }
    )  # fmt: skip
    shots = pd.DataFrame({"_time": [START + pd.Timedelta(seconds=4.5)], "xx": [1.0]})
    cleaning = Cleaning(outliers={"aa": Outliers("mad")}, join=(Join("tags", 5.0),))
    stream = lay(narrow, "tags", "narrow", aa=field_named("aa", "xs:double"))
    prepared = preprocess.prepare(bench(replace(recipe, cleaning=cleaning)), collected(lay(shots), stream))
    made = pd.read_parquet(prepared.main.path)
    assert made[["tags_aa", "tags_aa_outlier"]].values.tolist() == [[900.0, True]]
