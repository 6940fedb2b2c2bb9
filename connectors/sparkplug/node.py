"""One node (edge of network node) and its devices: what is valid at the moment, and what was announced when."""

from __future__ import annotations

from collections.abc import Sequence as Listed

import msgspec

from connectors.sparkplug.birth import Birth
from connectors.sparkplug.sequence import Sequence

MOST_EVENTS = 1000
"""Births and deaths of one node that are remembered with their positions, so that older parts of the journal can
be read again. Twenty restarts of a node with fifty devices; equal births take forty bytes each."""
_KEPT = 900
Key = tuple[str, str, str]
"""Source, group, node."""


class Event(msgspec.Struct, frozen=True, array_like=True):
    """A birth (``birth`` is its id) or a death (empty) at a position of the journal; ``device`` is empty for the
    node's own. ``bd_seq``: the session's number, of a node's birth."""

    position: int
    device: str
    birth: str
    bd_seq: int | None = None


class Head(msgspec.Struct, array_like=True):
    """What changes with every message."""

    source: str
    group: str
    name: str
    sequence: Sequence
    bd_seq: int | None = None


class Node:
    """``head`` and ``events`` are kept over restarts. ``births``: those that hold now, by device (the node's own
    under the empty text). ``ahead``: events that lie after the part of the journal that is read again."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.events: list[Event] = []
        self.births: dict[str, Birth] = {}
        self.ahead: Listed[Event] = ()

    @property
    def key(self) -> Key:
        return self.head.source, self.head.group, self.head.name

    @property
    def size(self) -> int:
        """Metrics known at the moment."""
        return sum(len(birth.metrics) for birth in self.births.values())

    def note(self, event: Event) -> list[Event]:
        """Remember an event; returns those that had to go for it, the oldest."""
        self.events.append(event)
        if len(self.events) <= MOST_EVENTS:
            return []
        gone, self.events = self.events[:-_KEPT], self.events[-_KEPT:]
        return gone

    def holding(self) -> dict[str, str]:
        """The ids of the births that hold after the last event, by device."""
        found: dict[str, str] = {}
        for event in self.events:
            if not event.device:
                found = {"": event.birth} if event.birth else {}
            elif event.birth:
                found[event.device] = event.birth
            else:
                found.pop(event.device, None)
        return found

    def later_birth(self, device: str, position: int) -> str | None:
        """The id of the birth by which a message before it may be read: the next one after ``position``, if the
        node did not die and no other session began in between."""
        for event in self.ahead:
            if event.position <= position:
                continue
            if not event.birth and event.device in ("", device):
                return None
            if not event.device and self.head.bd_seq is not None and event.bd_seq != self.head.bd_seq:
                return None
            if event.device == device:
                return event.birth
        return None
