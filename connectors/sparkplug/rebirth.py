"""Asking nodes for their birth certificates (specification 3.0, 6.4.26: ``Node Control/Rebirth``)."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sparkplug.datatypes import DataType
from connectors.sparkplug.node import Key
from connectors.sparkplug.payload import BOOLEAN
from connectors.sparkplug.topic import NAMESPACE
from connectors.sparkplug.wire import field

NAME = "Node Control/Rebirth"
_SENT, _METRIC = 1, 2
_NAME, _TIMESTAMP, _DATATYPE = 1, 3, 4
"""Fields of a payload, and of a metric."""
_FRESH = 60 * 10**9
"""A message older than this is no reason: the journal is being caught up, and the node may have been reborn."""
_REORDER = 2 * 10**9
"""So long a missing message may still come (specification 3.0, "Reorder Timeout")."""
_LONGEST = 3600.0
"""Seconds to which pauses grow, unless they are longer from the start."""
_MOST = 50
"""Requests at once: topics that somebody makes up must not become a flood of ours."""


@dataclass(frozen=True, slots=True)
class Request:
    """A command to be published by the source of this name, at QoS 0, not retained (specification 3.0, 6.4.22)."""

    source: str
    topic: str
    payload: bytes


@dataclass(slots=True)
class _Pace:
    """``due``: ns since 1970 from which the next request may leave; ``wait``: seconds to the one after it."""

    due: int
    wait: float


class Rebirths:
    """Who is to be asked, and when. ``every``: seconds between two requests to one node, doubled each time it does
    not answer, an hour at most; 0 asks nobody."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._wanted: dict[Key, tuple[int, bool]] = {}
        self._paces: dict[Key, _Pace] = {}

    def want(self, node: Key, arrival: int, gap: bool = False) -> None:
        """A message (its ``arrival`` in ns) showed that we lack a birth; with ``gap`` only messages, which may
        still come."""
        if self._every and (node not in self._wanted or (self._wanted[node][1] and not gap)):
            self._wanted[node] = arrival, gap

    def forget(self, node: Key) -> None:
        """Nobody asks for it any more: it was born, or is forgotten itself."""
        self._wanted.pop(node, None)
        self._paces.pop(node, None)

    def filled(self, node: Key) -> None:
        """What was missing has come."""
        if self._wanted.get(node, (0, False))[1]:
            del self._wanted[node]

    def due(self, now: int) -> list[Key]:
        """The nodes to ask at this moment (ns since 1970); each is taken for asked."""
        found: list[Key] = []
        for node, (arrival, gap) in list(self._wanted.items()):
            if now - arrival > _FRESH:
                del self._wanted[node]
                continue
            pace = self._paces.get(node)
            if now < arrival + (_REORDER if gap else 0) or (pace is not None and now < pace.due):
                continue
            wait = self._every if pace is None else pace.wait
            self._paces[node] = _Pace(now + int(wait * 1e9), max(wait, min(_LONGEST, 2 * wait)))
            del self._wanted[node]
            found.append(node)
            if len(found) == _MOST:
                break
        return found


def request(node: Key, now: int) -> Request:
    """The command for a node; ``now`` in ns since 1970."""
    source, group, name = node
    moment = now // 10**6
    told = field(_NAME, NAME.encode()) + field(_TIMESTAMP, moment)
    metric = told + field(_DATATYPE, DataType.BOOLEAN) + field(BOOLEAN, 1)
    payload = field(_SENT, moment) + field(_METRIC, metric)
    return Request(source, f"{NAMESPACE}{group}/NCMD/{name}", payload)
