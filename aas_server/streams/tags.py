"""Tags of narrow streams that belong to one family of topics, read across its devices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from aas_server.errors import NotFound
from aas_server.ingest import feeds
from aas_server.store.contract import Store, StreamFacts
from aas_server.store.series.reader import open_series
from aas_server.store.series.source import Source
from aas_server.store.series.wanted import Wanted


@dataclass(frozen=True, slots=True)
class KnownTag:
    """``kind``: ``double``, or ``string`` where texts came."""

    tag: str
    kind: str
    device: str


@dataclass(frozen=True, slots=True)
class TagReading:
    """``time`` in µs since 1970, UTC."""

    time: int
    number: float | None
    text: str | None


class TagValues:
    """``prefix``: how the topics begin; the rest is the device."""

    def __init__(self, store: Store, prefix: str) -> None:
        self._store = store
        self._prefix = prefix

    def tags(self) -> list[KnownTag]:
        """All tags, by device."""
        found = []
        for facts, source in self._sources():
            with open_series(source) as series:
                device = facts.topic.removeprefix(self._prefix)
                found += [KnownTag(tag, kind, device) for tag, kind in series.tags().items()]
        return found

    def read(self, tag: str, start: int | None, end: int | None, limit: int) -> list[TagReading]:
        """The values of a tag, of whatever device, oldest first, at most ``limit``; ``start`` (included) and
        ``end`` (not) in µs. What bears no time counts at its arrival. Raises ``NotFound`` where no device has such
        a tag."""
        found: list[TagReading] = []
        known = False
        timed = Wanted(names=(tag,), start=start, end=end, limit=limit)
        timeless = replace(timed, by="arrival", common=("arrival", "time"), limit=None, ordered=False)
        for _, source in self._sources():
            with open_series(source) as series:
                if tag not in series.tags():
                    continue
                known = True
                for batch in series.read(timed).batches:
                    found += _readings(batch.filter(pc.is_valid(batch.column("time"))), "time")
                for batch in series.read(timeless).batches:
                    found += _readings(batch.filter(pc.is_null(batch.column("time"))), "arrival")
        if not known:
            raise NotFound("tag-unknown", tag=tag)
        return sorted(found, key=lambda one: one.time)[:limit]

    def _sources(self) -> Iterator[tuple[StreamFacts, Source]]:
        for facts in feeds.all_facts(self._store.catalogue):
            if facts.shape == "narrow" and facts.topic.startswith(self._prefix):
                yield facts, Source.of_stream(self._store.lake, facts.name)[1]


def _readings(batch: pa.RecordBatch, axis: str) -> Iterator[TagReading]:
    times = batch.column(axis).cast("int64").to_pylist()
    numbers, texts = (batch.column(name).to_pylist() for name in ("number", "text"))
    return map(TagReading, times, numbers, texts)
