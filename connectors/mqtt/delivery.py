"""Deliveries of one connection, acknowledged in the order in which they came (MQTT-4.6.0-2 and -3), whatever the
order of ``acknowledge()``: some brokers end the connection otherwise."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from connectors.message import Message
from connectors.mqtt.packets import PUBACK, PUBREC, answer

_KINDS = {1: PUBACK, 2: PUBREC}
"""By quality of service: what lets the broker forget the message."""


class MqttDelivery:
    """One message, acknowledged at most once, on the connection it came by."""

    __slots__ = ("_open", "done", "duplicate", "message", "since_connect")

    def __init__(
        self, open_: OpenDeliveries, message: Message, duplicate: bool, since_connect: int | None
    ) -> None:
        self._open = open_
        self.done = False
        self.message = message
        self.duplicate = duplicate
        self.since_connect = since_connect

    def acknowledge(self, _: int = 0) -> None:
        """Tell the broker that the message is ours; harmless when repeated or too late."""
        if self.message.qos:
            self._open.settle(self)


class OpenDeliveries:
    """What the broker holds no acknowledgement for. ``wake`` is told when there is one to send. Acknowledgements
    that come after the connection's end are dropped: the packet id may mean another message by then."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._waiting: deque[MqttDelivery] = deque()
        self._due = bytearray()
        self._closed = False

    def add(self, delivery: MqttDelivery) -> None:
        """One more; QoS 1 and 2 only."""
        with self._lock:
            self._waiting.append(delivery)

    def settle(self, delivery: MqttDelivery) -> None:
        """It may be acknowledged as soon as those before it are."""
        with self._lock:
            if delivery.done or self._closed:
                return
            delivery.done = True
            waiting = self._waiting
            if not waiting or not waiting[0].done:
                return
            while waiting and waiting[0].done:
                first = waiting.popleft().message
                self._due += answer(_KINDS[first.qos], first.packet_id)
        self._wake()

    def empty(self) -> bool:
        """Whether all that came is acknowledged, and the acknowledgements are on their way."""
        return not self._waiting and not self._due

    def due(self) -> bytes:
        """Packets to send now, one after the other."""
        if not self._due:
            return b""
        with self._lock:
            due, self._due = bytes(self._due), bytearray()
        return due

    def close(self) -> None:
        """The connection has ended."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            self._due.clear()
