"""Folding in a thread of its own while the next messages are decoded: every record once, and nothing skipped."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aas_server.errors import Unavailable
from aas_server.ingest import feeds
from aas_server.ingest.fold import MARK
from aas_server.ingest.folding import Folding
from aas_server.ingest.rates import Rates
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.parquet import reader
from connectors.message import Message

NOW = 1_700_000_000_000_000_000
FULL = 20
Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def begin(store: Store, settings: Settings) -> Iterator[Callable[[], Folding]]:
    """Folding as after a start, which is full with ``FULL`` records."""
    small = settings.model_copy(update={"fold_records": FULL, "fold_seconds": 3600.0})
    begun: list[Folding] = []

    def start() -> Folding:
        begun.append(Folding(store, small, Rates(), lambda _: None))
        return begun[-1]

    yield start
    for folding in begun:
        folding.close()


def messages(count: int, topic: str = "shots", first: int = 0) -> list[Message]:
    return [Message("m", topic, b'{"no": %d}' % no, NOW + no) for no in range(first, first + count)]


def finish(folding: Folding, last: int) -> None:
    while folding.folded < last:
        folding.step(last)


def numbers(store: Store, stream: str = "shots") -> list[int]:
    with reader({"records": store.lake.paths(store.lake.pin(stream))}) as database:
        return [no for (no,) in database.execute("SELECT no FROM records ORDER BY position").fetchall()]


def test_the_next_messages_are_decoded_while_the_former_are_folded(
    store: Store, begin: Callable[[], Folding], until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.journal.append(messages(200))
    folding = begin()
    fold = type(store.lake).fold
    seen: list[tuple[str, int]] = []

    def watched(*given: Any) -> int:
        if not seen:
            until(lambda: folding.decoder.upto == 2 * FULL)
        seen.append((threading.current_thread().name, folding.decoder.upto - given[3]))
        return fold(*given)

    monkeypatch.setattr(type(store.lake), "fold", watched)
    assert folding.step(0)
    assert (folding.folded, folding.waiting) == (0, {"shots": NOW})
    assert folding.step(0)
    assert folding.folded == FULL
    finish(folding, 200)
    assert threading.current_thread().name not in {name for name, _ in seen[:-1]}
    assert max(ahead for _, ahead in seen) == FULL
    assert numbers(store) == list(range(200))
    assert (store.journal.mark(MARK), folding.waiting) == (200, {})


@pytest.mark.parametrize("steps", range(1, 9))
def test_an_end_at_any_step_neither_loses_nor_doubles(
    store: Store, begin: Callable[[], Folding], steps: int
) -> None:
    for first in range(0, 150, 5):
        store.journal.append([*messages(5, "shots", first), *messages(5, "parts", first)])
    ended = begin()
    for _ in range(steps):
        ended.step(0)
    ended.close()
    finish(begin(), 300)
    assert numbers(store) == numbers(store, "parts") == list(range(150))


def test_what_fails_beside_is_told_and_done_again(
    store: Store, begin: Callable[[], Folding], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.journal.append(messages(100))
    folding = begin()

    def full(*_: object) -> int:
        raise Unavailable("store-disk-full", file="lake")

    with monkeypatch.context() as patched:
        patched.setattr(type(store.lake), "fold", full)
        folding.step(0)
        for _ in range(5):
            with pytest.raises(Unavailable):
                folding.step(folding.decoder.upto)
        assert folding.decoder.upto <= 2 * FULL
        assert store.journal.mark(MARK) == 0
    finish(folding, 100)
    assert numbers(store) == list(range(100))


def test_what_is_erased_while_it_waits_to_be_folded_does_not_come_in(
    store: Store, begin: Callable[[], Folding]
) -> None:
    store.journal.append([*messages(30, "secret"), *messages(30, "shots")])
    folding = begin()
    with store.lake.locked():
        folding.step(0)
        folding._decode()
        store.journal.erase(lambda entry: entry.message.topic == "secret")
        feeds.touch(store.catalogue)
    finish(folding, 60)
    assert list(store.lake.streams()) == ["shots"]
    assert numbers(store) == list(range(30))


def metric(*, name: bytes = b"", value: float) -> bytes:
    """A Sparkplug payload of one double with alias 1."""
    named = b"\x0a" + bytes([len(name)]) + name if name else b""
    body = named + b"\x10\x01\x20\x0a\x69" + struct.pack("<d", value)
    return b"\x08" + b"\x80\xa0\xf0\xb9\xbc\x31" + b"\x12" + bytes([len(body)]) + body


def test_a_restart_reads_aliases_that_were_announced_before_what_was_folded_beside(
    store: Store, begin: Callable[[], Folding]
) -> None:
    def node(kind: str, seq: int, raw: bytes) -> Message:
        return Message("m", f"spBv1.0/G/{kind}/N", raw + b"\x18" + bytes([seq]), NOW + seq)

    store.journal.append(
        [
            node("NBIRTH", 0, metric(name=b"heat", value=0.0)),
            *(node("NDATA", seq, metric(value=float(seq))) for seq in range(1, 60)),
        ]
    )
    folding = begin()
    while folding.folded < FULL:
        folding.step(0)
    folding.close()
    again = begin()
    assert 0 < again.folded < 60
    finish(again, 60)
    (stream,) = store.lake.streams()
    with reader({"records": store.lake.paths(store.lake.pin(stream))}) as database:
        found = database.execute("SELECT tag, number FROM records ORDER BY position").fetchall()
    assert [row for row in found if row[0] == "heat"] == [("heat", float(seq)) for seq in range(60)]


def test_it_ends_before_another_process_may_fold(
    store: Store, open_ingest: Callable[..., Any], until: Until, folder: Path
) -> None:
    store.journal.append(messages(500))
    first = open_ingest(fold_seconds=3600, fold_records=FULL)
    first._worker.wake()
    until(lambda: store.journal.mark(MARK) > 0)
    first.stop()
    assert not any(thread.name.startswith("fold") for thread in threading.enumerate())
    assert open_ingest(fold_seconds=0.05).settle()
    assert numbers(store) == list(range(500))
