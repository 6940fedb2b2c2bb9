"""How long we were connected to each source, by day: what tells a silent machine from a server that was away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import msgspec

from aas_server.errors import NotFound
from aas_server.store.contract import Store

SERVER = "server"
"""The source whose presence is that of the server itself: pushes and files need no connection."""
_LONGEST = 60.0
"""Seconds between two looks beyond which the time is not counted: the machine slept."""


class Presence:
    """Adds up; what was not written when a process dies is lost, so the figure is never too high."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._looked: float | None = None
        self._seconds: dict[tuple[str, str], float] = {}

    def look(self, connected: Mapping[str, bool], monotonic: float, now: datetime) -> None:
        """These sources are connected or not at present. The time since the look before counts for those that are,
        on the day it is now (UTC)."""
        before, self._looked = self._looked, monotonic
        if before is None or not 0 <= monotonic - before <= _LONGEST:
            return
        day = now.astimezone(UTC).date().isoformat()
        for source in (SERVER, *(name for name, here in connected.items() if here)):
            self._seconds[day, source] = self._seconds.get((day, source), 0.0) + monotonic - before

    def write(self) -> None:
        """Make durable what was added up."""
        for (day, source), seconds in self._seconds.items():
            total = seconds_on(self._store, day, source) + seconds
            self._store.catalogue.put("presence", f"{day}/{source}", msgspec.json.encode(round(total, 3)))
        self._seconds.clear()


def seconds_on(store: Store, day: str, source: str) -> float:
    """Seconds on a day."""
    try:
        return float(msgspec.json.decode(store.catalogue.get("presence", f"{day}/{source}"), type=float))
    except NotFound:
        return 0.0


def share(store: Store, day: date, source: str) -> float:
    """The share of a day, 0 to 1; of a source that has no connection, the server's own."""
    name = day.isoformat()
    seconds = seconds_on(store, name, source if "://" in source else SERVER)
    return round(min(1.0, seconds / 86_400), 4)
