from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from aas_server.errors import Unavailable
from aas_server.store.contract import Store
from connectors.message import Message


def test_messages_come_back_as_they_came(store: Store) -> None:
    sent = [
        Message("mqtt://a", "공장/1", b"\x00\xff", 1, 1, True, 65535),
        Message("mqtt://b", "", b"", 2**62, 0, False, 0),
    ]
    assert store.journal.append(sent) == 2
    assert [entry.message for entry in store.journal.read(0, 10)] == sent
    assert [entry.position for entry in store.journal.read(0, 10)] == [1, 2]


def test_an_empty_journal_is_at_zero(store: Store) -> None:
    journal = store.journal
    assert (journal.last(), journal.redelivered(), journal.mark("x"), journal.quarantined_count()) == (0, 0, 0, 0)
    assert list(journal.read(0, 10)) == []
    assert list(journal.tail("mqtt://plant", 10)) == []
    assert (journal.first(), journal.since(0), journal.prune(10), dict(journal.memory("x"))) == (1, 1, 0, {})


def test_reading_goes_on_anywhere_in_a_commit(store: Store, messages: Callable[..., list[Message]]) -> None:
    for start in range(0, 30, 10):
        store.journal.append(messages(10, first=start))
    entries = store.journal.read(13, 4)
    assert [entry.position for entry in entries][:4] == [14, 15, 16, 17]
    assert [int(entry.message.payload) for entry in entries] == [entry.position - 1 for entry in entries]
    seen, after = [], 0
    while entries := store.journal.read(after, 1):
        seen += [entry.position for entry in entries]
        after = seen[-1]
    assert seen == list(range(1, 31))


def test_positions_have_no_holes_whoever_appends(
    store: Store, open_again: Callable[[], Store], messages: Callable[..., list[Message]]
) -> None:
    other = open_again()

    def append(which: Store, source: str) -> None:
        for number in range(25):
            which.journal.append(messages(number % 4 + 1, source))

    threads = [threading.Thread(target=append, args=(which, name)) for which, name in ((store, "a"), (other, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = store.journal.read(0, 10_000)
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert len(entries) == 2 * sum(number % 4 + 1 for number in range(25))


def test_the_tail_is_that_of_one_source(store: Store, messages: Callable[..., list[Message]]) -> None:
    store.journal.append(messages(5, "quiet"))
    store.journal.append([*messages(2, "quiet", 5), *messages(2, "busy")])
    for start in range(50):
        store.journal.append(messages(20, "busy", start))
    tail = store.journal.tail("quiet", 4)
    assert [int(entry.message.payload) for entry in tail] == [3, 4, 5, 6]
    assert [entry.position for entry in tail] == [4, 5, 6, 7]
    assert len(store.journal.tail("quiet", 100)) == 7
    assert list(store.journal.tail("unknown", 5)) == []


def test_large_messages_are_read_a_few_at_a_time(store: Store) -> None:
    for number in range(5):
        store.journal.append([Message("camera", "image", bytes(20 * 2**20), number)])
    found, after = [], 0
    while entries := store.journal.read(after, 1000):
        assert len(entries) < 5
        found += [entry.position for entry in entries]
        after = found[-1]
    assert found == [1, 2, 3, 4, 5]


def test_the_tail_is_bounded_in_bytes(store: Store) -> None:
    for number in range(10):
        store.journal.append([Message("camera", "image", bytes(10_000), number)])
    assert len(store.journal.tail("camera", 100, size=35_000)) == 4


def test_marks_stay(store: Store, open_again: Callable[[], Store]) -> None:
    store.journal.set_mark("fold", 5)
    store.journal.set_mark("other", 1)
    store.journal.set_mark("fold", 9)
    assert (open_again().journal.mark("fold"), store.journal.mark("other")) == (9, 1)


@pytest.mark.parametrize("size", [10, 100_000])
def test_a_blob_that_rotted_is_told(store: Store, size: int) -> None:
    for number in range(3):
        store.journal.append([Message("mqtt://a", "t", b"x" * size, number)])
    with store.journal._database.writing() as connection:  # type: ignore[attr-defined]
        body = connection.execute("SELECT body FROM batch WHERE last = 2").fetchone()[0]
        connection.execute("UPDATE batch SET body = ? WHERE last = 2", (bytes(body[: len(body) // 2]),))
    with pytest.raises(Unavailable) as told:
        store.journal.read(0, 10)
    assert told.value.key == "store-damaged"
    with pytest.raises(Unavailable):
        store.journal.erase(lambda _: True)
    assert [entry.position for entry in store.journal.read(2, 10)] == [3]
