"""A stream made anew from the journal, as it is declared by now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from aas_server.errors import NotFound
from aas_server.ingest import feeds, noted
from aas_server.ingest.feeds import Declaration
from aas_server.ingest.mending import catch_up
from aas_server.ingest.replaying import forget, replay
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.parquet import reader
from connectors.message import Message

NOW = 1_700_000_000_000_000_000


def message(number: int, topic: str = "line/1", **fields: object) -> Message:
    return Message("m", topic, json.dumps(fields).encode(), NOW + number * 10**9)


def stored(store: Store, stream: str, columns: str) -> list[tuple[object, ...]]:
    with reader({"records": store.lake.paths(store.lake.pin(stream))}) as database:
        return database.execute(f"SELECT {columns} FROM records").fetchall()


@pytest.fixture
def small(settings: Settings) -> Settings:
    """Several pieces a replay."""
    return settings.model_copy(update={"fold_records": 4})


def test_a_corrected_mapping_brings_all_records_anew(store: Store, small: Settings) -> None:
    store.journal.append([message(n, at=f"2023-11-01 00:00:{n:02d}", v=f"{n}.5") for n in range(10)])
    catch_up(store, small)
    assert stored(store, "line_1", "count(time), max(v)") == [(0, "9.5")]
    old = store.lake.pin("line_1")
    feeds.declare(store.catalogue, "line_1", Declaration(time_column="at", zone="UTC", types={"v": "double"}))
    told: list[tuple[int, int]] = []
    done = replay(store, small, "line_1", progress=lambda at, upto: told.append((at, upto)))
    assert (done.messages, done.records, done.upto, told[-1]) == (10, 10, 10, (10, 10))
    assert stored(store, "line_1", "epoch(time), v, position")[-1] == (1_698_796_809.0, 9.5, 10)
    facts = feeds.facts(store.catalogue, "line_1")
    assert (facts.messages, facts.records, facts.first) == (10, 10, 1_698_796_800_000_000_000)
    assert noted.of(store.catalogue, "line_1").fields["v"].type == "double"
    assert store.live.get("line_1")["v"].value == "9.5"
    assert store.lake.pin("line_1", old.version) == old
    store.journal.append([message(10, at="2023-11-01 00:00:10", v=10)])
    catch_up(store, small)
    assert feeds.facts(store.catalogue, "line_1").records == 11


def test_flags_are_those_of_folding(store: Store, small: Settings) -> None:
    times = [0, 1, 1, 2, 100, 3, 1, 4, 4, 4]
    fields = [{"time": NOW + time * 10**9, "v": time % 3} for time in times]
    fields[-1]["v"] = 7
    store.journal.append([message(n, **one) for n, one in enumerate(fields)])
    catch_up(store, small)
    before = stored(store, "line_1", "position, flags, v")
    replay(store, small, "line_1")
    assert [_sorted(row) for row in stored(store, "line_1", "position, flags, v")] == [
        _sorted(row) for row in before
    ]
    assert feeds.facts(store.catalogue, "line_1").flagged == sum(flags is not None for _, flags, _ in before)


def _sorted(row: tuple[object, ...]) -> tuple[object, ...]:
    position, flags, value = row
    return position, flags and sorted(str(flags).split(",")), value


def test_topics_are_joined_and_their_old_streams_go(store: Store, small: Settings) -> None:
    store.journal.append([message(n, topic=f"press/{n % 2}/shot", v=n) for n in range(6)])
    catch_up(store, small)
    old = store.lake.streams()
    feeds.declare(store.catalogue, "presses", Declaration(topic="press/+/shot", joins=True))
    assert replay(store, small, "presses").records == 6
    pin = store.lake.pin(old[0])
    assert [forget(store, stream, keep=[pin] if stream == old[0] else []) is not None for stream in old] == [
        True
    ] * 2
    assert forget(store, old[1]) is None
    assert list(store.lake.streams()) == ["presses"]
    assert [facts.name for facts in feeds.all_facts(store.catalogue)] == ["presses"]
    assert all(path.exists() for path in store.lake.paths(pin))
    catch_up(store, small)
    assert [v for (v,) in stored(store, "presses", "v")] == list(range(6))
    with pytest.raises(NotFound):
        store.lake.pin(old[1])


def test_what_cannot_be_read_changes_with_the_mapping(store: Store, small: Settings) -> None:
    tags = {"localtime": 0, "data": [{"tag": "A", "value": "1"}]}
    store.journal.append([message(0, **tags), message(1, v=1)])
    feeds.declare(store.catalogue, "line_1", Declaration(topic="line/1", joins=True, form="mos-type-4"))
    catch_up(store, small)
    assert [one.position for one in store.journal.quarantined()] == [2]
    feeds.declare(store.catalogue, "line_1", Declaration(topic="line/1", joins=True, form="flat-json"))
    done = replay(store, small, "line_1")
    assert (done.released, done.quarantined) == (1, 0)
    assert store.journal.quarantined_count() == 0
    feeds.declare(store.catalogue, "line_1", Declaration(topic="line/1", joins=True, form="mos-type-4"))
    done = replay(store, small, "line_1")
    assert (done.records, done.quarantined) == (1, 1)
    assert [one.key for one in store.journal.quarantined()] == ["payload-not-mos"]
    assert feeds.facts(store.catalogue, "line_1").shape == "narrow"


def test_records_whose_messages_are_gone_stay(store: Store, small: Settings) -> None:
    for n in range(6):
        store.journal.append([message(n, v=n)])
    catch_up(store, small)
    store.journal.prune(3)
    feeds.declare(store.catalogue, "line_1", Declaration(types={"v": "double"}))
    done = replay(store, small, "line_1")
    assert (done.after, done.records) == (3, 3)
    assert stored(store, "line_1", "v, typeof(v)") == [(float(n), "DOUBLE") for n in range(6)]
    assert feeds.facts(store.catalogue, "line_1").records == 6


@pytest.mark.parametrize("survives", range(5))
def test_a_kill_anywhere_leaves_either_the_old_or_the_new(
    store: Store, small: Settings, monkeypatch: pytest.MonkeyPatch, survives: int
) -> None:
    store.journal.append([*(message(n, v=str(n)) for n in range(8)), Message("m", "line/1", b"{", NOW)])
    catch_up(store, small)
    feeds.declare(store.catalogue, "line_1", Declaration(types={"v": "int64"}))
    done = 0

    def counted(work: object, *arguments: object, **named: object) -> object:
        nonlocal done
        if done >= survives:
            raise KeyboardInterrupt
        done += 1
        return work(*arguments, **named)  # type: ignore[operator]

    with monkeypatch.context() as patched:
        for owner, name in (
            (type(store.lake), "replace"),
            (type(store.catalogue), "put"),
            (type(store.journal), "quarantine"),
            (type(store.live), "put"),
        ):
            original = getattr(owner, name)
            patched.setattr(owner, name, lambda *a, work=original, **k: counted(work, *a, **k))
        with pytest.raises(KeyboardInterrupt):
            replay(store, small, "line_1")
    assert {str(v) for (v,) in stored(store, "line_1", "v")} == {str(n) for n in range(8)}
    store.journal.append([message(8, v="8")])
    catch_up(store, small)
    assert feeds.facts(store.catalogue, "line_1").records == 9
    replay(store, small, "line_1")
    assert stored(store, "line_1", "v") == [(n,) for n in range(9)]
    assert feeds.facts(store.catalogue, "line_1").records == 9
    assert not list(Path(store.folder).glob("replay-*"))


def test_a_poisoned_mapping_harms_its_own_stream_and_is_undone(store: Store, small: Settings) -> None:
    poison = Declaration(time_column="no such", zone="Nowhere/Atall", types={"v": "bool"}, form="image")
    feeds.declare(store.catalogue, "line_1", poison)
    store.journal.append([*(message(n, v=n) for n in range(3)), *(message(n, "line/2", v=n) for n in range(3))])
    catch_up(store, small)
    assert stored(store, "line_2", "count(*)") == [(3,)]
    reasons: Mapping[int, str] = {one.position: one.key for one in store.journal.quarantined()}
    assert list(reasons) == [1, 2, 3]
    feeds.declare(store.catalogue, "line_1", Declaration())
    assert replay(store, small, "line_1").released == 3
    assert stored(store, "line_1", "v") == [(0,), (1,), (2,)]
    assert store.journal.quarantined_count() == 0
