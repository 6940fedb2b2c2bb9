"""What all Sparkplug nodes announced: needed to read what they send afterwards, and so kept over restarts."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Mapping

import msgspec

from connectors.sparkplug.birth import Birth, unpacked
from connectors.sparkplug.node import Event, Head, Key, Node
from connectors.sparkplug.rebirth import Rebirths, Request, request
from connectors.sparkplug.sequence import Sequence
from connectors.sparkplug.topic import about

MOST_METRICS = 500_000
"""Known at the moment, of all nodes together (about 300 bytes each): fifty machines of ten thousand tags."""
MOST_NODES = 10_000
_HISTORY_BYTES = 64 * 2**20
"""Packed births that are remembered, of all nodes together."""
_HEAD, _EVENTS, _BIRTH = "node:", "events:", "birth:"


class Births:
    """Every node's births, sequence and session. ``position``: that of the message being decoded.

    Where too much is known the node that has been silent for longest is forgotten; it is asked for its birth when
    it speaks again."""

    def __init__(self, every: float = 0) -> None:
        """``every``: seconds between two rebirth requests to one node; 0: nobody is asked."""
        self.position = 0
        self._nodes: dict[Key, Node] = {}
        self._packed: dict[str, bytes] = {}
        self._uses: Counter[str] = Counter()
        self._metrics = self._bytes = 0
        self._touched: set[Key] = set()
        self._changed: dict[str, bytes | None] = {}
        self._every = every
        self.rebirths = Rebirths(every)

    @classmethod
    def restored(cls, memory: Mapping[str, bytes], every: float = 0) -> Births:
        """As they were when ``changed`` gave this memory. What can't be read of it is left out: nodes are asked
        again."""
        births = cls(every)
        births._packed = {
            name.removeprefix(_BIRTH): raw for name, raw in memory.items() if name.startswith(_BIRTH)
        }
        births._bytes = sum(map(len, births._packed.values()))
        for name, raw in memory.items():
            if name.startswith(_HEAD):
                births._restore(raw, memory.get(_EVENTS + name.removeprefix(_HEAD), b""))
        return births

    def changed(self) -> Mapping[str, bytes | None]:
        """What has changed since this was asked last, to be kept with the position up to which messages were
        decoded; ``None`` means gone."""
        changed, self._changed = self._changed, {}
        for key in self._touched:
            if key in self._nodes:
                changed[_HEAD + _hash(key)] = msgspec.msgpack.encode(self._nodes[key].head)
        self._touched = set()
        return changed

    def requests(self, now: int | None = None) -> list[Request]:
        """The rebirth commands to send at this moment (``now`` in ns since 1970); each is told once."""
        now = time.time_ns() if now is None else now
        return [request(node, now) for node in self.rebirths.due(now)]

    def at(self, position: int, *, ahead: bool = False, every: float = 0) -> Births:
        """As they were after the message at ``position``, for reading later ones again; nobody is asked then, but
        where ``every`` says how often.

        The numbers of sequence are not known: the first message shows no gap. ``ahead``: whether a message of
        unknown meaning may be read by the birth that follows it in the same session."""
        births = Births(every)
        births._packed = dict(self._packed)
        births._bytes = self._bytes
        for key, node in self._nodes.items():
            copy = Node(Head(*key, Sequence(), None))
            copy.events = [event for event in node.events if event.position <= position]
            copy.ahead = [event for event in node.events if event.position > position] if ahead else ()
            own = [event for event in copy.events if not event.device]
            copy.head.bd_seq = own[-1].bd_seq if own else None
            births._put(copy)
        return births

    def units(self, topic: str) -> Mapping[str, str]:
        """Metric → unit, of the node or device that people know by this filter (``spBv1.0/G/+/N/D``); those that
        bear none are left out."""
        return {name: unit for name, (unit, _) in self.told(topic).items() if unit}

    def titles(self, topic: str) -> Mapping[str, str]:
        """Metric → what it is called, in the gateway's words."""
        return {name: title for name, (_, title) in self.told(topic).items() if title}

    def told(self, topic: str) -> Mapping[str, tuple[str, str]]:
        """Metric → unit and title, each maybe empty."""
        return {
            one.name: (one.unit, one.title)
            for node in self._nodes.values()
            for device, birth in node.births.items()
            if about(node.head.group, node.head.name, device) == topic
            for one in birth.metrics
        }

    # --- for the decoder ---------------------------------------------------------------------------------------

    def node(self, source: str, group: str, name: str) -> Node:
        """The node, from now on the one that spoke last; one that nobody knows yet is made."""
        key = source, group, name
        node = self._nodes.pop(key, None)
        if node is None:
            node = Node(Head(source, group, name, Sequence()))
            if len(self._nodes) >= MOST_NODES:
                self._forget_oldest()
        self._nodes[key] = node
        self._touched.add(key)
        return node

    def born(self, node: Node, device: str, birth: Birth, bd_seq: int | None = None) -> None:
        """A node's own birth (``device`` empty), which ends what its devices announced before, or a device's."""
        self._metrics -= node.size
        if not device:
            node.births = {}
            node.head.bd_seq = bd_seq
            self.rebirths.forget(node.key)
        node.births[device] = birth
        self._metrics += node.size
        if birth.id not in self._packed:
            self._packed[birth.id] = self._changed[_BIRTH + birth.id] = raw = birth.packed()
            self._bytes += len(raw)
        self._note(node, Event(self.position, device, birth.id, bd_seq))
        while (self._metrics > MOST_METRICS or self._bytes > _HISTORY_BYTES) and len(self._nodes) > 1:
            self._forget_oldest()
        if self._metrics > MOST_METRICS:
            node.births = {device: birth}
            self._metrics = node.size

    def died(self, node: Node, device: str) -> None:
        """What it announced holds no more."""
        self._metrics -= node.size
        if device:
            node.births.pop(device, None)
        else:
            node.births = {}
        self._metrics += node.size
        self._note(node, Event(self.position, device, ""))

    def later_birth(self, node: Node, device: str) -> Birth | None:
        """The birth that follows in the same session, where the journal is read again with ``ahead``."""
        found = node.later_birth(device, self.position)
        return unpacked(self._packed[found]) if found in self._packed else None

    def _note(self, node: Node, event: Event) -> None:
        if event.birth:
            self._uses[event.birth] += 1
        self._release(node.note(event))
        self._changed[_EVENTS + _hash(node.key)] = msgspec.msgpack.encode(node.events)

    def _release(self, events: list[Event]) -> None:
        """Forget the births that no event names any more."""
        for event in events:
            self._uses[event.birth] -= 1
            if event.birth and self._uses[event.birth] <= 0:
                del self._uses[event.birth]
                self._bytes -= len(self._packed.pop(event.birth, b""))
                self._changed[_BIRTH + event.birth] = None

    def _forget_oldest(self) -> None:
        key, node = next(iter(self._nodes.items()))
        del self._nodes[key]
        self._metrics -= node.size
        self.rebirths.forget(key)
        self._release(node.events)
        self._touched.discard(key)
        self._changed |= {_HEAD + _hash(key): None, _EVENTS + _hash(key): None}

    def _restore(self, head: bytes, events: bytes) -> None:
        try:
            node = Node(msgspec.msgpack.decode(head, type=Head))
            node.events = msgspec.msgpack.decode(events, type=list[Event]) if events else []
        except msgspec.DecodeError:
            return
        self._put(node)

    def _put(self, node: Node) -> None:
        """Take in a node as it was kept."""
        self._uses.update(event.birth for event in (*node.events, *node.ahead) if event.birth)
        for device, birth in node.holding().items():
            try:
                node.births[device] = unpacked(self._packed[birth])
            except (KeyError, ValueError):
                continue
        self._metrics += node.size
        self._nodes[node.key] = node


def _hash(key: Key) -> str:
    """A short name of bounded length, whatever the topic's."""
    return hashlib.sha256("\0".join(key).encode("utf-8", "surrogatepass")).hexdigest()[:32]
