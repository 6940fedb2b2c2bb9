"""A broker's subscription as a source of messages: QoS 1, manual acknowledgement, persistent session.

Why it is as it is:

- The receiver is called in paho's network thread. A receiver that waits holds the broker back: it sends no more
  than its window of unacknowledged messages. One that waits for longer than 1.5 keep-alives is thrown out by the
  broker; we connect again and it sends once more what was not acknowledged. Nothing is lost.
- PUBACKs leave in the order in which the messages came (MQTT-4.6.0-2), whatever the order of ``acknowledge()``:
  some brokers end the connection otherwise.
- An acknowledgement that comes after a reconnect is dropped: the packet id may mean another message by then.
- The receive window of MQTT 3.1.1 is the broker's own (mosquitto: 20, our embedded one: 100). With
  ``?version=5`` in the URL we ask for ``window`` messages ourselves.
- paho takes messages of any size: the broker's limit comes first, ours where it is handed on.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from connectors.errors import BrokerUrlError
from connectors.message import Message, Receiver
from connectors.reasons import lost, refused

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_FOREVER = 0xFFFF_FFFF
_FIRST_WAIT, _LONGEST_WAIT = 1, 30


@dataclass(frozen=True, slots=True)
class BrokerUrl:
    """``mqtt://user:password@host:port`` or ``mqtts://…`` in its parts."""

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    version: int = 4

    @property
    def shown(self) -> str:
        """The URL without user and password: for pages, logs and what is handed to buyers."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"


def parse_url(url: str) -> BrokerUrl:
    """The parts of a broker's URL. Raises ``BrokerUrlError``."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
        version = {"3.1.1": 4, "4": 4, "5": 5}[parse_qs(parts.query).get("version", ["3.1.1"])[-1]]
        if not parts.hostname or parts.path not in ("", "/"):
            raise ValueError
    except (ValueError, KeyError):
        raise BrokerUrlError("broker-url-wrong", url=url.rpartition("@")[2]) from None
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return BrokerUrl(parts.hostname, port, parts.scheme == "mqtts", user, password, version)


def new_client(broker: BrokerUrl, client_id: str, *, persistent: bool, manual_ack: bool = False) -> Client:
    """A paho client for a broker, not connected yet."""
    five = broker.version == 5
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=None if five else not persistent,
        protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
        manual_ack=manual_ack,
    )
    if broker.user is not None:
        client.username_pw_set(broker.user, broker.password)
    if broker.tls:
        client.tls_set()
    client.reconnect_delay_set(_FIRST_WAIT, _LONGEST_WAIT)
    return client


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """``since``: ns since 1970 UTC at which the connection was made or lost. ``error`` is the key of a sentence,
    ``values`` fill it; both are empty while all is well."""

    connected: bool
    since: int | None
    error: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


class MqttDelivery:
    """One message, acknowledged at most once, on the connection it came by."""

    __slots__ = ("_done", "_generation", "_owner", "duplicate", "message", "since_connect")

    def __init__(
        self,
        owner: Subscription,
        generation: int,
        message: Message,
        duplicate: bool,
        since_connect: int | None,
    ) -> None:
        self._owner = owner
        self._generation = generation
        self._done = False
        self.message = message
        self.duplicate = duplicate
        self.since_connect = since_connect

    def acknowledge(self) -> None:
        """Tell the broker that the message is ours; harmless when repeated or too late."""
        self._owner._acknowledge(self)


