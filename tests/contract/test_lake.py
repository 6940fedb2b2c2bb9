from __future__ import annotations

import threading
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aas_server.errors import BadInput, Conflict, NotFound
from aas_server.store.contract import Pin, Store
from aas_server.store.parquet import reader

Rows = Callable[..., pa.Table]


def content(store: Store, pin: Pin, select: str = "position, x") -> list[tuple[object, ...]]:
    with reader({"records": store.lake.paths(pin)}) as database:
        return database.execute(f"SELECT {select} FROM records ORDER BY position").fetchall()


def test_what_is_folded_is_there_in_order(store: Store, rows: Rows) -> None:
    store.lake.fold("shots", rows([1, 2], x=pa.array([10, 20])), 5)
    store.lake.fold("shots", rows([6], x=pa.array([30])), 6)
    pin = store.lake.pin("shots")
    assert pin.records == 3
    tables = [pq.read_table(path) for path in store.lake.paths(pin)]
    assert pa.concat_tables(tables).column("x").to_pylist() == [10, 20, 30]
    assert store.lake.folded("shots") == 6
    assert store.lake.streams() == ["shots"]


def test_an_unknown_stream(store: Store) -> None:
    assert store.lake.folded("nothing") == 0
    assert list(store.lake.streams()) == []
    for ask in (store.lake.schema, store.lake.pin):
        with pytest.raises(NotFound) as missing:
            ask("nothing")
        assert missing.value.values["stream"] == "nothing"


@pytest.mark.parametrize("name", ["", "..", ".hidden", "a/b", "a\\b", "a\nb", "긴" * 100])
def test_a_name_that_can_be_no_folder_is_refused(store: Store, rows: Rows, name: str) -> None:
    with pytest.raises(BadInput) as refused:
        store.lake.fold(name, rows([1]), 1)
    assert refused.value.key == "stream-name-wrong"


def test_a_position_is_folded_once(store: Store, rows: Rows) -> None:
    version = store.lake.fold("s", rows([1, 2], x=pa.array([1, 2])), 2)
    assert store.lake.fold("s", rows([1, 2], x=pa.array([1, 2])), 2) == version
    store.lake.fold("s", rows([2, 3], x=pa.array([2, 3])), 3)
    assert content(store, store.lake.pin("s")) == [(1, 1), (2, 2), (3, 3)]


