"""Reading ten million records over time, against DuckDB on the same Parquet files.

``python tests/bench/series.py [--rows 10000000] [--folder DIR]``. Both sides are asked in turns and open what they
need anew each time; the figures are medians. Memory is that of a process of its own which only reads.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from aas_server.api.records.forms import CSV
from aas_server.api.records.writing import pieces
from aas_server.store.contract import Lake
from aas_server.store.series import Buckets, Source, Wanted, open_series
from aas_server.store.sqlite import open_store

TURNS = 7
TAGS = 100
COLUMNS = 6
CHUNK = 500_000
START = 1_772_323_200_000_000
OTHERS = 500


def common(first: int, rows: int, step: int) -> dict[str, pa.Array]:
    times = pa.array(START + np.arange(first, first + rows) // step * 1_000_000, pa.timestamp("us", "UTC"))
    nothing = pa.nulls(rows, pa.string())
    position = pa.array(np.arange(first, first + rows) // step + 1, pa.int64())
    return {"time": times, "arrival": times, "position": position, "flags": nothing, "misfit": nothing}


def narrow(first: int, rows: int) -> pa.Table:
    """A sweep of all tags each second; values of few digits, as plants have them."""
    names = pa.array([f"Barrel.Zone{tag:02}.Temperature" for tag in range(TAGS)])
    numbers = np.arange(first, first + rows)
    values = np.round(200 + 10 * np.sin(numbers / 1e5) + np.random.default_rng(first).normal(0, 1, rows), 1)
    own = {
        "tag": names.take(pa.array(numbers % TAGS)),
        "number": pa.array(values),
        "text": pa.nulls(rows, pa.string()),
    }
    return pa.table({**common(first, rows, TAGS), **own})


def wide(first: int, rows: int) -> pa.Table:
    random = np.random.default_rng(first)
    own = {f"온도 {n}": pa.array(np.round(200 + random.normal(0, 1, rows), 1)) for n in range(COLUMNS)}
    return pa.table({**common(first, rows, 1), **own})


def fill(lake: Lake, rows: int) -> None:
    for name, make in (("narrow", narrow), ("wide", wide)):
        for first in range(0, rows, CHUNK):
            part = make(first, min(CHUNK, rows - first))
            lake.fold(name, part, int(part.column("position")[-1].as_py()))


def files(lake: Lake, stream: str) -> str:
    return ", ".join(f"'{path}'" for path in lake.paths(lake.pin(stream)))


def ours(lake: Lake, stream: str, wanted: Wanted) -> int:
    _, source = Source.of_stream(lake, stream)
    with open_series(source) as series:
        return sum(batch.num_rows for batch in series.read(wanted).batches)


def theirs(query: str) -> int:
    with duckdb.connect() as connection:
        return len(connection.execute(query).fetchall())


def in_turns(*sides: Callable[[], int]) -> list[float]:
    """The median seconds of each."""
    taken: list[list[float]] = [[] for _ in sides]
    for _ in range(TURNS):
        for side, times in zip(sides, taken, strict=True):
            begun = time.perf_counter()
            assert side() > 0
            times.append(time.perf_counter() - begun)
    return [statistics.median(times) for times in taken]


def compare(what: str, limit: float, our_side: Callable[[], int], their_side: Callable[[], int]) -> None:
    we, they = in_turns(our_side, their_side)
    print(
        f"{what}: {we * 1000:.0f} ms against {they * 1000:.0f} ms, {we / they:.2f} x (limit {limit})", flush=True
    )


def measure(lake: Lake) -> None:
    tag = "Barrel.Zone42.Temperature"
    once = Buckets("mean", points=1)
    compare(
        "narrow, mean of each of 100 tags", 1.5,
        lambda: ours(lake, "narrow", Wanted(buckets=once)),
        lambda: theirs(f"SELECT tag, avg(number) FROM read_parquet([{files(lake, 'narrow')}]) GROUP BY 1"),
    )  # fmt: skip
    means = ", ".join(f'avg("온도 {n}")' for n in range(COLUMNS))
    compare(
        f"wide, mean of each of {COLUMNS} columns", 1.5,
        lambda: ours(lake, "wide", Wanted(buckets=once)),
        lambda: theirs(f"SELECT {means} FROM read_parquet([{files(lake, 'wide')}])"),
    )  # fmt: skip
    for stream, column, where in (("narrow", "number", f"WHERE tag = '{tag}'"), ("wide", '"온도 3"', "")):
        table = f"read_parquet([{files(lake, stream)}])"
        span = f"SELECT min(epoch_us(time)) AS low, max(epoch_us(time)) + 1 AS high FROM {table} {where}"
        bucket = "(epoch_us(time) - low) * {} // (high - low)"
        names = (tag,) if stream == "narrow" else ("온도 3",)
        for method, buckets, made in (
            ("mean", 1000, f"avg({column})"),
            ("minmax", 500, f"arg_min(time, {column}), min({column}), arg_max(time, {column}), max({column})"),
        ):
            query = f"SELECT {bucket.format(buckets)}, {made} FROM {table}, ({span}) {where} GROUP BY 1 ORDER BY 1"
            wanted = Wanted(names, buckets=Buckets(method, points=1000))  # type: ignore[arg-type]
            compare(
                f"{stream}, one series to 1,000 points by {method}", 3.0,
                lambda s=stream, w=wanted: ours(lake, s, w), lambda q=query: theirs(q),  # type: ignore[misc]
            )  # fmt: skip
        wanted = Wanted(names, buckets=Buckets("lttb", points=1000))
        (seconds,) = in_turns(lambda s=stream, w=wanted: ours(lake, s, w))  # type: ignore[misc]
        print(f"{stream}, one series to 1,000 points by lttb: {seconds * 1000:.0f} ms", flush=True)


def flat(lake: Lake) -> None:
    """The same question beside one other stream and beside many."""
    wanted = Wanted(("Barrel.Zone42.Temperature",), buckets=Buckets("mean", points=1000))
    (before,) = in_turns(lambda: ours(lake, "narrow", wanted))
    for number in range(OTHERS):
        lake.fold(f"other-{number}", wide(0, 10), 10)
    (after,) = in_turns(lambda: ours(lake, "narrow", wanted))
    print(f"beside {OTHERS} other streams: {after / before:.2f} x the time beside one", flush=True)


def peak() -> float:
    """MB; the kernel's other count of it would begin with the parent's."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def read_all(folder: Path) -> None:
    """What a process takes that reads everything in every way; prints its peak in MB."""
    store = open_store(folder)
    at_rest = peak()
    lake = store.lake
    for method in ("mean", "minmax", "lttb"):
        ours(lake, "wide", Wanted(buckets=Buckets(method, points=1000)))  # type: ignore[arg-type]
        ours(lake, "narrow", Wanted(buckets=Buckets(method, points=1000)))  # type: ignore[arg-type]
    _, source = Source.of_stream(lake, "narrow")
    with open_series(source) as series:
        found = series.read(Wanted(ordered=False))
        size = sum(len(piece) for piece in pieces(CSV, found.schema, found.batches))
    store.close()
    print(f"memory: {peak():.0f} MB at the peak, {at_rest:.0f} MB at rest ({size / 1e6:.0f} MB of CSV written)")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only-read", action="store_true")
    given = parser.parse_args()
    if given.only_read:
        read_all(given.folder)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch) / "data"
        is_new = not folder.exists()
        store = open_store(folder)
        if is_new:
            fill(store.lake, given.rows)
        measure(store.lake)
        command = [sys.executable, __file__, "--only-read", "--folder", str(folder)]
        subprocess.run(command, check=True)
        flat(store.lake)
        store.close()


if __name__ == "__main__":
    main()
