"""Publishing at full speed, with every message acknowledged by the broker (QoS 1)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from threading import Condition, Event
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, MQTTMessageInfo
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from connectors.errors import BrokerError
from connectors.mqtt import BrokerUrl, new_client, parse_url
from connectors.reasons import refused

_IN_FLIGHT = 1000
_PATIENCE = 30.0
_KEEPALIVE = 60
_PROGRESS_EVERY = 500
_TICK = 0.1


@dataclass(frozen=True, slots=True)
class Published:
    """How many messages the broker acknowledged."""

    messages: int


def publish(
    url: str,
    messages: Iterable[tuple[str, bytes]],
    *,
    client_id: str,
    skip: int = 0,
    rate: float | None = None,
    progress: Callable[[int], None] | None = None,
    stop: Event | None = None,
    patience: float = _PATIENCE,
    content_type: str = "",
) -> Published:
    """Publish ``(topic, payload)`` in order, leaving out the first ``skip``; returns when all are acknowledged.

    ``content_type`` is told with each message where the URL says ``?version=5`` (MQTT 3.1.1 has no place for it).
    ``rate`` bounds messages a second. ``progress(done)`` is told now and then how many messages are done, those
    skipped counted in. Once ``stop`` is set no more are taken; those on their way are still awaited. A connection
    that breaks is made again and what was not acknowledged is sent once more. Raises ``BrokerError`` where the
    broker is not there, refuses us, or acknowledges nothing for ``patience`` seconds.
    """
    publisher = _Publisher(parse_url(url), client_id, patience, stop or Event(), content_type)
    publisher.open()
    try:
        begin = time.monotonic()
        for topic, payload in islice(messages, skip, None):
            if publisher.stop.is_set():
                break
            if rate:
                publisher.stop.wait(max(0.0, begin + publisher.sent / rate - time.monotonic()))
            publisher.send(topic, payload)
            if progress is not None and publisher.sent % _PROGRESS_EVERY == 0:
                progress(skip + publisher.acknowledged)
        publisher.wait_until_open_are_at_most(0)
        if progress is not None:
            progress(skip + publisher.acknowledged)
    finally:
        publisher.close()
    return Published(publisher.acknowledged)


class _Publisher:
    """A client that keeps at most ``_IN_FLIGHT`` messages on their way."""

    def __init__(self, broker: BrokerUrl, client_id: str, patience: float, stop: Event, content_type: str) -> None:
        self.acknowledged = 0
        self.stop = stop
        self.sent = 0
        self._broker = broker
        self._patience = patience
        self._moved = Condition()
        self._refused: ReasonCode | None = None
        self._properties = _properties(content_type) if content_type and broker.version == 5 else None
        self._client = new_client(broker, client_id, persistent=False)
        # paho's own window stays open: we count ourselves and wait without its polling
        self._client.max_inflight_messages_set(0)
        self._client.on_publish = self._on_publish
        self._client.on_connect = self._on_connect

    def open(self) -> None:
        try:
            self._client.connect(self._broker.host, self._broker.port, _KEEPALIVE)
        except OSError as fault:
            raise BrokerError("broker-not-there", url=self._broker.shown, fault=str(fault)) from None
        self._client.loop_start()
        deadline = time.monotonic() + self._patience
        while not self._client.is_connected():
            with self._moved:
                self._moved.wait(_TICK)
            self._raise_if_refused()
            if time.monotonic() > deadline:
                self.close()
                raise BrokerError("broker-not-there", url=self._broker.shown, fault="CONNACK")

    def send(self, topic: str, payload: bytes) -> None:
        self.wait_until_open_are_at_most(_IN_FLIGHT - 1)
        info: MQTTMessageInfo = self._client.publish(topic, payload, qos=1, properties=self._properties)
        if info.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
            raise BrokerError("broker-went-away", url=self._broker.shown, done=self.acknowledged)
        self.sent += 1

    def wait_until_open_are_at_most(self, limit: int) -> None:
        if self.sent - self.acknowledged <= limit:
            return
        last, deadline = self.acknowledged, time.monotonic() + self._patience
        while self.sent - self.acknowledged > limit:
            with self._moved:
                self._moved.wait(_TICK)
            self._raise_if_refused()
            if self.acknowledged > last:
                last, deadline = self.acknowledged, time.monotonic() + self._patience
            elif time.monotonic() > deadline:
                raise BrokerError("broker-went-away", url=self._broker.shown, done=self.acknowledged)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _raise_if_refused(self) -> None:
        if self._refused is not None:
            self.close()
            raise BrokerError(refused(self._refused), url=self._broker.shown, reason=self._refused.value)

    def _on_connect(self, _: Client, __: Any, ___: ConnectFlags, code: ReasonCode, ____: Any) -> None:
        if code.is_failure:
            self._refused = code
        with self._moved:
            self._moved.notify()

    def _on_publish(self, _: Client, __: Any, ___: int, code: ReasonCode, ____: Any) -> None:
        if code.is_failure:
            self._refused = code
        self.acknowledged += 1
        # waking the publisher for each one would cost more than the message
        if self.acknowledged % 100 == 0 or self.acknowledged == self.sent:
            with self._moved:
                self._moved.notify()


def _properties(content_type: str) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ContentType = content_type
    return properties
