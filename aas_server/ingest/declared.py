"""All declarations at one moment: found by a message's topic, and read again only when one has changed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import lru_cache

from aas_server.ingest import feeds
from aas_server.ingest.feeds import Declaration
from aas_server.ingest.topics import Topics
from aas_server.store.contract import Catalogue
from connectors.payloads import Reading, narrow_name, stream_name
from connectors.topics import is_filter

NOTHING = Declaration()
_TOPICS = 10_000
"""How many topics are remembered: a feed whose topics are ids must not fill the memory."""


class Declared:
    """Declarations by stream, that never change; what was found for a topic is remembered."""

    def __init__(self, streams: Mapping[str, Declaration]) -> None:
        self.streams = streams
        self._topics = Topics(streams)
        self.of_topic = lru_cache(_TOPICS)(self._of_topic)
        self.reading = lru_cache(_TOPICS)(self._reading)
        self.tags_of = lru_cache(_TOPICS)(self._tags_of)

    def of_stream(self, stream: str, topic: str) -> Declaration:
        """What was declared of a stream, else of the topic its records come under."""
        own = self.streams.get(stream)
        return self.of_topic(topic)[1] if own is None else own

    def _of_topic(self, topic: str) -> tuple[str, Declaration]:
        """The stream that was declared for a topic: by the topic itself, by its own stream's name, by the most
        telling filter; else its own stream, of which nothing was."""
        found = self._topics.of(topic)
        name = stream_name(topic)
        own = self.streams.get(name)
        if own is not None and own.topic is None and (found is None or is_filter(found[1].topic or "")):
            return name, own
        return found or (name, NOTHING)

    def _tags_of(self, device: str) -> str:
        """The stream of all single values below a device, which is given by its filter."""
        stream, declaration = self._of_topic(device)
        return stream if declaration.joins else narrow_name(device)

    def _reading(self, topic: str, zone: str) -> Reading:
        """How messages under a topic are read; ``zone``: of times that name none, where none was declared."""
        stream, declaration = self._of_topic(topic)
        return declaration.reading(stream, zone)


class Declarations:
    """The declarations in a catalogue, whoever writes them (any process)."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._version: bytes | None = None
        self._declared: Declared | None = None
        self._lock = threading.Lock()

    def now(self) -> Declared:
        """The same object as before while nothing was declared, whatever the thread: one small read."""
        with self._lock:
            version = feeds.version(self._catalogue)
            if self._declared is None or version != self._version:
                self._declared = Declared(feeds.declarations(self._catalogue))
                self._version = version
            return self._declared
