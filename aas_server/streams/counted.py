"""How many messages of each stream were dropped as redelivery or could not be read; the journal counts topics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from aas_server.errors import NotFound
from aas_server.ingest.declared import Declarations
from aas_server.store.contract import OTHER_TOPICS, Store
from connectors.payloads import Reading, narrow_name, stream_name
from connectors.payloads.placing import narrow, wide
from connectors.sparkplug import filter_of

_KEPT = 20_000
"""Topics whose stream is remembered."""


@dataclass(frozen=True, slots=True)
class Counted:
    """``topics``: those of the messages that could not be read."""

    duplicates: int = 0
    quarantined: int = 0
    topics: frozenset[str] = frozenset()


class Counts:
    """The journal's counts, by stream."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._declarations = Declarations(store.catalogue)
        self._known: dict[str, str] = {}

    def by_stream(self) -> dict[str, Counted]:
        """All streams that have such messages."""
        journal = self._store.journal
        found: dict[str, Counted] = {}
        for one in journal.redelivered_by():
            if one.topic != OTHER_TOPICS:
                stream = self.stream_of(one.topic)
                before = found.get(stream, Counted())
                found[stream] = replace(before, duplicates=before.duplicates + one.count)
        for one in journal.quarantined_by():
            if one.topic != OTHER_TOPICS:
                stream = self.stream_of(one.topic)
                before = found.get(stream, Counted())
                count = before.quarantined + one.count
                found[stream] = replace(before, quarantined=count, topics=before.topics | {one.topic})
        return found

    def stream_of(self, topic: str) -> str:
        """The stream that a topic's messages belong to, or would if they could be read."""
        declared = self._declarations.now()
        stream, declaration = declared.of_topic(topic)
        if declaration.joins:
            return stream
        if topic not in self._known:
            found = next((name for name in candidates(topic) if self._is_there(name)), None)
            if found is None:
                return stream
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[topic] = found
        return self._known[topic]

    def _is_there(self, stream: str) -> bool:
        try:
            self._store.catalogue.get("stream", stream)
        except NotFound:
            return False
        return True


def candidates(topic: str) -> Iterator[str]:
    """The names that a topic's stream may have: its own, that of all topics that end in an id, its device's."""
    if (about := filter_of(topic)) is not None:
        yield narrow_name(about)
    yield stream_name(topic)
    yield wide(topic, Reading()).stream
    yield narrow(topic, Reading()).stream
