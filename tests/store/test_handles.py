"""Tables that are kept open: others may write, drop and tear meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from aas_server.store.contract import Store
from aas_server.store.sqlite import open_store

Rows = Callable[[int], pa.Table]


@pytest.fixture
def rows() -> Rows:
    def make(position: int) -> pa.Table:
        times = pa.array([position * 1_000_000], pa.timestamp("us", "UTC"))
        nothing = pa.nulls(1, pa.string())
        common = {"time": times, "arrival": times, "position": pa.array([position], pa.int64())}
        return pa.table({**common, "flags": nothing, "misfit": nothing, "x": pa.array([position])})

    return make


@pytest.fixture
def both(tmp_path: Path) -> tuple[Store, Store]:
    """Two processes on one folder, as it were."""
    return open_store(tmp_path), open_store(tmp_path)


def test_two_that_fold_in_turns_see_each_other(both: tuple[Store, Store], rows: Rows) -> None:
    for upto in range(1, 120):
        lake = both[upto % 2].lake
        with lake.locked():
            assert lake.folded("s") == upto - 1
            assert lake.fold("s", rows(upto), upto) == upto - 1
            assert lake.folded("s") == upto
            assert lake.pin("s").records == upto


def test_a_table_that_another_dropped_and_made_anew_is_seen(both: tuple[Store, Store], rows: Rows) -> None:
    mine, other = both[0].lake, both[1].lake
    for upto in (1, 2, 3):
        mine.fold("s", rows(upto), upto)
    other.drop("s")
    with mine.locked():
        assert mine.folded("s") == 0
    for upto in (7, 8, 9):
        other.fold("s", rows(upto), upto)
    with mine.locked():
        assert mine.folded("s") == 9
        mine.fold("s", rows(10), 10)
        assert mine.pin("s").records == 4


def test_what_another_cut_compacted_and_vacuumed_is_seen(both: tuple[Store, Store], rows: Rows) -> None:
    mine, other = both[0].lake, both[1].lake
    for upto in range(1, 6):
        mine.fold("s", rows(upto), upto)
    other.cut("s", 3 * 10**9)
    other.vacuum("s", [], 0)
    with mine.locked():
        assert mine.recent("s", 0, 10**9, ["position"]).column("position").to_pylist() == [3, 4, 5]
        mine.fold("s", rows(6), 6)
    assert other.pin("s").records == 4


def test_a_fold_that_failed_leaves_no_stale_table(
    both: tuple[Store, Store], rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = both[0].lake
    mine.fold("s", rows(1), 1)

    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", broken)
        with pytest.raises(Exception, match="lake-damaged"):
            mine.fold("s", rows(2), 2)
    mine.fold("s", rows(2), 2)
    assert (mine.folded("s"), mine.pin("s").records) == (2, 2)
