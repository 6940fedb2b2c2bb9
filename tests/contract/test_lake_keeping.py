"""Streams kept small: large files, no old ones, no rows beyond their time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aas_server.errors import NotFound
from aas_server.store.contract import Pin, Store
from aas_server.store.lake import compacting, files, merging

Rows = Callable[..., pa.Table]
SECOND = 10**9


def told(store: Store, pin: Pin | None = None) -> list[tuple[object, object]]:
    """Position and ``x`` in the order of the files."""
    tables = [pq.read_table(path) for path in store.lake.paths(pin or store.lake.pin("s"))]
    return [(row["position"], row["x"]) for table in tables for row in table.to_pylist()]


def on_disk(store: Store) -> set[str]:
    return {path.name for path in (store.folder / "lake" / "s").glob("*.parquet")}


def fold(store: Store, rows: Rows, first: int, last: int) -> None:
    for upto in range(first, last + 1):
        store.lake.fold("s", rows([upto], x=pa.array([upto])), upto)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a few rows are large, and none is merged while rows come in."""
    monkeypatch.setattr(merging, "FULL", 0)
    for module in (files, compacting):
        monkeypatch.setattr(module, "LARGE", 10_000)


@pytest.mark.usefixtures("small")
def test_small_files_become_large_ones_in_their_place(store: Store, rows: Rows) -> None:
    fold(store, rows, 1, 40)
    before = store.lake.pin("s")
    taken = []
    while count := store.lake.compact("s"):
        taken.append(count)
    after = store.lake.pin("s")
    assert len(before.files) == 40
    assert len(after.files) == 40 - sum(taken) + len(taken) < 15
    assert told(store) == told(store, before) == [(upto, upto) for upto in range(1, 41)]
    assert (after.records, store.lake.folded("s")) == (40, 40)
    fold(store, rows, 41, 42)
    assert told(store) == [(upto, upto) for upto in range(1, 43)]


@pytest.mark.usefixtures("small")
def test_files_of_different_columns_become_one(store: Store, rows: Rows) -> None:
    fold(store, rows, 1, 6)
    for upto in range(7, 12):
        store.lake.fold("s", rows([upto], x=pa.array([upto]), y=pa.array(["new"])), upto)
    while store.lake.compact("s"):
        pass
    tables = [pq.read_table(path) for path in store.lake.paths(store.lake.pin("s"))]
    assert len(tables) < 11
    whole = pa.concat_tables(tables, promote_options="default")
    assert whole.column("x").to_pylist() == list(range(1, 12))
    assert whole.column("y").to_pylist() == [None] * 6 + ["new"] * 5


def test_there_is_nothing_to_compact_in_little(store: Store, rows: Rows) -> None:
    fold(store, rows, 1, 5)
    version = store.lake.pin("s").version
    assert store.lake.compact("s") == 0
    assert store.lake.pin("s").version == version
    for work in (
        store.lake.compact,
        lambda name: store.lake.vacuum(name, [], 0),
        lambda name: store.lake.cut(name, 1),
    ):
        with pytest.raises(NotFound):
            work("unknown")


def test_files_that_nobody_needs_are_deleted(store: Store, rows: Rows) -> None:
    fold(store, rows, 1, 20)
    pin = store.lake.pin("s", 10)
    fold(store, rows, 21, 40)
    needed = set(store.lake.pin("s").files) | set(pin.files)
    there = on_disk(store)
    assert store.lake.vacuum("s", [pin], grace_hours=1).files == 0
    assert on_disk(store) == there
    gone = store.lake.vacuum("s", [pin], grace_hours=0)
    assert on_disk(store) == needed
    assert (gone.files, gone.records, gone.bytes > 0) == (len(there - needed), 0, True)
    assert told(store, pin) == [(upto, upto) for upto in range(1, 12)]
    assert told(store) == [(upto, upto) for upto in range(1, 41)]
    fold(store, rows, 41, 45)
    assert told(store) == [(upto, upto) for upto in range(1, 46)]


