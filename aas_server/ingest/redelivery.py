"""Which deliveries are redeliveries: sent again because our acknowledgement did not reach the broker.

What is certain (MQTT 3.1.1, 4.4 and 4.6; TCP): a broker sends again, on a kept session and before anything else,
the messages it holds no acknowledgement for, in their old order. Acknowledgements reach it in order. So what was
journalled and comes again is an unbroken run that begins with the connection's first delivery and ends with the
last message of its source in the journal.

- A broker that keeps the rules (mosquitto) sets the DUP flag and gives the old packet id: such a delivery is
  dropped where topic and payload are those of the last journalled one with this packet id. An id is free again
  once its message was acknowledged, so no earlier one can come again, and never more than there are ids: the
  receive maximum bounds it no further, because mosquitto 2.0 was seen to send thirty times as many.
- A broker that does not (iotcore's rumqttd) sets no flag and counts packet ids from 1 again. There only the run
  tells: it must fit the end of the journal message by message, and hold a payload that came only once. While it is
  not complete its deliveries are held back, neither journalled nor acknowledged; when it breaks off, or nothing
  comes for a while, all of them are kept. Where nothing but equal values come, a redelivery can't be told from new
  readings, and everything is kept. A record that equals the journal's very last one and is a connection's first
  passes for its redelivery.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from connectors.message import Delivery, Message

PACKET_IDS = 65_535
"""So many messages can be on their way at once (MQTT 3.1.1, 2.3.1)."""
PATIENCE = 3.0
"""Seconds for a run to complete: a broker sends it in one burst. Too short means a record twice, never a loss."""


class _Mark(NamedTuple):
    """A journalled message, by a digest: thousands are remembered, and payloads may be megabytes. Python's own
    64-bit hash (SipHash, keyed anew in each process) is enough: it is compared among one source's last messages
    alone, and costs a small part of what a cryptographic one does."""

    packet_id: int
    content: int


class Verdict(NamedTuple):
    """A delivery and whether it is kept (journalled) or dropped as a redelivery."""

    delivery: Delivery
    keep: bool


class Redeliveries:
    """The judge of one source's deliveries, in the order of their arrival."""

    def __init__(self, window: int, journalled: Iterable[Message] = ()) -> None:
        """``window``: how many messages a broker without DUP flags may send again; ``journalled``: the source's
        last messages in the journal (``PACKET_IDS`` of them), oldest first."""
        self._tail: deque[_Mark] = deque(maxlen=window)
        self._latest: dict[int, int] = {}
        self._fresh = False
        self._held: list[Delivery] = []
        self._run: tuple[_Mark, ...] = ()
        self._often: Counter[int] = Counter()
        self._starts: list[int] = []
        self._deadline = 0.0
        for message in journalled:
            self._remember(message)

    def judge_all(self, deliveries: Sequence[Delivery], now: float) -> list[Verdict]:
        """What is decided now, oldest first; nothing of a run that is undecided. ``now`` in seconds, monotonic."""
        verdicts: list[Verdict] = []
        for delivery in deliveries:
            if delivery.since_connect == 0 or delivery.duplicate or self._held or self._fresh:
                verdicts += self.judge(delivery, now)
            else:
                # By far the most: nothing of it can be a redelivery.
                self._remember(delivery.message)
                verdicts.append(Verdict(delivery, True))
        return verdicts

    def expire(self, now: float) -> list[Verdict]:
        """Give up on a run that did not complete in time: its deliveries are new ones."""
        return self._break_off() if self._held and now >= self._deadline else []

    def judge(self, delivery: Delivery, now: float) -> list[Verdict]:
        """As ``judge_all``, of one delivery."""
        before: list[Verdict] = []
        if delivery.since_connect in (None, 0):
            self._fresh = delivery.since_connect == 0
            before = self._connected_anew()
        if delivery.message.packet_id == 0:
            return before + self._beside(delivery)
        if self._held:
            return before + self._go_on(delivery)
        fresh, self._fresh = self._fresh, False
        if fresh and not delivery.duplicate:
            return before + self._begin(delivery, now)
        return [*before, self._decide(delivery)]

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

    def _begin(self, delivery: Delivery, now: float) -> list[Verdict]:
        """The first delivery of a kept session: it may begin a run where its content is one of the tail's. A
        broker that keeps packet ids would have kept this one's; one that counts anew begins with 1."""
        mark = _mark(delivery.message)
        self._run = tuple(self._tail)
        self._starts = [
            place
            for place, old in enumerate(self._run)
            if old.content == mark.content and mark.packet_id in (1, old.packet_id)
        ]
        self._often = Counter(old.content for old in self._run) if self._starts else Counter()
        self._deadline = now + PATIENCE
        return self._hold(delivery) if self._starts else [self._decide(delivery)]

    def _go_on(self, delivery: Delivery) -> list[Verdict]:
        content = _mark(delivery.message).content
        length = sum(held.message.packet_id != 0 for held in self._held)
        starts = [start for start in self._starts if self._run[start + length].content == content]
        if not starts:
            return [*self._break_off(), self._decide(delivery)]
        self._starts = starts
        return self._hold(delivery)

    def _hold(self, delivery: Delivery) -> list[Verdict]:
        """One more delivery fits. A run that has come to the tail's end is decided; longer ones may go on."""
        self._held.append(delivery)
        complete = len(self._run) - sum(held.message.packet_id != 0 for held in self._held)
        if complete in self._starts:
            if any(self._often[old.content] == 1 for old in self._run[complete:]):
                held, self._held = self._held, []
                return [Verdict(one, one.message.packet_id == 0) for one in held]
            self._starts.remove(complete)
        return [] if self._starts else self._break_off()

    def _break_off(self) -> list[Verdict]:
        held, self._held = self._held, []
        return [self._decide(delivery) for delivery in held]

    def _decide(self, delivery: Delivery) -> Verdict:
        again = delivery.duplicate and delivery.since_connect is not None and self._was_seen(delivery.message)
        if not again:
            self._remember(delivery.message)
        return Verdict(delivery, not again)

    def _was_seen(self, message: Message) -> bool:
        packet_id, content = _mark(message)
        return self._latest.get(packet_id) == content

    def _remember(self, message: Message) -> None:
        if message.packet_id == 0:
            return
        mark = _mark(message)
        self._tail.append(mark)
        self._latest[mark.packet_id] = mark.content


def _mark(message: Message) -> _Mark:
    return _Mark(message.packet_id, hash((message.topic, message.payload, message.left_out)))
