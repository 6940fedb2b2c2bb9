"""Figures of columns in a memory that can't hold all their different values at the same time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aas_server.quality.column_facts import of_columns
from aas_server.quality.file.opened import Choices, opened

ROWS, COLUMNS = 300_000, 64


@pytest.mark.long
def test_many_columns_of_only_different_values_are_counted_exactly_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "readings.parquet"
    readings = np.random.default_rng(3).permutation(ROWS) + 0.25
    pq.write_table(pa.table({f"s{number}": readings * (number + 1) for number in range(COLUMNS)}), path)
    with opened(path, Choices(memory="256MB"), lambda _part, _done, _total: None) as subject:
        found = of_columns(subject)
    assert [one.distinct for one in found.values()] == [ROWS] * COLUMNS
    assert all(one.exact for one in found.values())
