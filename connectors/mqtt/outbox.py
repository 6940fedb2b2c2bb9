"""What we publish beside listening (Sparkplug requests, events): a bounded queue that holds no writer up."""

from __future__ import annotations

import threading
from collections import deque

from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode

from connectors.message import Letter

_COUNT = 1000
_BYTES = 16 * 2**20
_IN_FLIGHT = 20
"""Letters of QoS 1 that wait for the broker's answer at a time, as brokers have it by default."""


class Outbox:
    """Letters in order, over all connections: one that the broker has not confirmed is sent again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Letter] = deque()
        self._sent: dict[int, Letter] = {}
        self._size = 0

    def put(self, letter: Letter) -> bool:
        """``False`` where there is no room; from any thread."""
        size = len(letter.payload)
        with self._lock:
            waits = len(self._waiting) + len(self._sent)
            if waits >= _COUNT or (waits and self._size + size > _BYTES):
                return False
            self._waiting.append(letter)
            self._size += size
        return True

    def connected(self) -> None:
        """A new connection: what is not confirmed goes first."""
        with self._lock:
            self._waiting.extendleft(reversed(self._sent.values()))
            self._sent = {}

    def post(self, client: Client) -> None:
        """Hand over what may go now; in the connection's thread."""
        while self._waiting and len(self._sent) < _IN_FLIGHT:
            with self._lock:
                letter = self._waiting.popleft()
            sent = client.publish(letter.topic, letter.payload, letter.qos, letter.retain)
            if sent.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
                with self._lock:
                    self._waiting.appendleft(letter)
                return
            if letter.qos:
                self._sent[sent.mid] = letter
            else:
                self._done(letter)

    def confirmed(self, packet_id: int) -> None:
        """The broker has it, or has refused it for good."""
        letter = self._sent.pop(packet_id, None)
        if letter is not None:
            self._done(letter)

    def _done(self, letter: Letter) -> None:
        with self._lock:
            self._size -= len(letter.payload)