def test_two_stores_fold_one_folder(store: Store, open_again: Callable[[], Store], rows: Rows) -> None:
    other = open_again()

    def fold(which: Store) -> None:
        for upto in range(1, 16):
            which.lake.fold("s", rows([upto], x=pa.array([upto])), upto)

    threads = [threading.Thread(target=fold, args=(which,)) for which in (store, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert content(store, store.lake.pin("s")) == [(upto, upto) for upto in range(1, 16)]


def test_a_new_column_is_null_before(store: Store, rows: Rows) -> None:
    store.lake.fold("s", rows([1], x=pa.array([1])), 1)
    store.lake.fold("s", rows([2], **{"온도 (°C), 상부": pa.array([20.5])}), 2)
    assert store.lake.schema("s").field("온도 (°C), 상부").type == pa.float64()
    select = 'position, x, "온도 (°C), 상부"'
    assert content(store, store.lake.pin("s"), select) == [(1, 1, None), (2, None, 20.5)]


def test_whole_numbers_widen_without_loss_and_pins_stay(store: Store, rows: Rows) -> None:
    store.lake.fold("s", rows([1, 2], x=pa.array([1, 2**53])), 2)
    before = store.lake.pin("s")
    store.lake.fold("s", rows([3], x=pa.array([0.5])), 3)
    assert store.lake.schema("s").field("x").type == pa.float64()
    assert content(store, store.lake.pin("s")) == [(1, 1.0), (2, float(2**53)), (3, 0.5)]
    assert content(store, before) == [(1, 1), (2, 2**53)]
    assert pq.read_schema(store.lake.paths(before)[0]).field("x").type == pa.int64()
    assert store.lake.pin("s", before.version) == before


def test_widening_that_would_lose_digits_is_refused(store: Store, rows: Rows) -> None:
    store.lake.fold("s", rows([1], x=pa.array([2**53 + 1])), 1)
    with pytest.raises(Conflict) as refused:
        store.lake.fold("s", rows([2], x=pa.array([0.5])), 2)
    assert refused.value.key == "lake-column-lossy"
    assert content(store, store.lake.pin("s")) == [(1, 2**53 + 1)]
    assert store.lake.folded("s") == 1


@pytest.mark.parametrize(
    "values", [pa.array(["text"]), pa.array([True]), pa.array([1]), pa.array([1.0], pa.float32())]
)
def test_every_other_change_of_type_is_refused(store: Store, rows: Rows, values: pa.Array) -> None:
    store.lake.fold("s", rows([1], x=pa.array([0.5])), 1)
    with pytest.raises(Conflict):
        store.lake.fold("s", rows([2], x=values), 2)
    assert content(store, store.lake.pin("s")) == [(1, 0.5)]


def test_rows_without_the_common_columns_are_refused(store: Store, rows: Rows) -> None:
    with pytest.raises(Conflict):
        store.lake.fold("s", rows([1]).drop_columns(["arrival"]), 1)
    assert list(store.lake.streams()) == []


@pytest.mark.parametrize("values", [pa.array([7]), pa.array([0.5]), pa.array([True]), pa.array(["가"])])
def test_a_column_of_nothing_takes_any_type(store: Store, rows: Rows, values: pa.Array) -> None:
    store.lake.fold("s", rows([1, 2], x=pa.nulls(2)), 2)
    assert store.lake.schema("s").field("x").type == pa.null()
    store.lake.fold("s", rows([3], x=pa.nulls(1)), 3)
    store.lake.fold("s", rows([4], x=values), 4)
    assert store.lake.schema("s").field("x").type == values.type
    assert content(store, store.lake.pin("s"))[2:] == [(3, None), (4, values[0].as_py())]


def test_a_pin_outlives_what_comes_after(store: Store, rows: Rows) -> None:
    pins = []
    for upto in range(1, 5):
        version = store.lake.fold("s", rows([upto], **{f"x{upto}": pa.array([upto])}), upto)
        pins.append(store.lake.pin("s"))
        assert pins[-1].version == version
    assert [len(content(store, pin, "position, x1")) for pin in pins] == [1, 2, 3, 4]
    assert store.lake.pin("s", pins[1].version) == pins[1]
    with pytest.raises(NotFound):
        store.lake.pin("s", pins[-1].version + 1)


def test_a_stream_that_trickles_stays_a_few_files(store: Store, rows: Rows) -> None:
    pins = []
    for upto in range(1, 121):
        store.lake.fold("s", rows([upto], x=pa.array([upto], pa.int64() if upto < 60 else pa.float64())), upto)
        pins.append(store.lake.pin("s"))
    assert max(len(pin.files) for pin in pins) < 32
    assert [pin.records for pin in pins] == list(range(1, 121))
    tables = [pq.read_table(path) for path in store.lake.paths(pins[-1])]
    assert pa.concat_tables(tables).column("x").to_pylist() == [float(upto) for upto in range(1, 121)]
    for upto in (1, 15, 16, 17, 59, 60, 61, 119):
        assert content(store, pins[upto - 1]) == [(one, one) for one in range(1, upto + 1)]
        assert store.lake.pin("s", pins[upto - 1].version) == pins[upto - 1]


def test_a_pinned_file_that_is_gone_is_named(store: Store, rows: Rows) -> None:
    store.lake.fold("s", rows([1], x=pa.array([1])), 1)
    pin = store.lake.pin("s")
    store.lake.paths(pin)[0].unlink()
    with pytest.raises(NotFound) as gone:
        store.lake.paths(pin)
    assert gone.value.key == "lake-file-gone"


def test_the_lock_lets_one_in_at_a_time(store: Store, open_again: Callable[[], Store]) -> None:
    other = open_again()
    order: list[str] = []

    def second() -> None:
        with other.lake.locked():
            order.append("second")

    with store.lake.locked(), store.lake.locked():
        thread = threading.Thread(target=second)
        thread.start()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


VALUES = st.one_of(
    st.lists(st.one_of(st.none(), st.integers(-(2**53), 2**53)), min_size=1, max_size=4),
    st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), min_size=1, max_size=4),
)


@settings(max_examples=15)
@given(batches=st.lists(VALUES, min_size=1, max_size=4))
def test_no_number_is_lost_whatever_comes_in_which_order(
    store: Store, rows: Rows, batches: list[list[float | None]]
) -> None:
    stream = f"s{len(store.lake.streams())}"
    sent: list[float | None] = []
    wide = False
    for values in batches:
        wide = wide or any(isinstance(value, float) for value in values)
        kind = pa.null() if all(value is None for value in values) else pa.float64() if wide else pa.int64()
        start = len(sent) + 1
        sent += values
        batch = rows(list(range(start, len(sent) + 1)), x=pa.array(values, kind))
        store.lake.fold(stream, batch, len(sent))
    assert [value for _, value in content(store, store.lake.pin(stream))] == (
        [None if value is None else float(value) for value in sent] if wide else sent
    )
