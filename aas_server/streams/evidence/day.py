"""What one day (UTC) of one stream, and of the journal as a whole, came to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import msgspec

from aas_server.store.contract import Store
from aas_server.streams.evidence.chain import digest

OTHERS = "(others)"
"""Stands for all topics that no stream was made of: there may be very many."""


@dataclass(frozen=True, slots=True)
class StreamDay:
    """Counts of what arrived on ``day``. ``duplicates``: redelivered and dropped; ``repeated``, ``conflicting``,
    ``late``: records flagged so. ``interval``: seconds between expected points, declared or, where the day's points
    are regular, their median; ``None`` where neither. ``gaps``: stretches without a point longer than three
    intervals, and jumps in a Sparkplug sequence; ``coverage``: points that are there of those expected, 0 to 1
    (``None`` without an interval). ``uptime``: share of the day that we were connected to its source. ``first`` and
    ``last``: the records' times (ISO 8601 UTC). ``previous``: the hash of the stream's day before; ``hash``: of all
    this, as in ``chain``."""

    stream: str
    day: str
    source: str
    messages: int
    records: int
    duplicates: int
    quarantined: int
    repeated: int
    conflicting: int
    late: int
    gaps: int | None
    interval: float | None
    expected: int | None
    coverage: float | None
    uptime: float
    first: str | None
    last: str | None
    previous: str = ""
    hash: str = ""

    def sealed(self, previous: str) -> StreamDay:
        """With its hashes."""
        draft = replace(self, previous=previous, hash="")
        return replace(draft, hash=draft.computed())

    def computed(self) -> str:
        """The hash that follows from the rest."""
        plain = msgspec.to_builtins(self)
        del plain["hash"]
        return digest(plain)


@dataclass(frozen=True, slots=True)
class JournalDay:
    """All messages of a day: the positions ``first`` to ``last`` (``last`` before ``first`` where nothing came),
    and the SHA-256 over them, as in ``Erased``. ``streams``: how many stream days belong to it; ``root``: the
    SHA-256 of their hashes in order of the streams' names."""

    day: str
    first: int
    last: int
    messages: int
    digest: str
    streams: int
    root: str
    redelivered: int
    quarantined: int


def bounds(day: date) -> tuple[int, int]:
    """The moments (ns since 1970, UTC) at which a day begins and the next one does."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return _ns(begin), _ns(begin + timedelta(days=1))


def keep(store: Store, one: StreamDay) -> None:
    """Keep a stream's day."""
    store.catalogue.put("evidence-day", f"{one.stream}/{one.day}", msgspec.json.encode(one))


def of_stream(store: Store, stream: str, limit: int, after: str = "") -> list[StreamDay]:
    """At most ``limit`` days of a stream after a day (``YYYY-MM-DD``), in order."""
    found = store.catalogue.page("evidence-day", limit, f"{stream}/{after}")
    return [msgspec.json.decode(body, type=StreamDay) for id, body in found if id.rpartition("/")[0] == stream]


def _ns(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000_000
