"""Messages taken out of the journal for good, a commit at a time."""

from __future__ import annotations

from collections.abc import Callable

from aas_server.errors import Unavailable
from aas_server.store.contract import Entry, Erased
from aas_server.store.digest import MessagesDigest
from aas_server.store.sql import blobs, quarantine, topics
from aas_server.store.sql.engine import Database
from connectors.message import Message

Wanted = Callable[[Entry], bool]
_AHEAD = 100
"""Commits whose positions are asked for at once."""
_BODY = "SELECT body FROM batch WHERE last = ?"


class Erasing:
    """One erasure. It holds one commit's messages at a time; a crash leaves whole commits done or not."""

    def __init__(self, database: Database, wanted: Wanted) -> None:
        self._database = database
        self._wanted = wanted
        self._digest = MessagesDigest()
        self._bytes = 0

    def run(self) -> Erased:
        """See ``contract.Journal.erase``."""
        after = 0
        while commits := self._commits(after):
            for after in commits:
                try:
                    self._commit(after)
                except blobs.Broken as fault:
                    raise Unavailable("store-damaged", file=self._database.place, fault=str(fault)) from fault
        # Also where nothing was found: a crash may have come between the last commit and this.
        self._database.scrub("batch", "quarantine", "topic_count")
        return Erased(self._digest.count, self._bytes, self._digest.hex())

    def _commits(self, after: int) -> list[int]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT last FROM batch WHERE last > ? ORDER BY last LIMIT ?", (after, _AHEAD)
            ).fetchall()
        return [int(last) for (last,) in rows]

    def _commit(self, last: int) -> None:
        with self._database.reading() as connection:
            row = connection.execute(_BODY, (last,)).fetchone()
        if row is None or blobs.without(last, row[0], self._wanted) is None:
            return
        with self._database.writing() as connection:
            # Again, now that nobody else writes: another erasure may have taken others out of it.
            row = connection.execute(_BODY, (last,)).fetchone()
            rest = blobs.without(last, row[0], self._wanted) if row else None
            if rest is None:
                return
            connection.execute("UPDATE batch SET body = ? WHERE last = ?", (blobs.compressed(rest.body), last))
            connection.execute("UPDATE batch_arrival SET size = ? WHERE last = ?", (len(rest.body), last))
            quarantine.take(connection, [entry.position for entry in rest.gone])
            topics.forget(connection, "redelivered", [entry.message.topic for entry in rest.gone])
        self._tell([entry.message for entry in rest.gone])

    def _tell(self, gone: list[Message]) -> None:
        self._bytes += sum(len(message.payload) for message in gone)
        for message in gone:
            self._digest.add(message)
