"""Equal and contradicting records among new ones, against looking at every pair."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from aas_server.ingest.likeness import compare

Row = tuple[int, str, float]


def looked_at(rows: list[Row], believed: list[bool]) -> tuple[list[bool], list[bool]]:
    """Which are repeated, which conflict."""
    there = [row for row, counts in zip(rows, believed, strict=True) if counts]
    equal, alike = Counter(there), Counter(row[:2] for row in there)
    repeated = [counts and equal[row] > 1 for row, counts in zip(rows, believed, strict=True)]
    against = [counts and alike[row[:2]] > equal[row] for row, counts in zip(rows, believed, strict=True)]
    return repeated, against


@pytest.mark.parametrize("order", ["in order", "strictly", "as they come"])
@pytest.mark.parametrize("seed", range(10))
def test_as_by_every_pair(order: str, seed: int) -> None:
    draw = random.Random(seed)
    count = draw.choice([0, 1, 2, 40, 300])
    moments = [draw.randrange(1 + count // draw.choice([1, 5, 20])) for _ in range(count)]
    times = {"in order": sorted(moments), "strictly": list(range(count)), "as they come": moments}[order]
    rows = [(time, draw.choice("abcde"), float(draw.randrange(2))) for time in times]
    believed = [draw.random() > 0.1 or seed % 2 == 0 for _ in rows]
    columns = list(zip(*rows, strict=True)) if rows else [(), (), ()]
    table = pa.table(
        {
            "time": pa.array(columns[0], pa.int64()).cast(pa.timestamp("us", "UTC")),
            "misfit": pa.nulls(count, pa.string()),
            "tag": pa.array(columns[1], pa.string()).dictionary_encode()
            if seed % 3
            else pa.array(columns[1], pa.string()),
            "number": pa.array(columns[2], pa.float64()),
        }
    )
    found = compare(table, ("time", "tag"), np.array(believed, np.bool_))
    assert (found.repeated.tolist(), found.conflicting.tolist()) == looked_at(rows, believed)
