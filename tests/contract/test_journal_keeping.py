"""What a journal lets go of, and how moments and readers' notes are found in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec
import pytest

from aas_server.store.contract import Entry, Quarantined, Store
from connectors.message import Message

Messages = Callable[..., list[Message]]


def fill(store: Store, messages: Messages, commits: int, count: int) -> None:
    for number in range(commits):
        store.journal.append(messages(count, first=number * count))


def test_whole_commits_go_and_positions_go_on(store: Store, messages: Messages) -> None:
    fill(store, messages, commits=5, count=10)
    store.journal.quarantine([Quarantined(position, "s", "t", 1, "k", {}) for position in (3, 20, 21)])
    store.journal.set_mark("fold", 50)
    assert store.journal.prune(29) == 20
    assert (store.journal.first(), store.journal.last()) == (21, 50)
    assert [entry.position for entry in store.journal.read(0, 1)] == list(range(21, 31))
    assert [one.position for one in store.journal.quarantined()] == [21]
    assert len(store.journal.tail("mqtt://plant", 100)) == 30
    assert store.journal.prune(29) == 0
    assert store.journal.append(messages(1)) == 51


def test_nothing_goes_that_a_reader_has_not_passed(store: Store, messages: Messages) -> None:
    fill(store, messages, commits=5, count=10)
    assert store.journal.prune(50) == 0
    store.journal.set_mark("fold", 50)
    store.journal.set_mark("evidence", 25)
    assert store.journal.prune(50) == 20
    assert store.journal.first() == 21


def test_positions_go_on_where_everything_went(
    store: Store, open_again: Callable[[], Store], messages: Messages
) -> None:
    fill(store, messages, commits=3, count=4)
    store.journal.set_mark("fold", 12)
    assert store.journal.prune(12) == 12
    for journal in (store.journal, open_again().journal):
        assert (journal.first(), journal.last(), journal.since(0)) == (13, 12, 13)
        assert list(journal.read(0, 10)) == []
    assert store.journal.append(messages(2)) == 14
    assert [entry.position for entry in store.journal.read(0, 10)] == [13, 14]


def test_thousands_of_commits_go_at_once(store: Store, messages: Messages) -> None:
    fill(store, messages, commits=1203, count=1)
    store.journal.set_mark("fold", 1203)
    assert store.journal.prune(1201) == 1201
    assert store.journal.first() == 1202


def test_a_moment_is_found_whatever_the_clock_did(store: Store) -> None:
    for arrivals in ((10, 20), (30, 5, 40), (35,), (50, 60)):
        store.journal.append([Message("s", "t", b"", arrival) for arrival in arrivals])
    found = {arrival: store.journal.since(arrival) for arrival in (0, 10, 11, 30, 31, 40, 41, 60, 61)}
    assert found == {0: 1, 10: 1, 11: 2, 30: 3, 31: 5, 40: 5, 41: 7, 60: 8, 61: 9}
    store.journal.set_mark("fold", 8)
    store.journal.prune(5)
    assert (store.journal.since(0), store.journal.since(36), store.journal.since(41)) == (6, 7, 7)


def test_it_tells_its_size(store: Store) -> None:
    before = store.journal.size()
    noise = b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(30_000))
    store.journal.append([Message("camera", "image", noise, 1)])
    assert store.journal.size() - before >= len(noise)


def test_a_reader_keeps_notes_with_its_mark(store: Store, open_again: Callable[[], Store]) -> None:
    store.journal.set_mark("fold", 5, {"births/a": b"\x00\xff", "births/나": b"", "old": b"1"})
    store.journal.set_mark("other", 1, {"old": b"other's"})
    store.journal.set_mark("fold", 9, {"births/a": b"new", "old": None, "never": None})
    store.journal.set_mark("fold", 10)
    journal = open_again().journal
    assert journal.mark("fold") == 10
    assert dict(journal.memory("fold")) == {"births/a": b"new", "births/나": b""}
    assert dict(journal.memory("other")) == {"old": b"other's"}


def test_a_note_that_cannot_be_kept_leaves_the_mark(store: Store) -> None:
    store.journal.set_mark("fold", 5, {"a": b"1"})
    with pytest.raises(Exception, match=r".+"):
        store.journal.set_mark("fold", 9, {"a": b"2", "b": object()})  # type: ignore[dict-item]
    assert (store.journal.mark("fold"), dict(store.journal.memory("fold"))) == (5, {"a": b"1"})


def of_topic(topic: str) -> Callable[[Entry], bool]:
    return lambda entry: entry.message.topic == topic


def test_a_topic_is_erased_and_positions_stay(store: Store, messages: Messages) -> None:
    sent = messages(90)
    for start in range(0, 90, 9):
        store.journal.append(sent[start : start + 9], redelivered=sent[start : start + 2])
    store.journal.quarantine(
        [Quarantined(position, "s", sent[position - 1].topic, 1, "k", {}) for position in (1, 2, 31)]
    )
    gone = [message for message in sent if message.topic == "t/0"]
    parts = [(m.source, m.topic, m.payload, m.arrival, m.qos, m.retain, m.packet_id, m.left_out) for m in gone]
    erased = store.journal.erase(of_topic("t/0"))
    assert erased.messages == 30
    assert erased.bytes == sum(len(message.payload) for message in gone)
    assert erased.digest == hashlib.sha256(b"".join(map(msgspec.msgpack.encode, parts))).hexdigest()
    entries = store.journal.read(0, 1000)
    assert [entry.position for entry in entries] == list(range(1, 91))
    assert [entry.message for entry in entries if not entry.erased] == [m for m in sent if m.topic != "t/0"]
    left = [entry.message for entry in entries if entry.erased]
    assert {(m.topic, m.payload, m.packet_id) for m in left} == {("", b"", 0)}
    assert [m.arrival for m in left] == [m.arrival for m in gone]
    assert [entry.position for entry in store.journal.tail("mqtt://plant", 3)] == [87, 89, 90]
    assert [one.position for one in store.journal.quarantined()] == [2]
    assert {one.topic for one in store.journal.quarantined_by()} == {"t/1"}
    assert {one.topic: one.count for one in store.journal.redelivered_by()} == {"#": 10, "t/1": 10}


def test_an_erasure_that_broke_off_takes_the_rest(store: Store, messages: Messages) -> None:
    fill(store, messages, commits=6, count=5)
    seen = []

    def break_off(entry: Entry) -> bool:
        seen.append(entry)
        if len(seen) > 17:
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        store.journal.erase(break_off)
    already = sum(entry.erased for entry in store.journal.read(0, 100))
    assert already == 5
    assert store.journal.erase(lambda _: True).messages == 25
    assert store.journal.erase(lambda _: True).messages == 0
    assert all(entry.erased for entry in store.journal.read(0, 100))
