"""Streams decoded anew, and streams that go."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aas_server.errors import Conflict, NotFound
from aas_server.store.contract import Pin, Store

Rows = Callable[..., pa.Table]


def told(store: Store, pin: Pin | None = None, *columns: str) -> list[tuple[object, ...]]:
    """Rows in the order of the files; a column that a file has not is null."""
    names = ("position", *(columns or ("x",)))
    tables = [pq.read_table(path) for path in store.lake.paths(pin or store.lake.pin("s"))]
    return [tuple(row.get(name) for name in names) for table in tables for row in table.to_pylist()]


@pytest.fixture
def folded(store: Store, rows: Rows) -> Store:
    for upto in (2, 4, 6):
        store.lake.fold("s", rows([upto - 1, upto], x=pa.array([upto - 1, upto]), old=pa.array(["a", "b"])), upto)
    return store


def test_everything_becomes_something_else(folded: Store, rows: Rows) -> None:
    before = folded.lake.pin("s")
    new = [rows([1, 3], x=pa.array(["one", "three"])), rows([5], x=pa.array(["five"]), y=pa.array([True]))]
    assert folded.lake.replace("s", iter(new), 0, 6) == before.version + 1
    assert told(folded) == [(1, "one"), (3, "three"), (5, "five")]
    schema = folded.lake.schema("s")
    assert schema.field("x").type == pa.string()
    assert "old" not in schema.names
    assert (folded.lake.folded("s"), folded.lake.pin("s").records) == (6, 3)
    assert told(folded, before) == [(one, one) for one in range(1, 7)]
    folded.lake.fold("s", rows([7], x=pa.array(["seven"])), 7)
    assert told(folded)[-2:] == [(5, "five"), (7, "seven")]


def test_rows_up_to_a_position_stay(folded: Store, rows: Rows) -> None:
    folded.lake.replace("s", [rows([4, 5, 6], x=pa.array([40, 50, 60]), y=pa.array([1, 2, 3]))], 3, 6)
    assert told(folded, None, "x", "old", "y") == [
        (1, 1, "a", None),
        (2, 2, "b", None),
        (3, 3, "a", None),
        (4, 40, None, 1),
        (5, 50, None, 2),
        (6, 60, None, 3),
    ]


def test_rows_that_stay_are_widened(folded: Store, rows: Rows) -> None:
    folded.lake.replace("s", [rows([3], x=pa.array([0.5])), rows([4], x=pa.array([4]))], 2, 6)
    assert told(folded) == [(1, 1.0), (2, 2.0), (3, 0.5), (4, 4.0)]
    assert folded.lake.schema("s").field("x").type == pa.float64()


def test_a_column_may_change_where_no_row_of_it_stays(folded: Store, rows: Rows) -> None:
    folded.lake.fold("s", rows([7], z=pa.array([1])), 7)
    folded.lake.replace("s", [rows([7], z=pa.array(["text"]))], 6, 7)
    assert told(folded, None, "z")[-2:] == [(6, None), (7, "text")]
    with pytest.raises(Conflict):
        folded.lake.replace("s", [rows([7], x=pa.array(["text"]))], 6, 7)
    assert told(folded, None, "z")[-1] == (7, "text")


def test_batches_widen_each_other_and_may_hold_nothing(folded: Store, rows: Rows) -> None:
    new = [
        rows([1], x=pa.array([1]), n=pa.nulls(1)),
        rows([2], x=pa.array([0.5]), n=pa.nulls(1)),
        rows([]),
        rows([3], x=pa.array([3]), n=pa.array(["known"])),
    ]
    folded.lake.replace("s", new, 0, 6)
    assert told(folded, None, "x", "n") == [(1, 1.0, None), (2, 0.5, None), (3, 3.0, "known")]
    folded.lake.replace("s", [rows([1], n=pa.nulls(1))], 0, 6)
    assert folded.lake.schema("s").field("n").type == pa.null()
    folded.lake.replace("s", [], 0, 6)
    assert (folded.lake.pin("s").records, folded.lake.folded("s")) == (0, 6)
    folded.lake.fold("s", rows([7], n=pa.array([1])), 7)
    assert told(folded, None, "n") == [(7, 1)]


def test_a_stream_that_was_taken_away_is_made_anew(store: Store, rows: Rows) -> None:
    assert store.lake.replace("s", [rows([1, 2], x=pa.array([1, 2]))], 0, 5) == 0
    assert (told(store), store.lake.folded("s")) == ([(1, 1), (2, 2)], 5)


def test_what_breaks_off_changes_nothing(folded: Store, rows: Rows) -> None:
    before = folded.lake.pin("s")

    def broken() -> Iterator[pa.Table]:
        yield rows([1], x=pa.array(["new"]))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folded.lake.replace("s", broken(), 0, 6)
    assert folded.lake.pin("s") == before
    files = {path.name for path in (folded.folder / "lake" / "s").glob("*.parquet")}
    assert files == set(before.files)


def test_rows_folded_meanwhile_are_not_lost(folded: Store, rows: Rows) -> None:
    def meanwhile() -> Iterator[pa.Table]:
        yield rows([1], x=pa.array(["new"]))
        folded.lake.fold("s", rows([7], x=pa.array([7])), 7)

    with pytest.raises(Conflict) as refused:
        folded.lake.replace("s", meanwhile(), 0, 6)
    assert refused.value.key == "lake-moved-on"
    assert told(folded)[-1] == (7, 7)


def test_batches_of_types_that_do_not_go_together_are_refused(folded: Store, rows: Rows) -> None:
    with pytest.raises(Conflict):
        folded.lake.replace("s", [rows([1], x=pa.array([1])), rows([2], x=pa.array(["a"]))], 0, 6)
    assert len(told(folded)) == 6


def test_a_dropped_stream_is_gone(folded: Store, rows: Rows) -> None:
    files = list((folded.folder / "lake" / "s").glob("*.parquet"))
    size = sum(file.stat().st_size for file in files)
    gone = folded.lake.drop("s")
    assert (gone.files, gone.bytes, gone.records) == (len(files), size, 6)
    assert not (folded.folder / "lake" / "s").exists()
    assert (list(folded.lake.streams()), folded.lake.folded("s")) == ([], 0)
    for ask in (folded.lake.drop, folded.lake.schema, folded.lake.pin):
        with pytest.raises(NotFound):
            ask("s")
    folded.lake.fold("s", rows([7], x=pa.array(["text"])), 7)
    assert told(folded) == [(7, "text")]


def test_a_pin_that_is_kept_stays_readable(folded: Store, rows: Rows) -> None:
    pin = folded.lake.pin("s")
    folded.lake.fold("s", rows([7], x=pa.array([0.5])), 7)
    assert folded.lake.drop("s", [pin]).records == 7
    assert list(folded.lake.streams()) == []
    assert told(folded, pin) == [(one, one) for one in range(1, 7)]
    folded.lake.fold("s", rows([9], x=pa.array([True])), 9)
    assert told(folded) == [(9, True)]
    folded.lake.drop("s", [pin])
    assert told(folded, pin) == [(one, one) for one in range(1, 7)]
