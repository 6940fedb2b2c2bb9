"""Messages counted by topic and day, for a bounded number of topics a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from aas_server.store.contract import OTHER_TOPICS, TopicCount
from aas_server.store.sql import texts
from aas_server.store.sql.engine import Connection

What = Literal["redelivered", "quarantined"]
MOST = 1000
"""Topics counted apart on one day: a feed whose topics are ids would otherwise fill the database with counts."""
_DAY = 86_400 * 10**9
_EPOCH = date(1970, 1, 1)
_ADD = """
INSERT INTO topic_count (what, day, topic, count) VALUES (?, ?, ?, ?)
ON CONFLICT (what, day, topic) DO UPDATE SET count = topic_count.count + excluded.count
"""
_TAKE = "UPDATE topic_count SET count = count - ? WHERE what = ? AND day = ? AND topic = ?"
_OF_DAY = "SELECT topic, count FROM topic_count WHERE what = ? AND day = ?"
_GONE = "DELETE FROM topic_count WHERE what = ? AND topic = ?"


def add(connection: Connection, what: What, arrived: Iterable[tuple[str, int]]) -> None:
    """Count messages, each by its topic and arrival (ns)."""
    for day, counts in _by_day(arrived).items():
        known = {topic for topic, _ in connection.execute(_OF_DAY, (what, day)).fetchall()}
        rows: Counter[str] = Counter()
        for topic, count in counts.items():
            if topic not in known and len(known) >= MOST:
                topic = OTHER_TOPICS
            known.add(topic)
            rows[topic] += count
        connection.executemany(_ADD, [(what, day, topic, count) for topic, count in rows.items()])


def take(connection: Connection, what: What, arrived: Iterable[tuple[str, int]]) -> None:
    """Count messages no longer. What a topic's own count does not hold was counted under the others."""
    for day, counts in _by_day(arrived).items():
        known = dict(connection.execute(_OF_DAY, (what, day)).fetchall())
        rows: Counter[str] = Counter()
        for topic, count in counts.items():
            own = min(count, known.get(topic, 0))
            rows[topic] += own
            rows[OTHER_TOPICS] += count - own
        connection.executemany(_TAKE, [(count, what, day, topic) for topic, count in rows.items() if count])
        connection.execute("DELETE FROM topic_count WHERE what = ? AND day = ? AND count <= 0", (what, day))


def forget(connection: Connection, what: What, gone: Iterable[str]) -> None:
    """Name these topics no longer; what was counted for them stays in the sum of the others."""
    for topic in {_key(one) for one in gone} - {OTHER_TOPICS}:
        rows = connection.execute(
            "SELECT what, day, count FROM topic_count WHERE what = ? AND topic = ?", (what, topic)
        ).fetchall()
        connection.executemany(_ADD, [(what, day, OTHER_TOPICS, count) for _, day, count in rows])
        connection.execute(_GONE, (what, topic))


def counted(connection: Connection, what: What, topic: str | None, day: date | None) -> Sequence[TopicCount]:
    """See ``contract.Journal.redelivered_by``."""
    conditions = ["what = ?"]
    values: list[object] = [what]
    if day is not None:
        conditions.append("day = ?")
        values.append((day - _EPOCH).days)
    if topic is not None:
        conditions.append("topic = ?")
        values.append(_key(topic))
    rows = connection.execute(
        f"SELECT topic, day, count FROM topic_count WHERE {' AND '.join(conditions)} ORDER BY day, topic",  # noqa: S608
        values,
    ).fetchall()
    return [TopicCount(name, _EPOCH + timedelta(days=days), count) for name, days, count in rows]


def storable(topic: str) -> str:
    """A topic as every engine keeps it: MQTT forbids what some don't take, others may send it."""
    return topic if texts.storable(topic) else topic.replace("\x00", "\ufffd").encode(errors="replace").decode()


def _key(topic: str) -> str:
    return texts.key(storable(topic))


def _by_day(arrived: Iterable[tuple[str, int]]) -> Mapping[int, Counter[str]]:
    days: dict[int, Counter[str]] = {}
    for topic, arrival in arrived:
        days.setdefault(arrival // _DAY, Counter())[_key(topic)] += 1
    return days
