"""What only an implementation with files can show: crashes, and other tools that read the tables."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from aas_server.errors import Unavailable
from aas_server.messages import LANGUAGES, error_text
from aas_server.store.contract import Damaged, Store
from aas_server.store.sqlite import open_store


def rows(*positions: int, **own: pa.Array) -> pa.Table:
    times = pa.array([position * 1_000_000 + 1 for position in positions], pa.timestamp("us", "UTC"))
    nothing = pa.nulls(len(positions), pa.string())
    common = {"time": times, "arrival": times, "position": pa.array(positions, pa.int64())}
    return pa.table({**common, "flags": nothing, "misfit": nothing, **own})


def folder(store: Store, stream: str) -> Path:
    return store.folder / "lake" / stream


def test_other_tools_read_the_table(store: Store) -> None:
    store.lake.fold("s", rows(1, 2, x=pa.array([1, None]), t=pa.array(["가", "b"])), 2)
    store.lake.fold("s", rows(3, x=pa.array([0.25]), y=pa.array([True])), 3)
    table = DeltaTable(str(folder(store, "s")))
    assert table.transaction_version("aas-fold") == 3
    files = [str(uri) for uri in table.file_uris()]
    found = duckdb.sql(f"SELECT position, x, t, y FROM read_parquet({files}, union_by_name = true) ORDER BY 1")
    assert found.fetchall() == [(1, 1.0, "가", None), (2, None, "b", None), (3, 0.25, None, True)]


def test_the_log_bears_statistics(store: Store) -> None:
    store.lake.fold("s", rows(4, 7, x=pa.array([1.5, None])), 7)
    (action,) = pa.table(DeltaTable(str(folder(store, "s"))).get_add_actions(flatten=True)).to_pylist()
    assert (action["num_records"], action["min.position"], action["max.position"]) == (2, 4, 7)
    assert (action["min.x"], action["null_count.x"], action["null_count.flags"]) == (1.5, 1, 2)
    assert action["max.time"].isoformat() == "1970-01-01T00:00:07.000001+00:00"


def test_a_checkpoint_takes_no_columns_type(store: Store) -> None:
    """A checkpoint keeps the statistics of the first 32 columns alone."""
    wide = {f"c{number}": pa.array([number / 2]) for number in range(60)} | {"empty": pa.nulls(1, pa.string())}
    store.lake.fold("s", rows(1, **wide), 1)
    store.lake.vacuum("s", [], 0)
    DeltaTable(str(folder(store, "s"))).create_checkpoint()
    with closing(open_store(store.folder)) as other:
        found = other.lake.schema("s")
        assert {found.field(name).type for name in wide if name != "empty"} == {pa.float64()}
        assert found.field("empty").type == pa.null()
        assert other.lake.recent("s", 0, 10**9, ["c59"]).column("c59").to_pylist() == [29.5]


def test_a_column_is_added_before_its_rows_and_a_crash_between_is_harmless(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.lake.fold("s", rows(1, x=pa.array([1])), 1)

    def cut_off(*_: object, **__: object) -> None:
        raise OSError(5, "cut off")

    with monkeypatch.context() as patched:
        patched.setattr(DeltaTable, "create_write_transaction", cut_off)
        with pytest.raises(Unavailable):
            store.lake.fold("s", rows(2, y=pa.array(["new"])), 2)
    assert store.lake.folded("s") == 1
    assert store.lake.pin("s").records == 1
    store.lake.fold("s", rows(2, y=pa.array(["new"])), 2)
    assert store.lake.pin("s").records == 2


@pytest.mark.parametrize("torn", [b"", b'{"commitInfo":{}}\n{"add":{"pa'])
def test_a_commit_torn_by_a_power_cut_is_taken_away(store: Store, torn: bytes) -> None:
    """delta-rs links a commit before anyone can sync it; the journal still has what was in it."""
    store.lake.fold("s", rows(1, x=pa.array([1])), 1)
    store.lake.fold("s", rows(2, x=pa.array([2])), 2)
    log = folder(store, "s") / "_delta_log" / f"{1:020d}.json"
    log.write_bytes(torn)
    store.lake.fold("s", rows(2, 3, x=pa.array([2, 3])), 3)
    pin = store.lake.pin("s")
    assert (pin.version, pin.records, store.lake.folded("s")) == (1, 3, 3)
    assert all(json.loads(line) for line in log.read_text().splitlines())


@pytest.mark.parametrize("torn", [b"", b'{"commitInfo":{}}\n{"add":{"pa'])
def test_a_torn_commit_is_no_version_for_those_who_read(store: Store, torn: bytes) -> None:
    """Ingest asks how far a stream is folded before it folds; a product pins before anything is folded."""
    store.lake.fold("s", rows(1, x=pa.array([1])), 1)
    store.lake.fold("s", rows(2, x=pa.array([2])), 2)
    (folder(store, "s") / "_delta_log" / f"{1:020d}.json").write_bytes(torn)
    assert (store.lake.folded("s"), store.lake.pin("s").version, store.lake.pin("s").records) == (1, 0, 1)
    assert store.lake.schema("s").field("x").type == pa.int64()


@pytest.mark.parametrize("work", ["folded", "schema", "pin", "fold"])
def test_a_damaged_table_is_told_with_its_stream_and_what_to_do(store: Store, work: str) -> None:
    for upto in (1, 2, 3):
        store.lake.fold("s", rows(upto, x=pa.array([upto])), upto)
    (folder(store, "s") / "_delta_log" / f"{1:020d}.json").write_bytes(b"no json at all")
    more = (rows(4, x=pa.array([4])), 4) if work == "fold" else ()
    with pytest.raises(Damaged) as refused:
        getattr(store.lake, work)("s", *more)
    for language in LANGUAGES:
        said = error_text(refused.value, language)
        assert str(folder(store, "s")) in said
        assert "\n" not in said
    store.lake.fold("other", rows(1, x=pa.array([1])), 1)


def test_a_damaged_parquet_file_is_told_when_it_is_merged(store: Store) -> None:
    for upto in range(1, 16):
        store.lake.fold("s", rows(upto, x=pa.array([upto])), upto)
    (first, *_) = store.lake.paths(store.lake.pin("s"))
    first.write_bytes(b"no parquet at all")
    with pytest.raises(Damaged):
        store.lake.fold("s", rows(16, x=pa.array([16])), 16)


def test_a_torn_first_commit_is_no_stream(store: Store) -> None:
    store.lake.fold("s", rows(1, x=pa.array([1])), 1)
    (folder(store, "s") / "_delta_log" / f"{0:020d}.json").write_bytes(b"")
    store.lake.fold("s", rows(1, x=pa.array([1])), 1)
    assert store.lake.pin("s").records == 1


@pytest.mark.parametrize("torn", ["50.checkpoint.parquet", "_last_checkpoint"])
def test_a_torn_checkpoint_is_thrown_away(store: Store, torn: str) -> None:
    for upto in range(1, 53):
        store.lake.fold("s", rows(upto, x=pa.array([upto])), upto)
    log = folder(store, "s") / "_delta_log"
    (file,) = [path for path in log.iterdir() if path.name.endswith(torn)]
    file.write_bytes(file.read_bytes()[:10])
    assert store.lake.pin("s").records == 52
    store.lake.fold("s", rows(53, x=pa.array([53])), 53)
    assert (store.lake.pin("s").records, store.lake.folded("s")) == (53, 53)


def test_everything_of_a_fold_is_synced_before_it_returns(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: set[int] = set()
    monkeypatch.setattr("os.fsync", lambda handle: synced.add(Path(f"/proc/self/fd/{handle}").stat().st_ino))
    store.lake.fold("s", rows(1, x=pa.array([1])), 1)
    store.lake.fold("s", rows(2, x=pa.array([2]), y=pa.array([0.5])), 2)
    kept = [
        path for path in folder(store, "s").rglob("*") if path.suffix in (".parquet", ".json") or path.is_dir()
    ]
    assert [path for path in [*kept, folder(store, "s")] if path.stat().st_ino not in synced] == []


def test_a_full_disk_says_so_and_folds_later(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.lake.fold("s", rows(1, x=pa.array([1])), 1)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(Unavailable) as refused:
            store.lake.fold("s", rows(2, x=pa.array([2])), 2)
    assert refused.value.key == "store-disk-full"
    store.lake.fold("s", rows(2, x=pa.array([2])), 2)
    pin = store.lake.pin("s")
    assert pin.records == 2
    assert {path.name for path in folder(store, "s").glob("*.parquet")} == set(pin.files)
