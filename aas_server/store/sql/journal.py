"""The journal: one blob a commit, positions without holes, whoever appends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from aas_server.store.contract import Entry, Quarantined
from aas_server.store.sql import texts
from aas_server.store.sql.engine import Connection, Database
from connectors.message import Message


class _Kept(msgspec.Struct, array_like=True):
    """A message in a blob. New parts come at the end, with a default: old blobs stay readable."""

    source: str
    topic: str
    payload: bytes
    arrival: int
    qos: int = 0
    retain: bool = False
    packet_id: int = 0
    left_out: int = 0

    def message(self) -> Message:
        return Message(
            self.source,
            self.topic,
            self.payload,
            self.arrival,
            self.qos,
            self.retain,
            self.packet_id,
            self.left_out,
        )


_DECODER = msgspec.msgpack.Decoder(list[_Kept])
_READ_BYTES = 64 * 2**20
"""How much is read at once, whatever the number of messages: pictures come by the megabyte."""
_COUNT = """
INSERT INTO counter (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value
"""
_BATCH = "INSERT INTO batch (last, count, body) VALUES (?, ?, ?)"
_BATCH_SOURCE = "INSERT INTO batch_source (source, last, count) VALUES (?, ?, ?)"
_MARK = """
INSERT INTO mark (name, position) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position
"""
_QUARANTINE = """
INSERT INTO quarantine (position, source, topic, arrival, key, reason) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (position) DO NOTHING
"""
_QUARANTINED = """
SELECT position, source, topic, arrival, key, reason FROM quarantine WHERE position > ? ORDER BY position LIMIT ?
"""
_SOURCES = """
SELECT batch.last, batch_source.count, length(body) FROM batch_source JOIN batch ON batch.last = batch_source.last
WHERE source = ? ORDER BY batch_source.last DESC LIMIT ?
"""


class SqlJournal:
    """Implements ``contract.Journal``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, messages: Sequence[Message], redelivered: int = 0) -> int:
        body = msgspec.msgpack.encode([_kept(message) for message in messages])
        with self._database.writing() as connection:
            last = _last(connection)
            if redelivered:
                connection.execute(_COUNT, ("redelivered", redelivered))
            if not messages:
                return last
            last += len(messages)
            connection.execute(_BATCH, (last, len(messages), body))
            connection.executemany(
                _BATCH_SOURCE,
                [(source, last, count) for source, count in Counter(m.source for m in messages).items()],
            )
        return last

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        with self._database.reading() as connection:
            ahead = connection.execute(
                "SELECT last, count, length(body) FROM batch WHERE last > ? ORDER BY last LIMIT ?",
                (after, max(limit, 1)),
            ).fetchall()
            upto = _enough(
                [(last, min(count, last - after), size) for last, count, size in ahead], limit, _READ_BYTES
            )
            bodies = connection.execute(
                "SELECT last, body FROM batch WHERE last > ? AND last <= ? ORDER BY last", (after, upto)
            ).fetchall()
        return [entry for row in bodies for entry in _entries(*row) if entry.position > after]

    def tail(self, source: str, limit: int, size: int = 64 * 2**20) -> Sequence[Entry]:
        with self._database.reading() as connection:
            back = connection.execute(_SOURCES, (source, max(limit, 1))).fetchall()
            since = _enough(back, limit, size)
            bodies = connection.execute(
                "SELECT batch.last, body FROM batch_source JOIN batch ON batch.last = batch_source.last"
                " WHERE source = ? AND batch_source.last >= ? ORDER BY batch_source.last",
                (source, since),
            ).fetchall()
        found = [entry for row in bodies for entry in _entries(*row) if entry.message.source == source]
        return found[-limit:] if limit else []

    def last(self) -> int:
        with self._database.reading() as connection:
            return _last(connection)

    def redelivered(self) -> int:
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM counter WHERE name = 'redelivered'").fetchone()
        return int(row[0]) if row else 0

    def mark(self, name: str) -> int:
        with self._database.reading() as connection:
            row = connection.execute("SELECT position FROM mark WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def set_mark(self, name: str, position: int) -> None:
        with self._database.writing() as connection:
            connection.execute(_MARK, (name, position))

    def quarantine(self, messages: Sequence[Quarantined]) -> None:
        if not messages:
            return
        rows = [
            (
                each.position,
                each.source,
                _text(each.topic),
                each.arrival,
                each.key,
                msgspec.json.encode(each.values),
            )
            for each in messages
        ]
        with self._database.writing() as connection:
            connection.executemany(_QUARANTINE, rows)

    def quarantined(self, after: int = 0, limit: int = 100) -> Sequence[Quarantined]:
        with self._database.reading() as connection:
            rows = connection.execute(
                _QUARANTINED,
                (after, limit),
            ).fetchall()
        return [_quarantined(row) for row in rows]

    def quarantined_count(self) -> int:
        with self._database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM quarantine").fetchone()[0])


def _kept(message: Message) -> _Kept:
    return _Kept(
        message.source,
        message.topic,
        message.payload,
        message.arrival,
        message.qos,
        message.retain,
        message.packet_id,
        message.left_out,
    )


def _entries(last: int, body: bytes) -> Iterator[Entry]:
    kept = _DECODER.decode(body)
    return (Entry(position, one.message()) for position, one in enumerate(kept, last - len(kept) + 1))


def _quarantined(row: tuple[int, str, str, int, str, bytes]) -> Quarantined:
    position, source, topic, arrival, key, reason = row
    return Quarantined(position, source, topic, arrival, key, msgspec.json.decode(reason))


def _last(connection: Connection) -> int:
    row = connection.execute("SELECT last FROM batch ORDER BY last DESC LIMIT 1").fetchone()
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


def _text(topic: str) -> str:
    """A topic as every engine keeps it: MQTT forbids what some don't take, others may send it."""
    return topic if texts.storable(topic) else topic.replace("\x00", "\ufffd").encode(errors="replace").decode()
