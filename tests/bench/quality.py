"""The self-check of ten million rows of twenty columns, against DuckDB's SUMMARIZE of the same Parquet.

``python tests/bench/quality.py [--rows 10000000] [--columns 20] [--turns 3] [--memory 1GB] [--folder DIR]``. Both
are asked in turns, each in a process of its own, and the ratios of the medians of time and of processor time are
printed beside the check's peak memory. ``--file FILE`` asks them of a file that is there already.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

CHUNK = 500_000
START = 1_772_323_200_000_000
SUMMARIZE = (
    "import duckdb, sys; duckdb.execute(f\"SUMMARIZE SELECT * FROM read_parquet('{sys.argv[1]}')\").fetchall()"
)
CHECK = "from aas_server.cli.app import main; main()"


def part(first: int, rows: int, columns: int) -> pa.Table:
    """A second a row, a machine, a shot, a verdict, and readings of few digits."""
    random = np.random.default_rng(first)
    number = np.arange(first, first + rows)
    fields = {
        "time": pa.array(START + number * 1_000_000, pa.timestamp("us")),
        "machine": pa.array(["M1", "M2", "M3", "M4"]).take(pa.array(number % 4)),
        "shot": pa.array(number),
        "verdict": pa.array(np.where(random.random(rows) < 0.01, "NG", "OK")),
    }
    for place in range(columns - len(fields)):
        values = 100 + 10 * np.sin(number / 1e4 + place) + random.normal(0, 1, rows)
        fields[f"sensor{place}"] = pa.array(np.round(values, 2))
    return pa.table(fields)


def write(path: Path, rows: int, columns: int) -> None:
    with pq.ParquetWriter(path, part(0, 1, columns).schema) as writer:
        for first in range(0, rows, CHUNK):
            writer.write_table(part(first, min(CHUNK, rows - first), columns))


class Spent(NamedTuple):
    """Seconds of time and of processor time, and peak memory in MB as the system measured it."""

    seconds: float
    processor: float
    peak: int


def run(*command: str) -> Spent:
    begin = time.perf_counter()
    done = subprocess.run(
        ["/usr/bin/env", "time", "-v", sys.executable, "-c", *command], capture_output=True, text=True, check=True
    )
    seconds = time.perf_counter() - begin
    used = sum(float(found) for found in re.findall(r"(?:User|System) time \(seconds\): ([\d.]+)", done.stderr))
    peak = re.search(r"Maximum resident set size \(kbytes\): (\d+)", done.stderr)
    return Spent(seconds, used, int(peak[1]) // 1024 if peak else 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--memory", default="1GB")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--file", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        path = given.file or Path(name) / "shots.parquet"
        if given.file is None:
            write(path, given.rows, given.columns)
        compare(path, given.turns, given.memory)


def compare(path: Path, turns: int, memory: str) -> None:
    asked = ["quality", str(path), "--time", "time", "--label", "verdict", "--memory", memory, "--json"]
    ours, theirs = [], []
    for _ in range(turns):
        theirs.append(run(SUMMARIZE, str(path)))
        ours.append(run(CHECK, *asked))
    metadata = pq.read_metadata(path)
    size = path.stat().st_size / 1e6
    print(f"{metadata.num_rows:,} rows × {metadata.num_columns} columns, {size:,.0f} MB of Parquet")
    for what in ("seconds", "processor"):
        quality, summarize = (statistics.median(getattr(one, what) for one in side) for side in (ours, theirs))
        print(f"{what}: quality {quality:.1f}, SUMMARIZE {summarize:.1f}, ratio {quality / summarize:.2f}")
    print(f"peak memory of the check {max(one.peak for one in ours):,} MB (limit of DuckDB {memory})")


if __name__ == "__main__":
    main()
