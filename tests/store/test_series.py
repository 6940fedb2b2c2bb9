"""Reading a table over time: ranges, buckets, thinning, on wide and narrow tables in several files."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aas_server.errors import BadInput
from aas_server.store.series import METHODS, Buckets, Source, Wanted, open_series
from aas_server.store.series.lttb import lttb

START = datetime(1969, 12, 31, 23, 0, tzinfo=UTC)
STAMP = pa.timestamp("us", "UTC")
HOUR = 3_600_000_000
ROWS = 1200


def common(rows: int, first: int = 0) -> dict[str, pa.Array]:
    times = [START + timedelta(seconds=10 * row) for row in range(first, first + rows)]
    return {
        "time": pa.array(times, STAMP),
        "arrival": pa.array([time + timedelta(seconds=3) for time in times], STAMP),
        "position": pa.array(range(first, first + rows), pa.int64()),
        "flags": pa.nulls(rows, pa.string()),
        "misfit": pa.nulls(rows, pa.string()),
    }


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Two files; in the second there is a column more. Times begin before 1970."""
    folder = tmp_path_factory.mktemp("wide")
    for part in range(2):
        first = part * ROWS // 2
        numbers = [math.sin(row / 50) for row in range(first, first + ROWS // 2)]
        numbers[7] = math.nan
        own = {
            "온도 (°C)": pa.array(numbers),
            "shot": pa.array(range(first, first + ROWS // 2)),
            "state": pa.array(["RUN", None] * (ROWS // 4)),
        }
        if part:
            own["late"] = pa.array([part] * (ROWS // 2), pa.int64())
        pq.write_table(pa.table({**common(ROWS // 2, first), **own}), folder / f"{part}.parquet")
    return Source.of_files(sorted(folder.iterdir()))


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Source:
    file = tmp_path_factory.mktemp("narrow") / "0.parquet"
    tags = {
        "tag": pa.array([("a", "b'; --", "글")[row % 3] for row in range(ROWS)]),
        "number": pa.array([None if row % 3 == 2 else float(row) for row in range(ROWS)]),
        "text": pa.array([f"t{row}" if row % 3 == 2 else None for row in range(ROWS)]),
    }
    pq.write_table(pa.table({**common(ROWS), **tags}), file)
    return Source.of_files([file])


def read(source: Source, wanted: Wanted) -> list[dict[str, object]]:
    with open_series(source) as series:
        found = series.read(wanted)
        return pa.Table.from_batches(list(found.batches), found.schema).to_pylist()


def micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def test_a_range_begins_with_its_start_and_ends_before_its_end(wide: Source) -> None:
    wanted = Wanted(("shot",), micros(START) + 20_000_000, micros(START) + 50_000_000)
    assert [row["shot"] for row in read(wide, wanted)] == [2, 3, 4]
    arrived = Wanted(("shot",), micros(START) + 23_000_000, micros(START) + 33_000_000, by="arrival")
    assert [row["shot"] for row in read(wide, arrived)] == [2]


def test_a_column_that_came_later_is_null_before(wide: Source) -> None:
    late = [row["late"] for row in read(wide, Wanted(("late",)))]
    assert late == [None] * (ROWS // 2) + [1] * (ROWS // 2)


def test_the_newest_records_come_in_order(wide: Source) -> None:
    assert [row["shot"] for row in read(wide, Wanted(("shot",), newest=True, limit=3))] == [1197, 1198, 1199]


@pytest.mark.parametrize(
    ("method", "expected"),
    [("min", [0, 360]), ("max", [359, 719]), ("first", [0, 360]), ("last", [359, 719]), ("count", [360, 360])],
)
def test_buckets_begin_at_whole_hours_before_and_after_1970(
    wide: Source, method: str, expected: list[int]
) -> None:
    rows = read(wide, Wanted(("shot",), buckets=Buckets(METHODS[method], HOUR)))
    assert [row["time"] for row in rows[:2]] == [START, START + timedelta(hours=1)]
    assert [row["shot"] for row in rows[:2]] == expected
    shifted = read(wide, Wanted(("shot",), buckets=Buckets(METHODS[method], HOUR, origin=HOUR // 2)))
    assert shifted[0]["time"] == START - timedelta(minutes=30)


def test_what_is_no_number_does_not_spoil_a_bucket(wide: Source) -> None:
    (row,) = read(wide, Wanted(("온도 (°C)",), buckets=Buckets("mean", 24 * HOUR, origin=-12 * HOUR)))
    values = [math.sin(n / 50) for n in range(ROWS) if n % (ROWS // 2) != 7]
    assert row["온도 (°C)"] == pytest.approx(np.mean(values))


def test_texts_are_counted_and_shown_but_not_averaged(wide: Source) -> None:
    assert set(read(wide, Wanted(buckets=Buckets("mean", HOUR)))[0]) == {"time", "온도 (°C)", "shot", "late"}
    counted = read(wide, Wanted(("state",), buckets=Buckets("count", HOUR)))
    assert [row["state"] for row in counted] == [180, 180, 180, 60]
    assert read(wide, Wanted(("state",), buckets=Buckets("first", HOUR)))[0]["state"] == "RUN"


def test_empty_buckets_come_as_nulls_where_they_are_wanted(wide: Source) -> None:
    end = micros(START) + 6 * HOUR
    buckets = Buckets("mean", HOUR, empty=True)
    rows = read(wide, Wanted(("shot",), micros(START) - HOUR, end, buckets=buckets))
    assert [row["shot"] for row in rows] == [None, 179.5, 539.5, 899.5, 1139.5, None, None]
    assert rows[0]["time"] == START - timedelta(hours=1)


@pytest.mark.parametrize("method", ["min", "max", "mean", "sum", "count", "minmax", "lttb"])
@pytest.mark.parametrize("points", [3, 10, 100])
def test_a_series_has_at_most_the_points_wanted(wide: Source, narrow: Source, method: str, points: int) -> None:
    buckets = Buckets(METHODS[method], points=points)
    assert 1 < len(read(wide, Wanted(("shot",), buckets=buckets))) <= points
    of_tags = read(narrow, Wanted(("a", "b'; --"), buckets=buckets))
    for tag in ("a", "b'; --"):
        assert 1 < len([row for row in of_tags if row["tag"] == tag]) <= points


def test_extremes_stay_where_they_happened(wide: Source) -> None:
    rows = read(wide, Wanted(("온도 (°C)", "shot"), buckets=Buckets("minmax", points=20)))
    temperatures = {row["time"]: row["온도 (°C)"] for row in rows if row["온도 (°C)"] is not None}
    values = {START + timedelta(seconds=10 * n): math.sin(n / 50) for n in range(ROWS) if n % (ROWS // 2) != 7}
    assert max(temperatures.values()) == max(values.values())
    assert min(temperatures.values()) == min(values.values())
    assert all(values[time] == value for time, value in temperatures.items())
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)


def test_tags_are_read_by_name_whatever_they_are_called(narrow: Source) -> None:
    with open_series(narrow) as series:
        assert list(series.tags().items()) == [("a", "double"), ("b'; --", "double"), ("글", "string")]
        assert series.count(Wanted(("b'; --",))) == ROWS // 3
        assert series.count(Wanted(("a",), buckets=Buckets("mean", HOUR))) == 4
    last = read(narrow, Wanted(("글",), buckets=Buckets("last", HOUR)))
    assert [(row["tag"], row["number"], row["text"]) for row in last[:2]] == [
        ("글", None, "t359"), ("글", None, "t719"),
    ]  # fmt: skip
    ordered = read(narrow, Wanted(buckets=Buckets("max", HOUR), by_series=True))
    assert [row["tag"] for row in ordered] == ["a"] * 4 + ["b'; --"] * 4


def test_nothing_in_the_range_is_an_empty_answer_of_the_same_columns(wide: Source, narrow: Source) -> None:
    for method in METHODS.values():
        for source in (wide, narrow):
            with open_series(source) as series:
                found = series.read(Wanted(start=10**16, buckets=Buckets(method, points=10)))
                assert not list(found.batches) and found.schema.names[0] == "time"


def test_a_table_without_files_is_empty() -> None:
    source = Source((), {"time": "timestamp", "shot": "int64"})
    assert read(source, Wanted()) == []
    assert read(source, Wanted(buckets=Buckets("minmax", points=10))) == []


def test_too_many_buckets_are_refused(wide: Source) -> None:
    with pytest.raises(BadInput) as failed:
        read(wide, Wanted(("shot",), buckets=Buckets("mean", 1, empty=True)))
    assert failed.value.key == "series-buckets-many"


def test_a_table_without_times_is_read_by_its_rows(tmp_path: Path) -> None:
    pq.write_table(pa.table({"v": [1.0, 5.0, 2.0, 9.0]}), tmp_path / "0.parquet")
    source = Source.of_files([tmp_path / "0.parquet"])
    rows = read(source, Wanted(("v",), by="row", buckets=Buckets("max", 2)))
    assert rows == [{"row": 0, "v": 5.0}, {"row": 2, "v": 9.0}]


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300),
    st.integers(min_value=3, max_value=50),
)
def test_lttb_keeps_ends_order_and_number(values: list[float], points: int) -> None:
    y = np.array(values)
    chosen = lttb(np.arange(len(y), dtype=np.float64), y, points)
    assert len(chosen) == min(points, len(y))
    assert chosen[0] == 0 and chosen[-1] == len(y) - 1
    assert (np.diff(chosen) > 0).all()


def test_lttb_keeps_a_lone_peak() -> None:
    y = np.zeros(10_000)
    y[4321] = 1.0
    assert 4321 in lttb(np.arange(10_000, dtype=np.float64), y, 20)
