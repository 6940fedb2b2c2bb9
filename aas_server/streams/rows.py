"""One row a stream, discovered or adopted: what ``aas streams``, ``GET /streams`` and the page show."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any, Literal, Protocol

import msgspec

from aas_server.clock import from_ns, iso
from aas_server.errors import AasError, NotFound
from aas_server.ingest import behind
from aas_server.ingest.behind import Behind
from aas_server.ingest.feeds import Declaration
from aas_server.store.contract import Quarantined, Section, Store, StreamFacts
from aas_server.store.sections import everything
from aas_server.streams.counted import Counted, Counts

State = Literal["discovered", "adopted"]


class Pulse(Protocol):
    """What only who decodes at present can tell of a stream."""

    def rate(self, stream: str) -> float | None:
        """Records a second over the last moments; ``None`` where nobody counts."""
        ...

    def waiting(self, stream: str) -> int | None:
        """The arrival (ns) of the stream's oldest message that is not in the lake yet."""
        ...

    def now(self) -> int:
        """ns since 1970, UTC."""
        ...


@dataclass(frozen=True, slots=True)
class StreamRow:
    """``messages``, ``records`` and ``flagged`` are those in the lake; ``duplicates`` were dropped as redelivery,
    ``quarantined`` could not be read. ``first`` and ``last`` are times of records (the arrival where the last one
    bears none), ns since 1970, UTC. ``lag``: seconds that the oldest message not in the lake has waited.
    ``rate``: records a second. ``error``: why its records are not stored at present."""

    name: str
    source: str
    state: State
    topic: str
    shape: str
    messages: int
    records: int
    flagged: int
    duplicates: int
    quarantined: int
    first: int | None
    last: int | None
    last_arrival: int | None
    lag: float
    rate: float | None
    origin: str | None = None
    error: AasError | None = None

    def as_json(self) -> dict[str, Any]:
        """With times in ISO 8601 UTC; the keys that tools rely on come first."""
        return {
            "name": self.name,
            "source": self.source,
            "state": self.state,
            "messages": self.messages,
            "records": self.records,
            "duplicates": self.duplicates,
            "quarantined": self.quarantined,
            "first": _iso(self.first),
            "last": _iso(self.last),
            "lag": round(self.lag, 3),
            "topic": self.topic,
            "shape": self.shape,
            "flagged": self.flagged,
            "rate": None if self.rate is None else round(self.rate, 3),
            "last_arrival": _iso(self.last_arrival),
            "origin": self.origin,
            "error": self.error.key if self.error else None,
        }


@dataclass(frozen=True, slots=True)
class _Part:
    """What one place knows of a stream."""

    name: str
    facts: StreamFacts | None = None
    declaration: Declaration | None = None


class Rows:
    """Reads the rows in order of name. A page costs by its own length: no table is opened."""

    def __init__(self, store: Store, pulse: Pulse) -> None:
        self._store = store
        self._pulse = pulse
        self._counts = Counts(store)

    def page(
        self, limit: int, after: str = "", *, state: State | None = None, search: str = ""
    ) -> tuple[list[StreamRow], str | None]:
        """At most ``limit`` rows whose name follows ``after``, and the name after which to go on. ``search``: a
        part of name or topic, in any case."""
        wanted = search.casefold()
        found = (
            row
            for row in self._rows(after)
            if state in (None, row.state) and (wanted in row.name.casefold() or wanted in row.topic.casefold())
        )
        rows = list(islice(found, limit + 1))
        return rows[:limit], rows[limit - 1].name if len(rows) > limit else None

    def unread_topics(self, name: str) -> frozenset[str]:
        """The topics of those messages of a stream that could not be read."""
        return self._counts.by_stream().get(name, _NOTHING).topics

    def row(self, name: str) -> StreamRow | None:
        """One stream's row, ``None`` where nothing is known of it."""
        for row in self._rows(name, including=True):
            return row if row.name == name else None
        return None

    def _rows(self, after: str, *, including: bool = False) -> Iterator[StreamRow]:
        counted = self._counts.by_stream()
        late = behind.streams(self._store.catalogue)
        parts = heapq.merge(
            self._facts(after, including),
            self._declared(after, including),
            self._unread(counted, after, including),
            key=lambda part: part.name,
        )
        for name, same in groupby(parts, key=lambda part: part.name):
            row = self._row(name, list(same), counted.get(name, _NOTHING), late)
            if row is not None:
                yield row

    def _row(
        self, name: str, parts: list[_Part], counted: Counted, late: Mapping[str, Behind]
    ) -> StreamRow | None:
        facts = next((part.facts for part in parts if part.facts), None)
        declared = next((part.declaration for part in parts if part.declaration), None) or Declaration()
        if facts is None and declared.state == "discovered" and not counted.quarantined:
            return None  # somebody told its time column, but nothing ever came
        unread = None if facts else self._unread_of(counted)
        waiting = self._pulse.waiting(name)
        topic = declared.topic or (facts.topic if facts else min(counted.topics, default=""))
        return StreamRow(
            name=name,
            source=facts.source if facts else unread.source if unread else "",
            state=declared.state,
            topic=topic,
            shape=facts.shape if facts else "wide",
            messages=facts.messages if facts else 0,
            records=facts.records if facts else 0,
            flagged=facts.flagged if facts else 0,
            duplicates=counted.duplicates,
            quarantined=counted.quarantined,
            first=facts.first if facts else None,
            last=(facts.last if facts.last is not None else facts.last_arrival) if facts else None,
            last_arrival=facts.last_arrival if facts else None,
            lag=0.0 if waiting is None else max(0.0, (self._pulse.now() - waiting) / 1e9),
            rate=self._pulse.rate(name),
            origin=declared.origin,
            error=behind.error(name, late[name]) if name in late else None,
        )

    def _unread_of(self, counted: Counted) -> Quarantined | None:
        """One of the messages of a stream of which none could be read."""
        for topic in sorted(counted.topics):
            for one in self._store.journal.quarantined(0, 1, topic):
                return one
        return None

    def _facts(self, after: str, including: bool) -> Iterator[_Part]:
        for name, body in _all(self._store, "stream", after, including):
            yield _Part(name, facts=msgspec.json.decode(body, type=StreamFacts))

    def _declared(self, after: str, including: bool) -> Iterator[_Part]:
        for name, body in _all(self._store, "feed", after, including):
            yield _Part(name, declaration=msgspec.json.decode(body, type=Declaration))

    def _unread(self, counted: Mapping[str, Counted], after: str, including: bool) -> Iterator[_Part]:
        for name in sorted(counted):
            if (name > after or (including and name == after)) and counted[name].quarantined:
                yield _Part(name)


def _all(store: Store, section: Section, after: str, including: bool) -> Iterator[tuple[str, bytes]]:
    """A section's records in order of id, read in pieces."""
    if including:
        with suppress(NotFound):
            yield after, store.catalogue.get(section, after)
    yield from everything(store.catalogue, section, after)


_NOTHING = Counted()


def _iso(moment: int | None) -> str | None:
    return None if moment is None else iso(from_ns(moment))