def test_what_a_crash_left_is_deleted_once_it_is_old(store: Store, rows: Rows) -> None:
    fold(store, rows, 1, 1)
    folder = store.folder / "lake" / "s"
    old, young = folder / "000000000009-000000-l0-old.parquet", folder / "000000000009-000000-l0-young.parquet"
    for file in (old, young):
        file.write_bytes(b"half")
    os.utime(old, (1, 1))
    assert store.lake.vacuum("s", [], grace_hours=0).files == 1
    assert (old.exists(), young.exists()) == (False, True)


def logged(store: Store) -> list[Path]:
    return sorted((store.folder / "lake" / "s" / "_delta_log").glob("[0-9]*.json"))


def test_the_log_is_shortened_and_the_table_goes_on(
    store: Store, open_again: Callable[[], Store], rows: Rows
) -> None:
    fold(store, rows, 1, 70)
    assert len(logged(store)) == 70
    store.lake.vacuum("s", [], grace_hours=1)
    assert len(logged(store)) == 70
    assert store.lake.pin("s", 3).records == 4
    store.lake.vacuum("s", [], grace_hours=0)
    assert len(logged(store)) == 1
    other = open_again()
    fold(other, rows, 71, 75)
    assert told(store) == [(upto, upto) for upto in range(1, 76)]
    assert (store.lake.folded("s"), list(store.lake.streams())) == (75, ["s"])
    store.lake.vacuum("s", [], grace_hours=0)
    assert told(store) == [(upto, upto) for upto in range(1, 76)]
    assert on_disk(store) == set(store.lake.pin("s").files)


def test_a_torn_commit_behind_a_short_log_is_taken_away(store: Store, rows: Rows) -> None:
    fold(store, rows, 1, 10)
    store.lake.vacuum("s", [], grace_hours=0)
    fold(store, rows, 11, 11)
    logged(store)[-1].write_bytes(b"")
    assert (store.lake.folded("s"), store.lake.pin("s").records) == (10, 10)
    fold(store, rows, 11, 12)
    assert told(store) == [(upto, upto) for upto in range(1, 13)]


def test_a_broken_checkpoint_is_no_loss_where_another_is_left(store: Store, rows: Rows) -> None:
    fold(store, rows, 1, 10)
    store.lake.vacuum("s", [], grace_hours=0)
    fold(store, rows, 11, 60)
    log = store.folder / "lake" / "s" / "_delta_log"
    newest = max(log.glob("*.checkpoint.parquet"))
    newest.write_bytes(newest.read_bytes()[:100])
    assert store.lake.pin("s").records == 60
    fold(store, rows, 61, 61)
    assert told(store) == [(upto, upto) for upto in range(1, 62)]


def test_rows_beyond_their_time_go(store: Store, rows: Rows) -> None:
    for first in (1, 4, 7):
        positions = [first, first + 1, first + 2]
        store.lake.fold("s", rows(positions, x=pa.array(positions)), first + 2)
    pin = store.lake.pin("s")
    gone = store.lake.cut("s", 5 * SECOND)
    assert (gone.files, gone.records, gone.bytes > 0) == (1, 4, True)
    assert told(store) == [(upto, upto) for upto in range(5, 10)]
    assert told(store, pin) == [(upto, upto) for upto in range(1, 10)]
    assert store.lake.folded("s") == 9
    version = store.lake.pin("s").version
    assert store.lake.cut("s", 5 * SECOND).records == 0
    assert store.lake.pin("s").version == version
    assert store.lake.cut("s", int(time.time()) * SECOND).records == 5
    fold(store, rows, 10, 10)
    assert told(store) == [(10, 10)]


@pytest.mark.usefixtures("small")
def test_a_pinned_release_reads_the_same_whatever_is_done(store: Store, rows: Rows) -> None:
    fold(store, rows, 1, 30)
    pin = store.lake.pin("s")
    wanted = told(store, pin)
    fold(store, rows, 31, 60)
    while store.lake.compact("s"):
        pass
    store.lake.cut("s", 45 * SECOND)
    store.lake.vacuum("s", [pin], grace_hours=0)
    assert told(store, pin) == wanted
    assert told(store) == [(upto, upto) for upto in range(45, 61)]
