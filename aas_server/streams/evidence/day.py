"""What one day (UTC) of one stream, and of the journal as a whole, came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import msgspec

from aas_server.clock import ns
from aas_server.errors import BadInput, NotFound
from aas_server.store.contract import Store
from aas_server.store.sections import everything
from aas_server.streams.evidence.chain import digest

MOST_DAYS = 400
"""Days of a stream in one answer."""
OTHERS = "(others)"
"""Stands for all topics that no stream was made of: there may be very many."""


@dataclass(frozen=True, slots=True)
class StreamDay:
    """Counts of what arrived on ``day``. ``duplicates``: redelivered and dropped; ``repeated``, ``conflicting``,
    ``late``: records flagged so. ``interval``: seconds between expected points, declared or, where the day's
    points are regular, their median; ``None`` where neither. ``gaps``: stretches without a point longer than three
    intervals, and jumps in a Sparkplug sequence; ``coverage``: points that are there of those expected, 0 to 1
    (``None`` without an interval). ``uptime``: share of the day that we were connected to its source. ``first``
    and ``last``: the records' times (ISO 8601 UTC). ``hash``: of all this, as in ``chain``."""

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
    hash: str = ""

    def sealed(self) -> StreamDay:
        """With its hash."""
        return replace(self, hash=self.computed())

    def computed(self) -> str:
        """The hash that follows from the rest."""
        plain = msgspec.to_builtins(self)
        del plain["hash"]
        return digest(plain)


@dataclass(frozen=True, slots=True)
class JournalDay:
    """All messages of a day: the positions ``first`` to ``last`` (``last`` before ``first`` where nothing came),
    and the SHA-256 over them (``store.digest``). ``streams``: how many stream days belong to it; ``root``: the
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


def root(days: Sequence[StreamDay]) -> str:
    """The SHA-256 over the hashes of stream days, in order of the streams' names."""
    return digest([one.hash for one in sorted(days, key=lambda one: one.stream)])


def bounds(day: date) -> tuple[int, int]:
    """The moments (ns since 1970, UTC) at which a day begins and the next one does."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return ns(begin), ns(begin + timedelta(days=1))


def keep(store: Store, one: StreamDay) -> None:
    """Keep a stream's day."""
    store.catalogue.put("evidence-day", f"{one.day}/{one.stream}", msgspec.json.encode(one))


def of_day(store: Store, wanted: str) -> Iterator[StreamDay]:
    """All streams' days of one day (``YYYY-MM-DD``), in order of their names."""
    for id, body in everything(store.catalogue, "evidence-day", f"{wanted}/"):
        if not id.startswith(f"{wanted}/"):
            return
        yield msgspec.json.decode(body, type=StreamDay)


def of_stream(store: Store, stream: str, since: date, until: date) -> list[StreamDay]:
    """A stream's days from one day to another, both included."""
    found = []
    wanted = since
    while wanted <= until:
        with suppress(NotFound):
            body = store.catalogue.get("evidence-day", f"{wanted.isoformat()}/{stream}")
            found.append(msgspec.json.decode(body, type=StreamDay))
        wanted += timedelta(days=1)
    return found


def of_stream_between(store: Store, stream: str, since: str | None, until: str | None) -> list[StreamDay]:
    """A stream's days between two (``YYYY-MM-DD``, both included), at most ``MOST_DAYS``; the last ones where
    nothing is said. Raises ``BadInput`` for what is no such span, ``NotFound`` for an unknown stream."""
    sealed = last_sealed(store)
    last = parsed("to", until) if until else date.fromisoformat(sealed.day) if sealed else None
    found = []
    if last is not None:
        first = parsed("from", since) if since else last - timedelta(days=MOST_DAYS - 1)
        if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
            raise BadInput("evidence-days-wrong", since=str(first), until=str(last), most=MOST_DAYS)
        found = of_stream(store, stream, first, last)
    if not found:
        try:
            store.catalogue.get("stream", stream)
        except NotFound:
            raise NotFound("stream-not-found", stream=stream) from None
    return found


def last_sealed(store: Store) -> JournalDay | None:
    """The day that was sealed last."""
    try:
        return msgspec.json.decode(store.catalogue.get("evidence-last-day", ""), type=JournalDay)
    except NotFound:
        return None


def parsed(name: str, given: str) -> date:
    """A day as people write it, ``YYYY-MM-DD``. Raises ``BadInput``."""
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise BadInput("evidence-day-wrong", name=name, given=given[:40]) from None
