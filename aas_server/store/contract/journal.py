"""Messages as they came, and those that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Protocol

from connectors.message import Message

OTHER_TOPICS = "#"
"""What topics are counted under once a day has more of them than are counted apart: no topic's own name (MQTT
keeps it for filters)."""
NOTHING: Mapping[str, bytes | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in the journal. Positions grow by one with every message, without holes.

    ``erased``: topic and payload were taken out for good, source and arrival stand; readers go past it."""

    position: int
    message: Message
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message that could not be decoded, and why (``key`` and ``values`` of a sentence)."""

    position: int
    source: str
    topic: str
    arrival: int
    key: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TopicCount:
    """Messages of a topic that arrived on a day (UTC). The topic is ``OTHER_TOPICS`` for those not counted apart,
    and of a very long one its beginning and hash."""

    topic: str
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took out. ``bytes`` are those of the payloads; ``digest`` is the SHA-256 (hex) over what
    went, as ``store.digest`` says."""

    messages: int
    bytes: int
    digest: str


class Journal(Protocol):
    """Messages as they came, durable before they are acknowledged. Several processes may read it."""

    def append(self, messages: Sequence[Message], redelivered: Sequence[Message] = ()) -> int:
        """Keep the messages in order, in one durable commit; returns the last position. ``redelivered`` are those
        that were dropped as redelivery: they are counted in the same commit, by topic and day of arrival."""
        ...

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        """Entries after a position, about ``limit`` of them: a commit is never cut, so more may come; fewer where
        they are large. Nothing comes only at the end."""
        ...

    def tail(self, source: str, limit: int, size: int = 64 * 2**20) -> Sequence[Entry]:
        """The last messages of one source that are not erased, at most ``limit`` and about ``size`` bytes of
        commits, oldest first, however far back they lie."""
        ...

    def first(self) -> int:
        """The first position that is still there; one more than ``last()`` where none is."""
        ...

    def last(self) -> int:
        """The last position, 0 when nothing ever came; also where all of it was pruned."""
        ...

    def since(self, arrival: int) -> int:
        """The position of the first message that arrived at or after a moment (ns since 1970, UTC), in the order
        of the journal; one more than ``last()`` where none has."""
        ...

    def size(self) -> int:
        """Bytes that it takes on the disk."""
        ...

    def prune(self, upto: int) -> int:
        """Let go of whole commits up to a position, but of none that a reader's mark has not passed (without any
        mark of none at all), and of what is in quarantine of them. Returns how many messages went."""
        ...

    def erase(self, wanted: Callable[[Entry], bool]) -> Erased:
        """Take topic and payload of all entries that are ``wanted`` out of the database's files for good, out of
        quarantine as well; their positions stay. Memory is bounded. Broken off it may be called again: it takes
        the rest then, and tells of that alone."""
        ...

    def redelivered(self) -> int:
        """How many messages were dropped as redelivery so far."""
        ...

    def redelivered_by(self, topic: str | None = None, day: date | None = None) -> Sequence[TopicCount]:
        """The same by topic and day of arrival, of one topic or one day; in order of day and topic."""
        ...

    def mark(self, name: str) -> int:
        """Where reader ``name`` has come to; 0 at first."""
        ...

    def set_mark(self, name: str, position: int, memory: Mapping[str, bytes | None] = NOTHING) -> None:
        """``memory`` are the reader's own small notes by name, kept in the same commit; ``None`` takes one away,
        those not named stay."""
        ...

    def memory(self, name: str) -> Mapping[str, bytes]:
        """The notes of reader ``name``."""
        ...

    def quarantine(self, messages: Sequence[Quarantined]) -> None:
        """Keep the reasons. A position that is there already is left as it is."""
        ...

    def quarantined(self, after: int = 0, limit: int = 100, topic: str | None = None) -> Sequence[Quarantined]:
        """Those at positions after one, in order; of one topic alone where it is given."""
        ...

    def quarantined_count(self) -> int: ...

    def quarantined_by(self, topic: str | None = None, day: date | None = None) -> Sequence[TopicCount]:
        """How many are in quarantine by topic and day of arrival, of one topic or one day; in order of day and
        topic."""
        ...

    def release(self, positions: Sequence[int]) -> None:
        """Out of quarantine: they could be read after all. Positions that are not in it are passed over."""
        ...
