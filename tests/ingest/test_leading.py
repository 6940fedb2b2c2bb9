"""Of several processes on one data folder one folds; another takes over when it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aas_server.ingest import feeds
from aas_server.ingest import fold as module
from aas_server.ingest.fold import MARK
from aas_server.ingest.service import Ingest
from aas_server.settings import Settings
from aas_server.store.contract import Store
from connectors.message import Message

Until = Callable[[Callable[[], object]], None]
Open = Callable[..., Ingest]
START = 1_700_000_000_000_000_000
HOLDER = """
import sys
from pathlib import Path
from aas_server.ingest.worker import FOLD_LOCK
from aas_server.store.filelock import FileLock
lock = FileLock(Path(sys.argv[1]) / FOLD_LOCK)
print(lock.take(), flush=True)
sys.stdin.read()
"""


def reading(number: int, topic: str = "cell/1") -> Message:
    payload = json.dumps({"timestamp": START + number * 10**9, "v": number})
    return Message("m", topic, payload.encode(), START + number)


def test_the_second_stands_by_and_takes_over(store: Store, open_ingest: Open, until: Until) -> None:
    first = open_ingest()
    until(lambda: first._worker.leads)
    second = open_ingest()
    assert second.ready()
    store.journal.append([reading(n) for n in range(5)])
    assert second.settle()
    assert (first._worker.leads, second._worker.leads) == (True, False)
    assert store.lake.pin("cell_1").records == 5
    first.stop()
    store.journal.append([reading(n) for n in range(5, 10)])
    assert second.settle()
    assert second._worker.leads
    assert store.lake.pin("cell_1").records == 10


def test_a_killed_holder_is_followed_within_seconds(
    folder: Path, store: Store, open_ingest: Open, until: Until
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"True\n"
        ingest = open_ingest()
        store.journal.append([reading(0)])
        assert not ingest.settle(timeout=0.3)
        assert not store.live.get("cell_1")
        holder.kill()
    assert ingest.settle()
    assert store.lake.pin("cell_1").records == 1


def test_streams_have_their_turn_and_the_mark_waits_for_them(
    store: Store, open_ingest: Open, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aas_server.ingest.folding._TURN_SECONDS", 0.0)
    store.journal.append([reading(n, f"cell/{n}") for n in range(20)] + [reading(99, "cell/0")])
    ingest = open_ingest(fold_seconds=0.05)
    until(lambda: store.journal.mark(MARK) > 0)
    mark = store.journal.mark(MARK)
    done = [stream for stream in store.lake.streams() if store.lake.folded(stream)]
    assert mark <= len(done) <= 21
    assert ingest.settle()
    assert store.journal.mark(MARK) == 21
    assert [store.lake.pin(f"cell_{n}").records for n in range(20)] == [2] + [1] * 19


def test_a_mark_that_waits_loses_and_doubles_nothing(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, open_ingest: Open, until: Until
) -> None:
    monkeypatch.setattr("aas_server.ingest.folding._TURN_SECONDS", 0.0)
    with monkeypatch.context() as patched:
        folded = 0

        def few(*arguments: Any) -> int:
            nonlocal folded
            folded += 1
            if folded > 3:
                raise OSError("killed")
            return original(*arguments)

        original = module.fold_stream
        patched.setattr(module, "fold_stream", few)
        patched.setattr(module, "left_behind", lambda *_: pytest.MonkeyPatch.context())
        store.journal.append([reading(n, f"cell/{n % 10}") for n in range(50)])
        first = open_ingest(fold_seconds=3600, fold_records=20)
        until(lambda: folded > 3)
        first.stop()
    second = open_ingest(fold_seconds=0.05)
    assert second.settle()
    assert [store.lake.pin(f"cell_{n}").records for n in range(10)] == [5] * 10


def test_what_was_declared_meanwhile_holds_for_what_was_not_folded_yet(
    store: Store, open_ingest: Open, until: Until
) -> None:
    ingest = open_ingest(fold_seconds=3600)
    store.journal.append([Message("m", "cell/1", b'{"v": "1.5"}', START)])
    ingest._worker.wake()
    until(lambda: store.live.get("cell_1"))
    feeds.declare(store.catalogue, "cell_1", feeds.Declaration(types={"v": "double"}))
    assert ingest.settle()
    assert str(store.lake.schema("cell_1").field("v").type) == "double"
