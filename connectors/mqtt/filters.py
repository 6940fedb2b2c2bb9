"""Topic filters: what is wanted of a broker, what it has granted, and what is still to be asked."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connectors.errors import BrokerError
from connectors.topics import LONGEST, covers, is_legal

_AT_ONCE = 50
"""Filters in one SUBSCRIBE: some brokers bound the packet."""
_WRITTEN = re.compile(r"(?P<topic>.*?)(?:;qos=(?P<qos>[012]))?", re.DOTALL)
_SHARED = re.compile(r"\$share/[^/+#]+/(?P<topic>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Filter:
    """A topic filter and the quality of service it is subscribed with. ``$share/group/filter`` shares the messages
    with all who name the same group."""

    topic: str
    qos: int = 1

    @property
    def shared(self) -> bool:
        return self.topic.startswith("$share/")


def read_filter(text: str, qos: int = 1) -> Filter:
    """``topic`` or ``topic;qos=2``. Raises ``BrokerError`` where MQTT knows no such filter (MQTT 3.1.1, 4.7)."""
    written = _WRITTEN.fullmatch(text)
    found = Filter(text, qos) if written is None else Filter(written["topic"], int(written["qos"] or qos))
    shared = _SHARED.fullmatch(found.topic)
    legal = is_legal(shared["topic"]) if shared else is_legal(found.topic) and not found.shared
    if not legal or len(found.topic.encode(errors="replace")) > LONGEST or not 0 <= found.qos <= 2:
        raise BrokerError("filter-wrong", filter=text)
    return found


def without_covered(filters: Sequence[Filter]) -> tuple[Filter, ...]:
    """Filters without those that another one covers: brokers may send a message once for each that matches."""
    kept: list[Filter] = []
    for one in dict.fromkeys(filters):
        if any(_covered(one, other) for other in kept):
            continue
        kept = [other for other in kept if not _covered(other, one)]
        kept.append(one)
    return tuple(kept)


def _covered(one: Filter, by: Filter) -> bool:
    if one.topic == by.topic:
        return one.qos <= by.qos
    return not one.shared and not by.shared and one.qos <= by.qos and covers(by.topic, one.topic)


class Wishes:
    """The filters of one source over all its connections; may be asked from any thread.

    ``former``: topics that a kept session may still hold from an earlier run."""

    def __init__(self, filters: Sequence[Filter], former: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._wanted = without_covered(filters)
        self._held = set(former)
        self._asked: dict[int, Sequence[Filter]] = {}
        self._leaving: set[int] = set()
        self._told: dict[str, int] = {}
        self._granted: dict[str, int] = {}
        self.refused: tuple[str, ...] = ()

    def want(self, filters: Sequence[Filter]) -> None:
        """From now on these."""
        with self._lock:
            self._wanted = without_covered(filters)
            self.refused = ()

    def begin(self, kept: bool) -> None:
        """A connection is made; ``kept``: the broker still has our session."""
        with self._lock:
            self._asked, self._leaving, self._told, self._granted, self.refused = {}, set(), {}, {}, ()
            if not kept:
                self._held = set()

    def held(self) -> tuple[str, ...]:
        """All topics that the broker's session may hold once what is due is asked."""
        with self._lock:
            return tuple(sorted(self._held | {one.topic for one in self._wanted}))

    def due(self) -> tuple[Sequence[Sequence[Filter]], Sequence[str]]:
        """What to subscribe now, by the packet, and what to unsubscribe."""
        with self._lock:
            topics = {one.topic for one in self._wanted}
            new = [one for one in self._wanted if self._told.get(one.topic) != one.qos]
            gone = sorted(self._held - topics)
            self._held |= topics
            self._held -= set(gone)
            for topic in gone:
                self._told.pop(topic, None)
                self._granted.pop(topic, None)
            self._told |= {one.topic: one.qos for one in new}
            return [new[at : at + _AT_ONCE] for at in range(0, len(new), _AT_ONCE)], gone

    def ask(self, packet_id: int, filters: Sequence[Filter]) -> None:
        """``filters`` were asked for under ``packet_id``."""
        with self._lock:
            self._asked[packet_id] = filters

    def answer(self, packet_id: int, granted: Sequence[bool]) -> bool:
        """The broker has answered, filter by filter. Whether it granted all of them."""
        with self._lock:
            asked = self._asked.pop(packet_id, ())
            yes = list(granted)[: len(asked)] + [False] * (len(asked) - len(granted))
            self._granted |= {one.topic: one.qos for one, good in zip(asked, yes, strict=True) if good}
            refused = [one.topic for one, good in zip(asked, yes, strict=True) if not good]
            self.refused = (*self.refused, *refused)
            return not refused

    def leave(self, packet_id: int) -> None:
        """Filters are being unsubscribed under ``packet_id``."""
        with self._lock:
            self._leaving.add(packet_id)

    def left(self, packet_id: int) -> None:
        """The broker has let them go."""
        with self._lock:
            self._leaving.discard(packet_id)

    def ask_refused_again(self) -> None:
        """Access rules may have been mended meanwhile."""
        with self._lock:
            for topic in self.refused:
                self._told.pop(topic, None)
            self.refused = ()

    def confirmed(self) -> bool:
        """Whether the broker has granted all that is wanted, on this connection, and let go of all else."""
        with self._lock:
            return (
                not self._leaving
                and self._held == {one.topic for one in self._wanted}
                and all(self._granted.get(one.topic) == one.qos for one in self._wanted)
            )
