"""Faults around folding: a clock that jumps, topics without number, pictures, old values, erasure."""

from __future__ import annotations

import json
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aas_server.ingest import feeds
from aas_server.ingest.declared import Declared
from aas_server.ingest.decode import Decoder
from aas_server.ingest.mending import catch_up
from aas_server.ingest.service import Ingest
from aas_server.settings import Settings
from aas_server.store.contract import Entry, Store
from connectors.message import Message

Until = Callable[[Callable[[], object]], None]
NOW = 1_700_000_000_000_000_000


@pytest.fixture
def ingest(store: Store, settings: Settings) -> Iterator[Ingest]:
    made = Ingest(store, settings.model_copy(update={"fold_seconds": 3600.0}), [])
    made.start()
    yield made
    made.stop()


def wide(second: int, retain: bool = False, **fields: object) -> Message:
    return Message("m", "cell", json.dumps(fields).encode(), NOW + second * 10**9, retain=retain)


def chunk(kind: bytes, body: bytes) -> bytes:
    """A part of a PNG file."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_a_clock_that_jumps_back_harms_neither_rate_nor_lag(
    store: Store, ingest: Ingest, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = time.time_ns() + 3600 * 10**9
    store.journal.append([Message("m", "cell", b'{"v": 1}', ahead + n) for n in range(5)])
    ingest._worker.wake()
    until(lambda: ingest.waiting("cell") is not None)
    assert ingest.rate("cell") > 0
    assert ingest.settle()
    (state,) = ingest.state().streams
    assert (state.lag, state.records) == (0.0, 5)
    store.journal.append([Message("m", "cell", b'{"v": 2}', time.time_ns())])
    assert ingest.settle()
    assert ingest.state().streams[0].records == 6


def test_topics_without_number_do_not_fill_the_memory(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aas_server.ingest.decode._MOST_STREAMS", 50)
    decoder = Decoder(settings, 0)
    entries = [Entry(n, Message("m", f"order/{n}/shot/x", b'{"v": 1}', NOW + n)) for n in range(1, 201)]
    assert decoder.take(entries, Declared({})) == 50
    assert decoder.full
    for stream in list(decoder.batches):
        decoder.done(stream)
    assert (decoder.records, decoder.size, decoder.folded()) == (0, 0, 50)


def test_what_is_old_by_nature_takes_no_newer_value_s_place(store: Store, settings: Settings) -> None:
    def bring(*messages: Message) -> Any:
        store.journal.append(messages)
        catch_up(store, settings)
        return store.live.get("cell")["v"].value

    assert bring(wide(10, v=1)) == 1
    assert bring(wide(20, retain=True, v=2)) == 1
    assert bring(wide(30, v=None)) is None
    assert bring(wide(31, time=NOW + 5 * 10**9, v=3)) is None
    assert bring(wide(32, v=4)) == 4


def test_a_picture_is_durable_before_the_row_that_names_it(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    picture = b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(kind, body) for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b""))
    )
    store.journal.append([Message("m", "camera/image", picture, NOW)])
    order: list[str] = []
    add, fold = type(store.files).add, type(store.lake).fold
    monkeypatch.setattr(type(store.files), "add", lambda *a: order.append("file") or add(*a))
    monkeypatch.setattr(type(store.lake), "fold", lambda *a: order.append("row") or fold(*a))
    catch_up(store, settings)
    assert list(store.journal.quarantined()) == []
    assert order == ["file", "row"]


def test_what_was_erased_while_it_waited_does_not_come_in(store: Store, ingest: Ingest, until: Until) -> None:
    store.journal.append([wide(1, v="secret"), Message("m", "other", b'{"v": 1}', NOW)])
    ingest._worker.wake()
    until(lambda: store.live.get("cell"))
    with store.lake.locked():
        store.journal.erase(lambda entry: entry.message.topic == "cell")
        feeds.touch(store.catalogue)
    assert ingest.settle()
    assert list(store.lake.streams()) == ["other"]
