"""Does something to a stream and dies at the n-th step on the disk: ``lake_process.py FOLDER WORK N``. Ends with 9
where it died, with 0 where the work was done first."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from aas_server.store.contract import REFLAG, Lake
from aas_server.store.lake import compacting, files, merging
from aas_server.store.sqlite import open_store


def rows(first: int, last: int, text: str = "old") -> pa.Table:
    """One row a position, a second apart."""
    positions = range(first, last + 1)
    times = pa.array([position * 1_000_000 for position in positions], pa.timestamp("us", "UTC"))
    nothing = pa.nulls(len(positions), pa.string())
    common = {"time": times, "arrival": times, "position": pa.array(positions, pa.int64())}
    return pa.table({**common, "flags": nothing, "misfit": nothing, "x": pa.array([text] * len(positions))})


def fold(lake: Lake) -> None:
    with lake.locked():
        found = lake.recent("s", 2_000_000, 3_000_000, [])
        flags = pa.array(["late"] * found.num_rows, pa.string())
        reflag = pa.table([found.column("file"), found.column("row"), flags], schema=REFLAG)
        lake.fold("s", rows(25, 26), 26, reflag)


WORKS: dict[str, Callable[[Lake], object]] = {
    "fold": fold,
    "replace": lambda lake: lake.replace("s", [rows(5, 20, "new"), rows(21, 24, "new")], 4, 24),
    "compact": lambda lake: lake.compact("s"),
    "vacuum": lambda lake: lake.vacuum("s", [], 0),
    "cut": lambda lake: lake.cut("s", 5_000_000_000),
    "drop": lambda lake: lake.drop("s"),
}


def die_at(step: int) -> None:
    """Die instead of the n-th sync, rename or removal."""
    left = [step]

    def dying(call: Any) -> Any:
        def called(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)
            return call(*arguments, **named)

        return called

    for name in ("fsync", "unlink", "rename", "rmdir"):
        setattr(os, name, dying(getattr(os, name)))


def main(folder: str, work: str, step: str) -> None:
    merging.FULL = 0
    for module in (files, compacting):
        setattr(module, "LARGE", 10_000)  # noqa: B010 (what one of them has imported)
    lake = open_store(Path(folder)).lake
    die_at(int(step))
    WORKS[work](lake)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
