from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aas_server.errors import Unavailable
from aas_server.ingest.service import Ingest, catch_up
from aas_server.messages import error_text
from aas_server.settings import Settings
from aas_server.store.contract import LiveValue, Store
from aas_server.store.sqlite import open_store

Until = Callable[[Callable[[], object]], None]
Open = Callable[..., Ingest]
START = 1_700_000_000_000_000_000


def reading(number: int) -> bytes:
    return json.dumps({"timestamp": START + number * 10**9, "온도": 20 + number}).encode()


def test_what_comes_in_is_stored_shown_and_told(
    store: Store, conforming: Any, open_ingest: Open, until: Until
) -> None:
    ingest = open_ingest(conforming, fold_seconds=60)
    assert ingest.ready()
    conforming.publish(*map(reading, range(10)), topic="cell/1")
    conforming.publish(b"{not json", topic="cell/1")
    until(lambda: store.journal.last() == 11)
    assert ingest.settle()
    assert store.lake.pin("cell_1").records == 10
    assert store.live.get("cell_1")["온도"] == LiveValue(29, START + 9 * 10**9)
    state = ingest.state()
    (stream,) = state.streams
    assert (stream.name, stream.topic, stream.messages, stream.records) == ("cell_1", "cell/1", 10, 10)
    assert (stream.lag, stream.rate > 0) == (0.0, True)
    assert stream.last == datetime.fromtimestamp((START + 9 * 10**9) / 1e9, UTC)
    assert (state.quarantined, state.redelivered, state.error) == (1, 0, None)
    assert [(broker.url, broker.connected) for broker in state.brokers] == [("mqtt://memory", True)]


def test_readings_are_live_before_they_are_folded(
    store: Store, conforming: Any, open_ingest: Open, until: Until
) -> None:
    ingest = open_ingest(conforming, fold_seconds=3600)
    conforming.publish(reading(1), topic="cell/1")
    until(lambda: store.live.get("cell_1"))
    assert list(store.lake.streams()) == []
    assert ingest.state().streams == ()
    assert ingest.settle()
    assert store.lake.pin("cell_1").records == 1


def test_it_folds_by_itself_by_time_and_by_number(
    store: Store, conforming: Any, open_ingest: Open, until: Until
) -> None:
    first = open_ingest(conforming, fold_seconds=0.1)
    conforming.publish(reading(1), topic="cell/1")
    until(lambda: store.lake.folded("cell_1") == 1)
    first.stop()
    open_ingest(conforming, fold_seconds=3600, fold_records=5)
    conforming.publish(*map(reading, range(2, 8)), topic="cell/1")
    until(lambda: store.lake.folded("cell_1") >= 6)


def test_a_stop_folds_what_is_there(store: Store, conforming: Any, open_ingest: Open, until: Until) -> None:
    ingest = open_ingest(conforming, fold_seconds=3600)
    conforming.publish(*map(reading, range(5)), topic="cell/1")
    until(lambda: not conforming.unacknowledged)
    ingest.stop()
    assert store.lake.pin("cell_1").records == 5


def test_what_a_crash_left_in_the_journal_is_folded_at_the_next_start(
    store: Store, settings: Settings, conforming: Any, open_ingest: Open, until: Until
) -> None:
    first = open_ingest(conforming)
    conforming.publish(*map(reading, range(5)), topic="cell/1")
    until(lambda: store.lake.folded("cell_1") == 5)
    first.stop()
    store.journal.append([entry.message for entry in store.journal.read(0, 10)])
    open_ingest(fold_seconds=0.05)
    until(lambda: store.lake.folded("cell_1") == 10)
    assert store.lake.pin("cell_1").records == 10


