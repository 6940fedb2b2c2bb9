"""Messages as they came, and those that could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from connectors.message import Message


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in the journal. Positions grow by one with every message, without holes."""

    position: int
    message: Message


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message that could not be decoded, and why (``key`` and ``values`` of a sentence)."""

    position: int
    source: str
    topic: str
    arrival: int
    key: str
    values: Mapping[str, str]


class Journal(Protocol):
    """Messages as they came, durable before they are acknowledged. Several processes may read it."""

    def append(self, messages: Sequence[Message], redelivered: int = 0) -> int:
        """Keep the messages in order, in one durable commit; returns the last position. ``redelivered`` counts
        messages that were dropped as redelivery, stored in the same commit."""
        ...

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        """Entries after a position, about ``limit`` of them: a commit is never cut, so more may come; fewer where
        they are large. Nothing comes only at the end."""
        ...

    def tail(self, source: str, limit: int, size: int = 64 * 2**20) -> Sequence[Entry]:
        """The last messages of one source, at most ``limit`` and about ``size`` bytes of commits, oldest first,
        however far back they lie."""
        ...

    def last(self) -> int:
        """The last position, 0 when empty."""
        ...

    def redelivered(self) -> int:
        """How many messages were dropped as redelivery so far."""
        ...

    def mark(self, name: str) -> int:
        """Where reader ``name`` has come to; 0 at first."""
        ...

    def set_mark(self, name: str, position: int) -> None: ...

    def quarantine(self, messages: Sequence[Quarantined]) -> None:
        """Keep the reasons. A position that is there already is left as it is."""
        ...

    def quarantined(self, after: int = 0, limit: int = 100) -> Sequence[Quarantined]: ...

    def quarantined_count(self) -> int: ...
