"""Rows found again by their time, and flagged together with a fold."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aas_server.errors import Conflict
from aas_server.store.contract import REFLAG, Store

Rows = Callable[..., pa.Table]
SECOND = 1_000_000


def told(store: Store, stream: str = "s") -> list[tuple[object, ...]]:
    """Position and flags of every row, in the order of the files."""
    paths = store.lake.paths(store.lake.pin(stream))
    rows = [row for path in paths for row in pq.read_table(path).to_pylist()]
    return [(row["position"], row["flags"]) for row in rows]


def flags(found: pa.Table, *new: str | None) -> pa.Table:
    columns = [found.column("file"), found.column("row"), pa.array(new, pa.string())]
    return pa.table(columns, schema=REFLAG)


def test_rows_of_a_span_are_found_wherever_they_lie(store: Store, rows: Rows) -> None:
    store.lake.fold("s", rows([1, 2, 3], x=pa.array([1, 2, 3])), 3)
    store.lake.fold("s", rows([4, 5], x=pa.array([0.5, 5.0]), y=pa.array(["a", None])), 5)
    found = store.lake.recent("s", 3 * SECOND, 4 * SECOND, ["position", "x", "y", "never"])
    assert found.column_names == ["position", "x", "y", "never", "file", "row"]
    assert found.column("position").to_pylist() == [3, 4]
    assert found.column("x").to_pylist() == [3.0, 0.5]
    assert found.column("y").to_pylist() == [None, "a"]
    assert found.column("never").to_pylist() == [None, None]
    assert found.column("row").to_pylist() == [2, 0]
    names = [path.name for path in store.lake.paths(store.lake.pin("s"))]
    assert found.column("file").to_pylist() == names


def test_nothing_is_found_where_nothing_is(store: Store, rows: Rows) -> None:
    assert store.lake.recent("unknown", 0, 10, ["time", "x"]).num_rows == 0
    untimed = rows([1]).set_column(0, "time", pa.nulls(1, pa.timestamp("us", "UTC")))
    store.lake.fold("s", untimed, 1)
    store.lake.fold("s", rows([2]), 2)
    assert store.lake.recent("s", 0, SECOND, ["time"]).num_rows == 0
    assert store.lake.recent("s", 0, 2 * SECOND, []).num_rows == 1


def test_stored_rows_are_flagged_in_the_version_of_a_fold(store: Store, rows: Rows) -> None:
    for upto in (1, 2, 3):
        store.lake.fold("s", rows([upto * 10, upto * 10 + 1], x=pa.array([upto, upto])), upto * 10 + 1)
    before = store.lake.pin("s")
    found = store.lake.recent("s", 11 * SECOND, 30 * SECOND, ["flags"])
    version = store.lake.fold("s", rows([40], x=pa.array([7])), 40, flags(found, "a", None, "b,c", "d"))
    assert version == before.version + 1
    assert told(store) == [(10, None), (11, "a"), (20, None), (21, "b,c"), (30, "d"), (31, None), (40, None)]
    assert [pq.read_table(path).column("flags").null_count for path in store.lake.paths(before)] == [2, 2, 2]
    again = store.lake.recent("s", 11 * SECOND, 11 * SECOND, ["flags"])
    assert again.column("flags").to_pylist() == ["a"]


def test_flags_are_changed_once(store: Store, rows: Rows) -> None:
    store.lake.fold("s", rows([1]), 1)
    found = store.lake.recent("s", 0, SECOND, [])
    store.lake.fold("s", rows([2]), 2, flags(found, "late"))
    assert told(store) == [(1, "late"), (2, None)]
    store.lake.fold("s", rows([2]), 2, flags(found, "other"))
    assert told(store) == [(1, "late"), (2, None)]
    with pytest.raises(Conflict) as refused:
        store.lake.fold("s", rows([3]), 3, flags(found, "other"))
    assert refused.value.key == "lake-file-replaced"
    assert store.lake.folded("s") == 2


@pytest.mark.parametrize("value", [pa.array([9]), pa.array([0.5])])
def test_rows_are_flagged_while_files_are_merged_or_widened(store: Store, rows: Rows, value: pa.Array) -> None:
    for upto in range(1, 16):
        store.lake.fold("s", rows([upto], x=pa.array([upto])), upto)
    found = store.lake.recent("s", 3 * SECOND, 4 * SECOND, ["x"])
    store.lake.fold("s", rows([16], x=value), 16, flags(found, "three", "four"))
    flagged = {3: "three", 4: "four"}
    assert told(store) == [(upto, flagged.get(upto)) for upto in range(1, 17)]
