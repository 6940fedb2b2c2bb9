"""What the journal counts by topic and day: dropped redeliveries, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import pytest

from aas_server.store.contract import OTHER_TOPICS, Quarantined, Store, TopicCount
from aas_server.store.sql import topics
from connectors.message import Message

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)


def at(day: date, hour: int = 23) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp()) * 10**9


def again(topic: str, day: date) -> Message:
    return Message("mqtt://a", topic, b"x", at(day), 1, False, 1)


def reason(position: int, topic: str = "t", day: date = FIRST) -> Quarantined:
    return Quarantined(position, "mqtt://a", topic, at(day), "payload-empty", {"fault": "끝이 없음"})


def told(counts: Sequence[TopicCount]) -> list[tuple[date, str, int]]:
    return [(one.day, one.topic, one.count) for one in counts]


def test_redeliveries_are_counted_with_the_commit(store: Store, messages: Callable[..., list[Message]]) -> None:
    assert store.journal.append(messages(3), redelivered=messages(2)) == 3
    assert store.journal.append([], redelivered=messages(5)) == 3
    assert store.journal.append([]) == 3
    assert store.journal.redelivered() == 7
    assert store.journal.last() == 3


def test_redeliveries_are_told_by_topic_and_day_of_arrival(store: Store) -> None:
    store.journal.append([], [again("b", FIRST), again("공장/a", FIRST), again("b", FIRST)])
    store.journal.append([], [again("b", SECOND), again("b", FIRST)])
    assert told(store.journal.redelivered_by()) == [(FIRST, "b", 3), (FIRST, "공장/a", 1), (SECOND, "b", 1)]
    assert told(store.journal.redelivered_by(topic="b")) == [(FIRST, "b", 3), (SECOND, "b", 1)]
    assert told(store.journal.redelivered_by(day=SECOND)) == [(SECOND, "b", 1)]
    assert told(store.journal.redelivered_by("nothing", FIRST)) == []


def test_too_many_topics_of_a_day_are_counted_together(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "MOST", 2)
    store.journal.append([], [again(name, FIRST) for name in ("a", "b", "c", "d", "a")])
    store.journal.append([], [again(name, FIRST) for name in ("c", "b")])
    store.journal.append([], [again("c", SECOND)])
    assert told(store.journal.redelivered_by()) == [
        (FIRST, OTHER_TOPICS, 3),
        (FIRST, "a", 2),
        (FIRST, "b", 2),
        (SECOND, "c", 1),
    ]
    assert store.journal.redelivered() == 8


@pytest.mark.parametrize("topic", ["가" * 20_000, "half \ud800", "nul \x00"])
def test_any_topic_can_be_counted_and_set_aside(store: Store, topic: str) -> None:
    store.journal.append([], [again(topic, FIRST)])
    assert [one.count for one in store.journal.redelivered_by(topic)] == [1]
    store.journal.quarantine([reason(1, topic)])
    assert [one.count for one in store.journal.quarantined_by(topic)] == [1]
    assert [one.position for one in store.journal.quarantined(topic=topic)] == [1]


def test_a_reason_in_quarantine_is_kept_once(store: Store) -> None:
    def because(position: int, key: str) -> Quarantined:
        return Quarantined(position, "mqtt://a", "t", 7, key, {"fault": "끝이 없음"})

    store.journal.quarantine([because(5, "payload-not-json"), because(9, "payload-empty")])
    store.journal.quarantine([because(5, "another"), because(7, "payload-empty"), because(7, "twice at once")])
    assert store.journal.quarantined_count() == 3
    assert list(store.journal.quarantined()) == [
        because(5, "payload-not-json"),
        because(7, "payload-empty"),
        because(9, "payload-empty"),
    ]
    assert [one.position for one in store.journal.quarantined(after=5, limit=1)] == [7]
    assert [one.count for one in store.journal.quarantined_by()] == [3]


def test_quarantine_is_told_by_topic(store: Store) -> None:
    store.journal.quarantine([reason(1, "a"), reason(2, "b"), reason(3, "a", SECOND), reason(4, "a", SECOND)])
    assert [one.position for one in store.journal.quarantined(topic="a")] == [1, 3, 4]
    assert [one.position for one in store.journal.quarantined(after=1, limit=1, topic="a")] == [3]
    assert told(store.journal.quarantined_by()) == [(FIRST, "a", 1), (FIRST, "b", 1), (SECOND, "a", 2)]
    assert told(store.journal.quarantined_by("a", SECOND)) == [(SECOND, "a", 2)]


def test_what_could_be_read_after_all_is_released(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "MOST", 2)
    store.journal.quarantine([reason(number, topic) for number, topic in enumerate("aabbcd", 1)])
    store.journal.release([1, 3, 5, 77])
    store.journal.release([1])
    assert [one.position for one in store.journal.quarantined()] == [2, 4, 6]
    assert told(store.journal.quarantined_by()) == [(FIRST, OTHER_TOPICS, 1), (FIRST, "a", 1), (FIRST, "b", 1)]
    store.journal.release([2, 4, 6])
    assert store.journal.quarantined_count() == 0
    assert told(store.journal.quarantined_by()) == []
    store.journal.release([])


def test_thousands_are_set_aside_and_released_at_once(store: Store) -> None:
    many = [reason(position, f"t/{position % 7}") for position in range(1, 5001)]
    store.journal.quarantine(many)
    store.journal.quarantine(many)
    assert sum(one.count for one in store.journal.quarantined_by()) == store.journal.quarantined_count() == 5000
    store.journal.release(range(1, 5000))
    assert [one.position for one in store.journal.quarantined()] == [5000]
