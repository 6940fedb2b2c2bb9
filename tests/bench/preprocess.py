"""Step 2 against reading and writing the same Parquet: ``python tests/bench/preprocess.py [--rows N]``.

Five million rows of 20 columns (a counter, 15 readings, a state, a coded column, one of numbers as text), in ten
files as the lake has them. Ours: a typical recipe (repeated records, codes, types, a unit, an outlier flag), with
the lineage and the figures before and after. Plain: DuckDB, by the same settings, reads the files and writes one.
Each side is a process of its own, in turns; the goals are 3 times the time and less than 2 GB.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import cast

import duckdb
import pyarrow.parquet as pq

from aas_server.clock import SystemClock
from aas_server.ids import Names, id_shorts
from aas_server.product import preprocess
from aas_server.product.recipe import Cleaning, Owner, Recipe
from aas_server.product.recipe.cleaning import Outliers
from aas_server.product.work import Collected, CollectedStream, Packages, Twin, Work
from aas_server.settings import Settings
from aas_server.store import records
from aas_server.store.contract import Pin, Store
from aas_server.store.parquet import literal
from submodels.field import Field, Unit
from submodels.text import both

FILES = 10
LIMIT = 3.0
MOST_BYTES = 2 * 2**30
RECIPE = Cleaning(
    codes={"coded": (1449.0,)},
    types={"written": "number"},
    units={"r1": "°F"},
    outliers={"r2": Outliers("iqr")},
)


def lay(folder: Path, rows: int) -> None:
    """The stream's files: readings with two decimals, one record in a thousand sent twice."""
    readings = ", ".join(
        f"round(50 + 10 * sin(i / {3 + n}) + hash(i * {n}) % 100 / 50, 2) AS r{n}" for n in range(1, 16)
    )
    each = rows // FILES
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET memory_limit = '1GB'; SET threads = 2")
        for file in range(FILES):
            connection.execute(
                f"""COPY (SELECT make_timestamp(1767225600000000 + i * 100000)::TIMESTAMPTZ AS time,
                    make_timestamp(1767225600000000 + i * 100000)::TIMESTAMPTZ AS arrival, i AS position,
                    NULL::VARCHAR AS flags, NULL::VARCHAR AS misfit, i AS shot, {readings},
                    CASE WHEN i % 97 = 0 THEN 1449.0 ELSE round(70 + cos(i / 9), 2) END AS coded,
                    (round(i % 1000 / 8, 2))::VARCHAR AS written,
                    CASE WHEN i % 50 < 3 THEN 'STOP' ELSE 'RUN' END AS state,
                    i % 2 = 0 AS half
                    FROM (SELECT CASE WHEN i % 1000 = 999 THEN i - 1 ELSE i END AS i
                          FROM range({file * each}, {(file + 1) * each}) t(i)) ORDER BY i)
                TO {literal(str(folder / f"{file:02}.parquet"))} (FORMAT parquet, COMPRESSION zstd)"""
            )


def ours(folder: Path, scratch: Path) -> None:
    paths = tuple(sorted(folder.glob("*.parquet")))
    columns = records.own_columns(pq.read_schema(paths[0]))
    xsd = {"bool": "xs:boolean", "int64": "xs:long", "double": "xs:double", "string": "xs:string"}
    shorts = id_shorts(list(columns))
    fields = tuple(
        Field(
            name,
            shorts[name],
            xsd[kind],
            f"https://x.example/{name}",
            "own",
            both(name, name),
            both(name, name),
            unit=Unit("°C", "CEL") if name == "r1" else None,
        )
        for name, kind in columns.items()
    )
    count = sum(pq.read_metadata(path).num_rows for path in paths)
    stream = CollectedStream(
        "shots",
        "t",
        "bench",
        "wide",
        Pin("shots", 1, (), count),
        paths,
        columns,
        count,
        count,
        0,
        0,
        None,
        None,
        fields,
    )
    word = both("시험", "test")
    owner = Owner(word, word, word, word, "", "KR", "", "", word, "", "", "")
    recipe = Recipe(
        "bench", word, word, "quality-prediction", "C", word, word, (word,), ("shots",), owner, cleaning=RECIPE
    )
    work = Work(
        recipe, scratch, cast(Store, None), cast(Twin, None), cast(Packages, None), SystemClock(),
        Names("https://x.example"), Settings(data=scratch), lambda *_: None,
    )  # fmt: skip
    prepared = preprocess.prepare(replace(work), Collected(stream, (), 0, 0))
    assert prepared.main.rows == count - count // 1000


def plain(folder: Path, scratch: Path) -> None:
    with records.connect(scratch) as connection:
        connection.execute("SET preserve_insertion_order = true")
        files = ", ".join(literal(str(path)) for path in sorted(folder.glob("*.parquet")))
        target = literal(str(scratch / "plain.parquet"))
        connection.execute(f"COPY (FROM read_parquet([{files}])) TO {target} (FORMAT parquet, COMPRESSION zstd)")


def side(name: str, folder: Path) -> None:
    """One run in this process: seconds and peak memory as JSON."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        begun, used = time.perf_counter(), time.process_time()
        {"ours": ours, "plain": plain}[name](folder, Path(scratch))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps([time.perf_counter() - begun, time.process_time() - used, peak]))


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=5_000_000)
    asked.add_argument("--times", type=int, default=3)
    asked.add_argument("--side", choices=("ours", "plain"))
    asked.add_argument("--folder", type=Path)
    given = asked.parse_args()
    if given.side:
        side(given.side, given.folder)
        return 0
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "stream"
        folder.mkdir()
        lay(folder, given.rows)
        runs: dict[str, list[list[float]]] = {"ours": [], "plain": []}
        for _ in range(given.times):
            for name, found in runs.items():
                command = [sys.executable, __file__, "--side", name, "--folder", str(folder)]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                found.append(json.loads(done.stdout.splitlines()[-1]))
                print(name, *(f"{value:,.1f}" for value in found[-1][:2]), f"{found[-1][2] / 2**20:,.0f} MB")
    wall, used = (
        [statistics.median(run[of] for run in runs[name]) for name in ("ours", "plain")] for of in (0, 1)
    )
    peak = max(run[2] for run in runs["ours"])
    ratios = f"time {wall[0] / wall[1]:.2f} ×, processor {used[0] / used[1]:.2f} ×"
    print(f"{ratios} of reading and writing (goal {LIMIT})")
    print(f"peak {peak / 2**20:,.0f} MB (goal {MOST_BYTES / 2**20:,.0f})")
    return int(wall[0] > LIMIT * wall[1] or peak > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