class Subscription:
    """Everything a broker lets us see under ``filters``. Connects again for ever, with growing pauses."""

    def __init__(
        self, url: str, filters: Sequence[str], client_id: str, window: int = 1000, keepalive: int = 60
    ) -> None:
        """``client_id`` must stay the same over restarts: the broker keeps our session under it. ``keepalive`` in
        seconds. Raises ``BrokerError`` for a wrong URL."""
        self._broker = parse_url(url)
        self._filters = tuple(filters)
        self._window = window
        self._keepalive = keepalive
        self._lock = threading.Lock()
        self._pending: deque[MqttDelivery] = deque()
        self._generation = 0
        self._count: int | None = None
        self._subscribe_id: int | None = None
        self._granted = False
        self._stopped = False
        self._state = SubscriptionState(False, None)
        self._receive: Receiver | None = None
        self._client = new_client(self._broker, client_id, persistent=True, manual_ack=True)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    @property
    def name(self) -> str:
        """The broker's URL without user and password."""
        return self._broker.shown

    def start(self, receive: Receiver) -> None:
        """Begin; returns at once, whether or not the broker is there. ``receive`` must not raise."""
        self._receive = receive
        if self._broker.version == 5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = _FOREVER
            properties.ReceiveMaximum = min(self._window, 0xFFFF)
            self._client.connect_async(
                self._broker.host, self._broker.port, self._keepalive, clean_start=False, properties=properties
            )
        else:
            self._client.connect_async(self._broker.host, self._broker.port, self._keepalive)
        self._client.loop_start()

    def ready(self) -> bool:
        """Whether we are connected and the broker granted every filter on this connection."""
        return self._state.connected and self._granted

    def state(self) -> SubscriptionState:
        """For pages: connected or not, since when, and what is wrong."""
        return self._state

    def stop(self) -> None:
        """Disconnect; the broker keeps the session. Waits for a receiver that is at work."""
        self._stopped = True
        self._client.disconnect()
        self._client.loop_stop()
        self._granted = False
        self._state = SubscriptionState(False, time.time_ns())

    # --- called by paho, in its thread -------------------------------------------------------------------------

    def _on_connect(self, client: Client, _: Any, flags: ConnectFlags, code: ReasonCode, __: Any) -> None:
        if code.is_failure:
            self._fail(refused(code), reason=str(code.value))
            return
        with self._lock:
            self._count = 0 if flags.session_present else None
        self._granted = False
        self._state = SubscriptionState(True, time.time_ns())
        wanted: list[Any] = [(filter_, 1) for filter_ in self._filters]
        if self._broker.version == 5:
            wanted = [(filter_, SubscribeOptions(qos=1)) for filter_ in self._filters]
        _, self._subscribe_id = client.subscribe(wanted)

    def _on_subscribe(self, _: Client, __: Any, mid: int, codes: list[ReasonCode], ___: Any) -> None:
        if mid != self._subscribe_id:
            return
        refused = [filter_ for filter_, code in zip(self._filters, codes, strict=False) if code.is_failure]
        if refused or len(codes) != len(self._filters):
            self._fail("subscription-refused", connected=True, filters=", ".join(refused))
        else:
            self._granted = True

    def _on_connect_fail(self, _: Client, __: Any) -> None:
        # the first reason stays: "refused" says more than the failed tries that follow
        if not self._state.error:
            self._fail("broker-unreachable")

    def _on_disconnect(self, _: Client, __: Any, ___: DisconnectFlags, code: ReasonCode, ____: Any) -> None:
        with self._lock:
            self._generation += 1
            self._pending.clear()
        self._granted = False
        if not self._stopped and self._state.connected:
            self._fail(lost(code))

    def _on_message(self, _: Client, __: Any, received: MQTTMessage) -> None:
        if self._stopped or self._receive is None:
            return
        message = Message(
            self._broker.shown,
            _topic(received),
            bytes(received.payload),
            time.time_ns(),
            received.qos,
            received.retain,
            received.mid,
        )
        with self._lock:
            delivery = MqttDelivery(self, self._generation, message, received.dup, self._count)
            if self._count is not None:
                self._count += 1
            if received.qos:
                self._pending.append(delivery)
        try:
            self._receive(delivery)
        except Exception as fault:
            # paho's thread ends with it: nobody may believe that we still listen
            self._fail("receiver-failed", fault=repr(fault))
            raise

    def _fail(self, key: str, connected: bool = False, **values: str) -> None:
        self._granted = False
        self._state = SubscriptionState(connected, time.time_ns(), key, {"url": self._broker.shown, **values})

    # --- called by the gateway, from any thread ----------------------------------------------------------------

    def _acknowledge(self, delivery: MqttDelivery) -> None:
        with self._lock:
            if delivery._done or delivery._generation != self._generation:
                return
            delivery._done = True
            while self._pending and self._pending[0]._done:
                first = self._pending.popleft().message
                if self._client.ack(first.packet_id, first.qos) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                    return


def _topic(received: MQTTMessage) -> str:
    try:
        return received.topic
    except UnicodeDecodeError:
        # not every broker refuses such a topic; the message is kept all the same
        return bytes(received._topic).decode("utf-8", "backslashreplace")
