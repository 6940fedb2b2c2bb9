"""Bytes a sample in the lake, and how compaction, one series and the log behave.

Run: ``python tests/bench/lake.py [MILLIONS]``. The plant is made here (seed 7), at one sample a second and tag:
20 temperatures (first-order random walk around a set point, resolution 0.1), 8 counters (a count with probability
0.2), 8 states of four that last two minutes on average, 4 powers (noise around 3, resolution 0.01). Times jitter
by some ms, arrivals follow within 30 ms. Three tables: *narrow* with all tags in a message, *single* with a
message a value (each with its own time, arrival and position), *wide* with a column a tag. They are folded as
ingest does, 100,000 records at a time, then compacted; bytes are those of the present version's files, a sample is
one value of one tag.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aas_server.store.contract import Lake
from aas_server.store.sqlite import open_store

START = 1_760_000_000_000_000
"""µs since 1970."""
FOLD_ROWS = 100_000
Numbers = npt.NDArray[np.float64]


def main(millions: float) -> None:
    random = np.random.default_rng(7)
    seconds = int(millions * 1e6 / 40)
    tags = plant(random, seconds)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        tables = {
            "narrow": narrow(tags, random, single=False),
            "single": narrow(tags, random, single=True),
            "wide": wide(tags, random),
        }
        for name, parts in tables.items():
            told(store.lake, name, seconds * len(tags), parts)
        store.close()


def told(lake: Lake, name: str, samples: int, tables: Iterator[pa.Table]) -> None:
    folding = sum(fold(lake, name, table) for table in tables)
    before = sizes(lake, name)
    start = time.perf_counter()
    while lake.compact(name):
        pass
    compacting = time.perf_counter() - start
    after = sizes(lake, name)
    print(
        f"{name:7} {samples:,} samples: {sum(before) / samples:.2f} bytes a sample in {len(before)} files, folded"
        f" {samples / folding:,.0f} a second; compacted {sum(after) / samples:.2f} in {len(after)},"
        f" {compacting:.1f} s; one series to 1,000 points {one_series(lake, name) * 1000:.0f} ms"
    )


def sizes(lake: Lake, name: str) -> list[int]:
    return [path.stat().st_size for path in lake.paths(lake.pin(name))]


def fold(lake: Lake, name: str, table: pa.Table) -> float:
    """Seconds of one fold."""
    start = time.perf_counter()
    lake.fold(name, table, table.column("position")[-1].as_py())
    return time.perf_counter() - start


def one_series(lake: Lake, name: str) -> float:
    """Seconds of DuckDB for the mean of one tag in 1,000 spans of time."""
    files = [str(path) for path in lake.paths(lake.pin(name))]
    value, where = ('"temperature0"', "true") if name == "wide" else ("number", "tag = 'temperature0'")
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        low, high = database.execute("SELECT min(time), max(time) FROM read_parquet(?)", [files]).fetchone() or (
            0,
            0,
        )
        start = time.perf_counter()
        rows = database.execute(
            f"SELECT floor(1000 * epoch(time - ?) / ?) AS span, avg({value}) FROM read_parquet(?)"
            f" WHERE {where} GROUP BY span",
            [low, (high - low).total_seconds(), files],
        ).fetchall()
        assert len(rows) in (1000, 1001)
        return time.perf_counter() - start


def plant(random: np.random.Generator, seconds: int) -> Mapping[str, Numbers]:
    tags: dict[str, Numbers] = {f"temperature{n}": temperature(random, seconds) for n in range(20)}
    counters: list[Numbers] = [np.cumsum(random.random(seconds) < 0.2, dtype=np.float64) for _ in range(8)]
    tags |= {f"counter{n}": counter for n, counter in enumerate(counters)}
    tags |= {f"state{n}": state(random, seconds) for n in range(8)}
    powers: list[Numbers] = [np.round(3 + np.abs(random.normal(0, 0.4, seconds)), 2) for _ in range(4)]
    return tags | {f"power{n}": power for n, power in enumerate(powers)}


def temperature(random: np.random.Generator, seconds: int) -> Numbers:
    """x' = 0.995 x + e, e of deviation 0.15, around 60 °C."""
    values, level = np.empty(seconds), 0.0
    for at, noise in enumerate(random.normal(0, 0.15, seconds).tolist()):
        level = 0.995 * level + noise
        values[at] = level
    return np.round(60 + values, 1)


def state(random: np.random.Generator, seconds: int) -> Numbers:
    lengths = random.exponential(120, seconds // 60 + 2).astype(int) + 1
    while lengths.sum() < seconds:
        lengths = np.append(lengths, 600)
    return np.repeat(random.integers(0, 4, len(lengths)).astype(float), lengths)[:seconds]


def narrow(tags: Mapping[str, Numbers], random: np.random.Generator, *, single: bool) -> Iterator[pa.Table]:
    count, names = len(tags), np.array(list(tags))
    at_once = FOLD_ROWS // count
    for first in range(0, len(next(iter(tags.values()))), at_once):
        values = np.stack([column[first : first + at_once] for column in tags.values()], axis=1)
        messages = len(values)
        times, arrivals = moments(first, messages, random)
        positions = np.arange(first, first + messages) + 1
        times, arrivals, positions = (np.repeat(column, count) for column in (times, arrivals, positions))
        if single:
            times = times + np.tile(np.sort(random.integers(0, 900, count)) * 1000, messages)
            arrivals = times + random.integers(3000, 30_000, len(times))
            positions = np.arange(first * count, (first + messages) * count) + 1
        own = {"tag": pa.array(np.tile(names, messages)), "number": pa.array(values.reshape(-1))}
        yield table(times, arrivals, positions, own | {"text": pa.nulls(len(times), pa.string())})


def wide(tags: Mapping[str, Numbers], random: np.random.Generator) -> Iterator[pa.Table]:
    for first in range(0, len(next(iter(tags.values()))), FOLD_ROWS):
        own = {name: pa.array(column[first : first + FOLD_ROWS]) for name, column in tags.items()}
        messages = len(own["state0"])
        yield table(*moments(first, messages, random), np.arange(first, first + messages) + 1, own)


def moments(
    first: int, count: int, random: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    times = START + np.arange(first, first + count) * 1_000_000 + random.integers(-3, 4, count) * 1000
    return times, times + random.integers(3000, 30_000, count)


def table(
    times: npt.NDArray[np.int64],
    arrivals: npt.NDArray[np.int64],
    positions: npt.NDArray[np.int64],
    own: Mapping[str, pa.Array],
) -> pa.Table:
    moment, none = pa.timestamp("us", "UTC"), pa.nulls(len(times), pa.string())
    common = {
        "time": pa.array(times, moment),
        "arrival": pa.array(arrivals, moment),
        "position": pa.array(positions),
    }
    return pa.table({**common, "flags": none, "misfit": none, **own})


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)
