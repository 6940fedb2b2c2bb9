"""The journal: one blob a commit, positions without holes, whoever appends."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from aas_server.store.contract import Entry, Quarantined
from aas_server.store.sqlite.database import Database
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
INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value
"""


class SqliteJournal:
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
            connection.execute("INSERT INTO batch VALUES (?, ?, ?)", (last, len(messages), body))
            connection.executemany(
                "INSERT INTO batch_source VALUES (?, ?, ?)",
                [(source, last, count) for source, count in Counter(m.source for m in messages).items()],
            )
        return last

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        entries: list[Entry] = []
        size = 0
        with self._database.reading() as connection:
            rows = connection.execute("SELECT last, body FROM batch WHERE last > ? ORDER BY last", (after,))
            for last, body in rows:
                entries += (entry for entry in _entries(last, body) if entry.position > after)
                size += len(body)
                if len(entries) >= limit or size >= _READ_BYTES:
                    break
            rows.close()
        return entries

    def tail(self, source: str, limit: int, size: int = 64 * 2**20) -> Sequence[Entry]:
        found: list[Entry] = []
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT batch.last, body FROM batch_source JOIN batch USING (last)"
                " WHERE source = ? ORDER BY batch_source.last DESC",
                (source,),
            )
            for last, body in rows:
                found[:0] = (entry for entry in _entries(last, body) if entry.message.source == source)
                size -= len(body)
                if len(found) >= limit or size <= 0:
                    break
            rows.close()
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
            connection.execute("INSERT OR REPLACE INTO mark VALUES (?, ?)", (name, position))

    def quarantine(self, messages: Sequence[Quarantined]) -> None:
        if not messages:
            return
        rows = [
            (each.position, each.source, each.topic, each.arrival, each.key, msgspec.json.encode(each.values))
            for each in messages
        ]
        with self._database.writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO quarantine VALUES (?, ?, ?, ?, ?, ?)", rows)

    def quarantined(self, after: int = 0, limit: int = 100) -> Sequence[Quarantined]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM quarantine WHERE position > ? ORDER BY position LIMIT ?", (after, limit)
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


def _last(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT last FROM batch ORDER BY last DESC LIMIT 1").fetchone()
    return int(row[0]) if row else 0
