"""Which deliveries are redeliveries: sent again because our acknowledgement did not reach the broker.

What is certain (MQTT 3.1.1, 4.4 and 4.6; TCP): a broker sends again, on a kept session and before anything else,
the messages it holds no acknowledgement for, in their old order. Acknowledgements reach it in order. So what was
journalled and comes again is an unbroken run that begins with the connection's first delivery and ends with the
last message of its source in the journal. Packet ids alone say little: brokers reuse them (some after 100
messages, without ever setting the DUP flag), and values repeat in honest data.

Hence a delivery is dropped only when it equals a journalled one (topic, packet id, payload) and either bears the
DUP flag or belongs to such a run. While a run is not complete, its deliveries are held back, neither journalled
nor acknowledged; when it breaks off, or nothing comes for a while, all of them are kept.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from connectors.message import Delivery, Message

PATIENCE = 3.0
"""Seconds for a run to complete: a broker sends it in one burst. Too short means a record twice, never a loss."""

_Mark = tuple[str, int, bytes]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A delivery and whether it is kept (journalled) or dropped as a redelivery."""

    delivery: Delivery
    keep: bool


class Redeliveries:
    """The judge of one source's deliveries, in the order of their arrival."""

    def __init__(self, window: int, journalled: Iterable[Message] = ()) -> None:
        """``journalled``: the source's last messages in the journal that may be sent again, oldest first."""
        self._tail: deque[_Mark] = deque(maxlen=window)
        self._seen: Counter[_Mark] = Counter()
        self._fresh = False
        self._held: list[Delivery] = []
        self._expected: list[int] = []
        self._run: tuple[_Mark, ...] = ()
        self._deadline = 0.0
        for message in journalled:
            self._remember(message)

    def judge(self, delivery: Delivery, now: float) -> list[Verdict]:
        """What is decided now, oldest first; nothing while a run is undecided. ``now`` in seconds, monotonic."""
        before: list[Verdict] = []
        if delivery.since_connect in (None, 0):
            self._fresh = delivery.since_connect == 0
            before = self._connected_anew()
        if delivery.message.packet_id == 0:
            return before + self._beside(delivery)
        if self._held:
            return before + self._go_on(delivery)
        if self._begins_run(delivery, now):
            return before + self._settle_if_complete()
        return [*before, self._decide(delivery)]

    def expire(self, now: float) -> list[Verdict]:
        """Give up on a run that did not complete in time: its deliveries are new ones."""
        return self._break_off() if self._held and now >= self._deadline else []

    @property
    def deadline(self) -> float | None:
        """When ``expire`` has something to do."""
        return self._deadline if self._held else None

    def _connected_anew(self) -> list[Verdict]:
        if not self._fresh:
            return self._break_off()
        # What was held was never acknowledged: on a kept session all of it comes again now.
        self._held = []
        return []

    def _beside(self, delivery: Delivery) -> list[Verdict]:
        """QoS 0 is never sent again; it waits for its place in the order."""
        if self._held:
            self._held.append(delivery)
            return []
        return [Verdict(delivery, True)]

    def _begins_run(self, delivery: Delivery, now: float) -> bool:
        """Whether this delivery, as a connection's first, may begin a run; then it is held."""
        fresh, self._fresh = self._fresh, False
        mark = _mark(delivery.message)
        if not fresh or mark not in self._seen or delivery.duplicate:
            return False
        if self._follows_on(delivery.message.packet_id) and self._is_common(mark):
            return False
        self._run = tuple(self._tail)
        self._expected = [place + 1 for place, old in enumerate(self._run) if old == mark]
        self._held = [delivery]
        self._deadline = now + PATIENCE
        return True

    def _go_on(self, delivery: Delivery) -> list[Verdict]:
        mark = _mark(delivery.message)
        following = [place + 1 for place in self._expected if self._run[place] == mark]
        if not following:
            return [*self._break_off(), self._decide(delivery)]
        self._expected = following
        self._held.append(delivery)
        return self._settle_if_complete()

    def _settle_if_complete(self) -> list[Verdict]:
        if len(self._run) not in self._expected:
            return []
        held, self._held = self._held, []
        return [Verdict(delivery, delivery.message.packet_id == 0) for delivery in held]

    def _break_off(self) -> list[Verdict]:
        held, self._held = self._held, []
        return [self._decide(delivery) for delivery in held]

    def _decide(self, delivery: Delivery) -> Verdict:
        message = delivery.message
        again = delivery.duplicate and delivery.since_connect is not None and _mark(message) in self._seen
        if not again:
            self._remember(message)
        return Verdict(delivery, not again)

    def _is_common(self, mark: _Mark) -> bool:
        """Whether the same content came several times: then equality says little."""
        return sum((topic, content) == (mark[0], mark[2]) for topic, _, content in self._tail) > 1

    def _follows_on(self, packet_id: int) -> bool:
        """Whether the packet id is the one after the last journalled, as a new message's would be."""
        ids = [packet_id for _, packet_id, _ in self._tail]
        last = ids[-1]
        wraps = any(one > two == packet_id for one, two in pairwise(ids) if one == last)
        return packet_id == last + 1 or wraps

    def _remember(self, message: Message) -> None:
        if message.packet_id == 0:
            return
        if len(self._tail) == self._tail.maxlen:
            oldest = self._tail[0]
            self._seen[oldest] -= 1
            if not self._seen[oldest]:
                del self._seen[oldest]
        mark = _mark(message)
        self._tail.append(mark)
        self._seen[mark] += 1


def _mark(message: Message) -> _Mark:
    # A digest: payloads may be megabytes, and a window of them is kept.
    return message.topic, message.packet_id, hashlib.blake2b(message.payload, digest_size=16).digest()
