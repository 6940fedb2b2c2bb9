"""Tags of narrow streams that belong to one family of topics, read across its devices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
        ``end`` (not) in µs. Raises ``NotFound`` where no device has such a tag."""
        found: list[TagReading] = []
        known = False
        wanted = Wanted(names=(tag,), start=start, end=end, limit=limit)
        for _, source in self._sources():
            with open_series(source) as series:
                if tag not in series.tags():
                    continue
                known = True
                for batch in series.read(wanted).batches:
                    times = batch.column("time").cast("int64").to_pylist()
                    numbers, texts = (batch.column(name).to_pylist() for name in ("number", "text"))
                    found += [TagReading(*row) for row in zip(times, numbers, texts, strict=True)]
        if not known:
            raise NotFound("tag-unknown", tag=tag)
        return sorted((one for one in found if one.time is not None), key=lambda one: one.time)[:limit]

    def _sources(self) -> Iterator[tuple[StreamFacts, Source]]:
        for facts in feeds.all_facts(self._store.catalogue):
            if facts.shape == "narrow" and facts.topic.startswith(self._prefix):
                yield facts, Source.of_stream(self._store.lake, facts.name)[1]
