"""Messages that could not be read, with their reasons."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from aas_server.store.contract import Quarantined
from aas_server.store.sql import texts, topics
from aas_server.store.sql.engine import Connection

_ADD = "INSERT INTO quarantine (position, source, topic, arrival, key, reason) VALUES (?, ?, ?, ?, ?, ?)"
_COLUMNS = "position, source, topic, arrival, key, reason"
_AFTER = f"SELECT {_COLUMNS} FROM quarantine WHERE position > ? ORDER BY position LIMIT ?"  # noqa: S608
_OF_TOPIC = (
    f"SELECT {_COLUMNS} FROM quarantine WHERE substr(topic, 1, {texts.SHORT}) = ? AND position > ?"  # noqa: S608
    " AND topic = ? ORDER BY position LIMIT ?"
)
_AT_ONCE = 1000
"""Rows looked for by one statement's list of positions."""


def add(connection: Connection, messages: Sequence[Quarantined]) -> None:
    """Keep and count those that are not there yet."""
    there = {position for position, _, _ in _at(connection, [one.position for one in messages])}
    new: list[Quarantined] = []
    for one in messages:
        if one.position not in there:
            there.add(one.position)
            new.append(one)
    connection.executemany(_ADD, [_row(one) for one in new])
    topics.add(connection, "quarantined", [(one.topic, one.arrival) for one in new])


def take(connection: Connection, positions: Sequence[int]) -> None:
    """Take out those that are there, and count them no longer."""
    found = _at(connection, positions)
    topics.take(connection, "quarantined", [(topic, arrival) for _, topic, arrival in found])
    connection.executemany("DELETE FROM quarantine WHERE position = ?", [(position,) for position, _, _ in found])


def take_upto(connection: Connection, last: int) -> None:
    """Take out all up to a position."""
    rows = connection.execute("SELECT topic, arrival FROM quarantine WHERE position <= ?", (last,)).fetchall()
    topics.take(connection, "quarantined", rows)
    connection.execute("DELETE FROM quarantine WHERE position <= ?", (last,))


def page(connection: Connection, after: int, limit: int, topic: str | None) -> list[Quarantined]:
    """See ``contract.Journal.quarantined``."""
    if topic is None:
        rows = connection.execute(_AFTER, (after, limit)).fetchall()
    else:
        kept = topics.storable(topic)
        rows = connection.execute(_OF_TOPIC, (kept[: texts.SHORT], after, kept, limit)).fetchall()
    return [_quarantined(*row) for row in rows]


def _quarantined(position: int, source: str, topic: str, arrival: int, key: str, reason: bytes) -> Quarantined:
    return Quarantined(position, source, topic, arrival, key, msgspec.json.decode(reason))


def _at(connection: Connection, positions: Sequence[int]) -> list[tuple[int, str, int]]:
    """Position, topic and arrival of those that are in quarantine."""
    found: list[tuple[int, str, int]] = []
    for start in range(0, len(positions), _AT_ONCE):
        some = positions[start : start + _AT_ONCE]
        places = ", ".join("?" * len(some))
        found += connection.execute(
            f"SELECT position, topic, arrival FROM quarantine WHERE position IN ({places})",  # noqa: S608
            some,
        ).fetchall()
    return found


def _row(one: Quarantined) -> tuple[object, ...]:
    reason = msgspec.json.encode(one.values)
    return (one.position, one.source, topics.storable(one.topic), one.arrival, one.key, reason)
