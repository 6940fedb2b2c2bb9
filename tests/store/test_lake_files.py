"""The lake's Parquet files: how small they are, and who can read them."""

from __future__ import annotations

from itertools import pairwise

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, QueryBuilder

from aas_server.store.contract import Store

SPARK = {"PLAIN", "RLE", "RLE_DICTIONARY", "PLAIN_DICTIONARY", "DELTA_BINARY_PACKED", "BIT_PACKED"}
"""Encodings that the vectorised reader of Spark 3.3 knows, among those that pyarrow may write here."""


def plant(seconds: int) -> pa.Table:
    """Temperatures in tenths, counters and states, one message a second, as a narrow stream has them."""
    random = np.random.default_rng(7)
    columns: dict[str, np.ndarray] = {}
    for n in range(12):
        columns[f"temperature{n}"] = 60 + np.cumsum(random.integers(-1, 2, seconds)) / 10
    for n in range(6):
        columns[f"counter{n}"] = np.cumsum(random.random(seconds) < 0.2)
        columns[f"state{n}"] = np.repeat(random.integers(0, 4, seconds // 60 + 1), 60)[:seconds]
    times = 1_760_000_000_000_000 + np.arange(seconds) * 1_000_000
    count, moment = len(columns), pa.timestamp("us", "UTC")
    nothing = pa.nulls(seconds * count, pa.string())
    arrivals = times + random.integers(3000, 30_000, seconds)
    return pa.table(
        {
            "time": pa.array(np.repeat(times, count), moment),
            "arrival": pa.array(np.repeat(arrivals, count), moment),
            "position": pa.array(np.repeat(np.arange(seconds) + 1, count)),
            "flags": nothing,
            "misfit": nothing,
            "tag": pa.array(np.tile(np.array(list(columns)), seconds)),
            "number": pa.array(np.stack(list(columns.values()), axis=1).reshape(-1).astype(float)),
            "text": nothing,
        }
    )


def test_a_sample_takes_four_bytes_at_most(store: Store) -> None:
    rows = plant(5000)
    store.lake.fold("s", rows, 5000)
    (file,) = store.lake.paths(store.lake.pin("s"))
    assert file.stat().st_size / rows.num_rows <= 4


def test_a_range_of_time_is_read_without_the_rest(store: Store) -> None:
    store.lake.fold("s", plant(20_000), 20_000)
    (file,) = store.lake.paths(store.lake.pin("s"))
    metadata = pq.read_metadata(file)
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    assert len(groups) > 2
    bounds = [group.column(0).statistics for group in groups]
    assert all(one.max_raw <= other.min_raw for one, other in pairwise(bounds))


def test_every_tool_reads_the_same(store: Store) -> None:
    times = pa.array([1, None, 3], pa.timestamp("us", "UTC"))
    own = {
        "온도 (°C), 상부": pa.array([1.5, None, float("nan")]),
        "a.b": pa.array([2**62, None, -1]),
        "on": pa.array([True, None, False]),
        "text": pa.array(["가", None, ""]),
        "never": pa.nulls(3),
    }
    common = {"time": times, "arrival": times, "position": pa.array([1, 2, 3])}
    flags = pa.array([None, "late", None])
    store.lake.fold("s", pa.table({**common, "flags": flags, "misfit": pa.nulls(3, pa.string()), **own}), 3)
    (file,) = store.lake.paths(store.lake.pin("s"))
    metadata = pq.read_metadata(file).row_group(0)
    for number in range(metadata.num_columns):
        assert set(metadata.column(number).encodings) <= SPARK
        assert metadata.column(number).compression == "ZSTD"
    stored = pq.read_table(file)
    columns = [name for name in stored.column_names if name not in ("time", "arrival")]
    wanted = [repr(tuple(row[name] for name in columns)) for row in stored.to_pylist()]
    micros = stored.column("time").cast(pa.int64()).to_pylist()
    names = ", ".join(f'"{name}"' for name in columns)
    with duckdb.connect() as database:
        found = database.execute(f"SELECT {names} FROM read_parquet(?)", [str(file)]).fetchall()
        times_found = database.execute("SELECT epoch_us(time) FROM read_parquet(?)", [str(file)]).fetchall()
    assert [repr(row) for row in found] == wanted
    assert [one for (one,) in times_found] == micros
    table = DeltaTable(str(store.folder / "lake" / "s"))
    read = pa.table(QueryBuilder().register("s", table).execute("SELECT * FROM s"))
    assert [repr(tuple(row[name] for name in columns)) for row in read.to_pylist()] == wanted
    assert read.column("time").cast(pa.int64()).to_pylist() == micros
