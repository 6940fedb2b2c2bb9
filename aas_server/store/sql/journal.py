"""The journal: one blob a commit, positions without holes, whoever appends."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from aas_server.errors import Unavailable
from aas_server.store.contract import NOTHING, Entry, Erased, Quarantined, TopicCount
from aas_server.store.sql import blobs, quarantine, topics
from aas_server.store.sql.engine import Connection, Database, Row
from aas_server.store.sql.erasing import Erasing
from aas_server.store.sql.tables import Tables
from connectors.message import Message

_READ_BYTES = 64 * 2**20
"""How much is read at once, whatever the number of messages: pictures come by the megabyte."""
_PRUNE = 1000
"""Commits that go in one transaction, at most: nobody can append meanwhile."""
_COUNT = """
INSERT INTO counter (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value
"""
_PRUNED = """
INSERT INTO counter (name, value) VALUES ('pruned', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_END = """
SELECT (SELECT max(last) FROM batch), (SELECT latest FROM batch_arrival ORDER BY last DESC LIMIT 1),
       (SELECT value FROM counter WHERE name = 'pruned')
"""
_BATCH = "INSERT INTO batch (last, count, body) VALUES (?, ?, ?)"
_BATCH_ARRIVAL = "INSERT INTO batch_arrival (last, latest, size) VALUES (?, ?, ?)"
_BATCH_SOURCE = "INSERT INTO batch_source (source, last, count) VALUES (?, ?, ?)"
_MARK = """
INSERT INTO mark (name, position) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position
"""
_MEMORY = """
INSERT INTO memory (name, key, body) VALUES (?, ?, ?) ON CONFLICT (name, key) DO UPDATE SET body = excluded.body
"""
_SIZE = "coalesce(size, length(body))"
_AHEAD = f"""
SELECT batch.last, count, {_SIZE} FROM batch LEFT JOIN batch_arrival ON batch_arrival.last = batch.last
WHERE batch.last > ? ORDER BY batch.last LIMIT ?
"""  # noqa: S608
_SOURCES = f"""
SELECT batch.last, batch_source.count, {_SIZE}
FROM batch_source JOIN batch ON batch.last = batch_source.last
LEFT JOIN batch_arrival ON batch_arrival.last = batch.last
WHERE source = ? ORDER BY batch_source.last DESC LIMIT ?
"""  # noqa: S608
_OLDEST = """
SELECT latest FROM batch LEFT JOIN batch_arrival ON batch_arrival.last = batch.last ORDER BY batch.last LIMIT 1
"""
_SINCE = """
SELECT batch.last - count FROM batch_arrival JOIN batch ON batch.last = batch_arrival.last
WHERE latest >= ? ORDER BY latest, batch_arrival.last LIMIT 1
"""


class SqlJournal:
    """Implements ``contract.Journal``. ``tables`` are those of the same database."""

    def __init__(self, database: Database, tables: Tables) -> None:
        self._database = database
        self._tables = tables

    def append(self, messages: Sequence[Message], redelivered: Sequence[Message] = ()) -> int:
        body = blobs.packed(messages)
        kept = blobs.compressed(body)
        with self._database.writing() as connection:
            if redelivered:
                connection.execute(_COUNT, ("redelivered", len(redelivered)))
                topics.add(connection, "redelivered", [(one.topic, one.arrival) for one in redelivered])
            last, latest, pruned = connection.execute(_END).fetchone()
            last = pruned or 0 if last is None else last
            if not messages:
                return int(last)
            last += len(messages)
            latest = max(latest or 0, max(message.arrival for message in messages))
            sources = Counter(message.source for message in messages)
            with connection.together():
                connection.execute(_BATCH, (last, len(messages), kept))
                connection.execute(_BATCH_ARRIVAL, (last, latest, len(body)))
                for source, count in sources.items():
                    connection.execute(_BATCH_SOURCE, (source, last, count))
        return int(last)

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        with self._database.reading() as connection:
            ahead = connection.execute(_AHEAD, (after, max(limit, 1))).fetchall()
            upto = _enough(
                [(last, min(count, last - after), size) for last, count, size in ahead], limit, _READ_BYTES
            )
            bodies = connection.execute(
                "SELECT last, body FROM batch WHERE last > ? AND last <= ? ORDER BY last", (after, upto)
            ).fetchall()
        return [entry for entry in self._entries(bodies) if entry.position > after]

    def tail(self, source: str, limit: int, size: int = 64 * 2**20) -> Sequence[Entry]:
        with self._database.reading() as connection:
            back = connection.execute(_SOURCES, (source, max(limit, 1))).fetchall()
            since = _enough(back, limit, size)
            bodies = connection.execute(
                "SELECT batch.last, body FROM batch_source JOIN batch ON batch.last = batch_source.last"
                " WHERE source = ? AND batch_source.last >= ? ORDER BY batch_source.last",
                (source, since),
            ).fetchall()
        found = [one for one in self._entries(bodies) if one.message.source == source and not one.erased]
        return found[-limit:] if limit else []

    def _entries(self, bodies: Sequence[Row]) -> list[Entry]:
        try:
            return [entry for last, body in bodies for entry in blobs.entries(last, body)]
        except blobs.Broken as fault:
            raise Unavailable("store-damaged", file=self._database.place, fault=str(fault)) from fault

    def first(self) -> int:
        with self._database.reading() as connection:
            row = connection.execute("SELECT last - count + 1 FROM batch ORDER BY last LIMIT 1").fetchone()
            return int(row[0]) if row else _last(connection) + 1

    def last(self) -> int:
        with self._database.reading() as connection:
            return _last(connection)

    def since(self, arrival: int) -> int:
        with self._database.reading() as connection:
            after = _before(connection, arrival)
        while entries := self.read(after, 1):
            for entry in entries:
                if entry.message.arrival >= arrival:
                    return entry.position
            after = entries[-1].position
        return after + 1

    def size(self) -> int:
        return self._tables.size()

    def prune(self, upto: int) -> int:
        pruned = 0
        while count := self._prune_some(upto):
            pruned += count
        return pruned

    def _prune_some(self, upto: int) -> int:
        with self._database.writing() as connection:
            passed = connection.execute("SELECT coalesce(min(position), 0) FROM mark").fetchone()[0]
            rows = connection.execute(_AHEAD, (0, _PRUNE)).fetchall()
            going = [row for row in rows if row[0] <= min(upto, passed)]
            if not going:
                return 0
            last = _enough(going, sys.maxsize, _READ_BYTES)
            for table in ("batch", "batch_arrival", "batch_source"):
                connection.execute(f"DELETE FROM {table} WHERE last <= ?", (last,))  # noqa: S608
            quarantine.take_upto(connection, last)
            # Without any commit left this alone says where the next one goes on.
            connection.execute(_PRUNED, (last,))
        return sum(int(count) for position, count, _ in going if position <= last)

    def erase(self, wanted: Callable[[Entry], bool]) -> Erased:
        return Erasing(self._database, wanted).run()

    def redelivered(self) -> int:
        with self._database.reading() as connection:
            return _counter(connection, "redelivered")

    def redelivered_by(self, topic: str | None = None, day: date | None = None) -> Sequence[TopicCount]:
        with self._database.reading() as connection:
            return topics.counted(connection, "redelivered", topic, day)

    def mark(self, name: str) -> int:
        with self._database.reading() as connection:
            row = connection.execute("SELECT position FROM mark WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def set_mark(self, name: str, position: int, memory: Mapping[str, bytes | None] = NOTHING) -> None:
        kept = [(name, key, body) for key, body in memory.items() if body is not None]
        gone = [(name, key) for key, body in memory.items() if body is None]
        with self._database.writing() as connection:
            connection.execute(_MARK, (name, position))
            connection.executemany(_MEMORY, kept)
            connection.executemany("DELETE FROM memory WHERE name = ? AND key = ?", gone)

    def memory(self, name: str) -> Mapping[str, bytes]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT key, body FROM memory WHERE name = ? ORDER BY key", (name,)
            ).fetchall()
        return {key: bytes(body) for key, body in rows}

    def quarantine(self, messages: Sequence[Quarantined]) -> None:
        if messages:
            with self._database.writing() as connection:
                quarantine.add(connection, messages)

    def quarantined(self, after: int = 0, limit: int = 100, topic: str | None = None) -> Sequence[Quarantined]:
        with self._database.reading() as connection:
            return quarantine.page(connection, after, limit, topic)

    def quarantined_count(self) -> int:
        with self._database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM quarantine").fetchone()[0])

    def quarantined_by(self, topic: str | None = None, day: date | None = None) -> Sequence[TopicCount]:
        with self._database.reading() as connection:
            return topics.counted(connection, "quarantined", topic, day)

    def release(self, positions: Sequence[int]) -> None:
        if positions:
            with self._database.writing() as connection:
                quarantine.take(connection, positions)


def _before(connection: Connection, arrival: int) -> int:
    """The position from which to look for the first message that arrived at or after a moment."""
    oldest = connection.execute(_OLDEST).fetchone()
    if oldest and oldest[0] is None:
        return 0  # a commit of an older version: what is in it is only known once it is read
    found = connection.execute(_SINCE, (arrival,)).fetchone()
    return int(found[0]) if found else _last(connection)


def _last(connection: Connection) -> int:
    row = connection.execute("SELECT last FROM batch ORDER BY last DESC LIMIT 1").fetchone()
    return int(row[0]) if row else _counter(connection, "pruned")


def _counter(connection: Connection, name: str) -> int:
    row = connection.execute("SELECT value FROM counter WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def _enough(commits: Sequence[tuple[int, int, int]], limit: int, size: int) -> int:
    """The commit, of ``(last position, messages, bytes)`` in the order they are read, with which there are enough
    messages or bytes. The first one is always read, the last one where there is never enough."""
    messages = total = reached = 0
    for reached, count, length in commits:  # noqa: B007 (used after the loop)
        messages += count
        total += length
        if messages >= limit or total >= size:
            break
    return reached