def test_a_command_beside_the_server_folds_the_same_journal(
    folder: Path, store: Store, settings: Settings, conforming: Any, open_ingest: Open, until: Until
) -> None:
    ingest = open_ingest(conforming, fold_seconds=3600)
    beside = open_store(folder)
    for start in range(0, 50, 10):
        conforming.publish(*map(reading, range(start, start + 10)), topic="cell/1")
        until(lambda: not conforming.unacknowledged)
        catch_up(beside, settings)
    assert beside.lake.pin("cell_1").records == 50
    beside.close()
    assert ingest.settle()
    assert store.lake.pin("cell_1").records == 50
    assert ingest.state().streams[0].records == 50


def test_a_full_disk_while_folding_is_told_and_mended(
    store: Store, conforming: Any, open_ingest: Open, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest = open_ingest(conforming)

    def full(*_: object) -> int:
        raise Unavailable("store-disk-full", file="lake")

    with monkeypatch.context() as patched:
        patched.setattr(type(store.lake), "fold", full)
        conforming.publish(*map(reading, range(5)), topic="cell/1")
        until(lambda: ingest.state().error is not None)
        assert not ingest.ready()
        assert not ingest.settle(timeout=0.1)
    assert ingest.settle()
    until(ingest.ready)
    assert store.lake.pin("cell_1").records == 5


def test_a_full_disk_does_not_fill_the_memory(
    store: Store, conforming: Any, open_ingest: Open, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest = open_ingest(conforming, fold_records=5)
    tries = 0

    def full(*_: object) -> int:
        nonlocal tries
        tries += 1
        raise Unavailable("store-disk-full", file="lake")

    with monkeypatch.context() as patched:
        patched.setattr(type(store.lake), "fold", full)
        conforming.publish(*map(reading, range(5)), topic="cell/1")
        until(lambda: ingest.state().error is not None)
        conforming.publish(*map(reading, range(5, 60)), topic="cell/1")
        until(lambda: not conforming.unacknowledged)
        begun = tries
        until(lambda: tries > begun)
        assert ingest._worker._folding.decoder.records <= 5
    assert ingest.settle()
    assert store.lake.pin("cell_1").records == 60


def test_what_nobody_foresaw_is_told_logged_once_and_tried_again(
    store: Store,
    conforming: Any,
    open_ingest: Open,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ingest = open_ingest(conforming)
    tries = 0

    def broken(*_: object) -> None:
        nonlocal tries
        tries += 1
        raise RuntimeError("nobody foresaw this")

    with monkeypatch.context() as patched:
        patched.setattr("aas_server.ingest.folding.fold", broken)
        conforming.publish(*map(reading, range(5)), topic="cell/1")
        until(lambda: tries >= 2)
        error = ingest.state().error
        assert not ingest.ready()
        assert error is not None
        assert "nobody foresaw this" in error_text(error, "ko")
    until(ingest.ready)
    assert ingest.settle()
    assert store.lake.pin("cell_1").records == 5
    assert "".join(capsys.readouterr()).count("ingest-stands-still") == 1


def test_a_damaged_stream_is_named_while_the_others_go_on(
    store: Store, conforming: Any, open_ingest: Open, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aas_server.ingest.folding._MEND_SECONDS", 0.05)
    ingest = open_ingest(conforming)

    def publish(numbers: range) -> None:
        for number in numbers:
            conforming.publish(reading(number), topic="cell/1")
            conforming.publish(reading(number), topic="cell/2")
            until(lambda: not conforming.unacknowledged)
            assert ingest.settle()

    publish(range(3))
    commit = store.folder / "lake" / "cell_1" / "_delta_log" / f"{1:020d}.json"
    sound = commit.read_bytes()
    commit.write_bytes(b"garbage")
    publish(range(3, 6))
    assert store.lake.pin("cell_2").records == 6
    assert ingest.ready()
    state = ingest.state()
    assert state.error is not None
    assert "cell_1" in error_text(state.error, "ko")
    assert [(one.name, one.error is None, one.lag == 0) for one in state.streams] == [
        ("cell_1", False, False),
        ("cell_2", True, True),
    ]
    commit.write_bytes(sound)
    until(lambda: ingest.state().error is None)
    assert store.lake.pin("cell_1").records == 6
