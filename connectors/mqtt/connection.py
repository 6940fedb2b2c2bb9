"""One connection to a broker, from CONNECT to its end, in one thread.

The receiver is called in that thread. One that waits holds the broker back: it sends no more than its window of
unacknowledged messages. One that waits for longer than 1.5 keep-alives is thrown out by the broker; we connect
again and it sends once more what was not acknowledged. Nothing is lost.

The receive window of MQTT 3.1.1 is the broker's own (mosquitto: 20, our embedded one: 100). With ``?version=5`` in
the URL we ask for ``window`` messages ourselves.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from connectors.message import Message, Receiver
from connectors.mqtt.address import BrokerUrl
from connectors.mqtt.client import open_session, reading_client
from connectors.mqtt.delivery import MqttDelivery, OpenDeliveries
from connectors.mqtt.filters import Filter, Wishes
from connectors.mqtt.outbox import Outbox
from connectors.mqtt.packets import Published
from connectors.mqtt.plan import Plan
from connectors.mqtt.tls import failure
from connectors.mqtt.wake import Wake
from connectors.reasons import lost, refused

_TICK = 500
"""Milliseconds between two looks at the keep-alive."""
_GOODBYE_SECONDS = 2.0
"""So long a broker may take to close a line that we have ended."""
_ASK_AGAIN = 60.0
"""Seconds until filters that were refused are asked for once more."""
_RETAIN = {
    "always": SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE,
    "new": SubscribeOptions.RETAIN_SEND_IF_NEW_SUB,
    "never": SubscribeOptions.RETAIN_DO_NOT_SEND,
}


@dataclass(frozen=True, slots=True)
class Session:
    """What stays over all connections of a source. ``tell(key, connected, values)`` takes a change of state."""

    name: str
    broker: BrokerUrl
    client_id: str
    window: int
    keepalive: int
    plan: Plan
    wishes: Wishes
    outbox: Outbox
    wake: Wake
    receive: Receiver
    tell: Callable[[str, bool, Mapping[str, str]], None]


class Connection:
    """Made anew for each try."""

    def __init__(self, session: Session, stopping: Callable[[], bool]) -> None:
        """``stopping``: whether it is time to disconnect. Raises ``BrokerError`` where a certificate can't be
        used."""
        self._session = session
        self._stopping = stopping
        self._open = OpenDeliveries(session.wake)
        self._count: int | None = None
        plan = session.plan
        self._presence = plan.presence()
        self._greeted = self._presence.greeting is None
        self._up = False
        self._refused = False
        self._clock = plan.clock
        self._last = time.monotonic()
        self._ask_again = float("inf")
        client = reading_client(session.broker, session.client_id, plan.tls, self._on_published, plan.largest)
        if will := self._presence.will:
            client.will_set(will.topic, will.payload, will.qos, will.retain)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_unsubscribe = self._on_unsubscribe
        client.on_publish = self._on_publish
        # Else paho writes in the thread of whoever calls.
        client.on_socket_register_write = _nothing
        self._client = client

    @property
    def proved(self) -> bool:
        """Whether the broker took us: the next try need not wait long."""
        return self._up

    def idle(self) -> float:
        """Seconds since the last message, 0 while one is not acknowledged."""
        return time.monotonic() - self._last if self._open.empty() else 0.0

    def serve(self) -> None:
        """Connect and take in until the connection ends."""
        try:
            open_session(self._client, self._session.broker, self._session.keepalive, self._session.window)
        except OSError as fault:
            self._tell_fault(fault, "broker-unreachable")
            return
        try:
            self._go_on()
        finally:
            self._open.close()
            self._end()

    def _go_on(self) -> None:
        client, wake = self._client, self._session.wake
        while (connection := client.socket()) is not None and not self._stopping():
            self._errands()
            writing = select.POLLOUT if client.want_write() else 0
            poll = select.poll()
            poll.register(connection, select.POLLIN | writing)
            poll.register(wake, select.POLLIN)
            pending = getattr(connection, "pending", None)
            events = dict(poll.poll(0 if pending and pending() else _TICK))
            if wake.fileno() in events:
                wake.notice()
            if connection.fileno() in events or (pending and pending()):
                client.loop_read()
            self._errands()
            if client.want_write():
                client.loop_write()
            client.loop_misc()

    def _errands(self) -> None:
        """What other threads have left for this one."""
        if not self._up or self._client.socket() is None:
            return
        if due := self._open.due():
            self._client.acknowledge(due)
        self._subscribe()
        self._session.outbox.post(self._client)

    def _subscribe(self) -> None:
        wishes, client = self._session.wishes, self._client
        if time.monotonic() > self._ask_again:
            self._ask_again = float("inf")
            wishes.ask_refused_again()
        packets, gone = wishes.due()
        if (packets or gone) and self._session.plan.memory is not None:
            self._session.plan.memory.keep(sorted({*wishes.held(), *gone}))
        for packet in packets:
            _, packet_id = client.subscribe([self._asked(one) for one in packet])
            if packet_id is not None:
                wishes.ask(packet_id, packet)
        if gone:
            _, packet_id = client.unsubscribe(list(gone))
            if packet_id is not None:
                wishes.leave(packet_id)

    def _asked(self, one: Filter) -> tuple[str, Any]:
        broker = self._session.broker
        if broker.version != 5:
            return one.topic, one.qos
        # To a shared subscription no retained values are sent, whatever is asked (MQTT 5, 4.8.2).
        handling = SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE if one.shared else _RETAIN[broker.retain]
        return one.topic, SubscribeOptions(qos=one.qos, retainHandling=handling)

    def _end(self) -> None:
        """Say goodbye where the line is still there, and let it go."""
        client = self._client
        if (connection := client.socket()) is None:
            return
        # paho closes its own once DISCONNECT is written.
        line = socket.socket(fileno=os.dup(connection.fileno()))
        if self._up and self._presence.farewell is not None:
            last = self._presence.farewell()
            client.publish(last.topic, last.payload, last.qos, last.retain)
        client.disconnect()
        client.loop_write()
        if (connection := client.socket()) is not None:
            connection.close()
        _let_go(line)

    # --- called by paho, in this thread ------------------------------------------------------------------------

    def _on_connect(self, _: Client, __: Any, flags: ConnectFlags, code: ReasonCode, ___: Any) -> None:
        if code.is_failure:
            self._refused = True
            self._tell(refused(code), reason=str(code.value))
            return
        self._count = 0 if flags.session_present else None
        self._session.wishes.begin(flags.session_present)
        self._session.outbox.connected()
        self._up = True
        self._session.tell("", True, {})

    def _on_subscribe(self, _: Client, __: Any, packet_id: int, codes: list[ReasonCode], ___: Any) -> None:
        self._last = time.monotonic()
        wishes = self._session.wishes
        if not wishes.answer(packet_id, [not code.is_failure for code in codes]):
            self._ask_again = time.monotonic() + _ASK_AGAIN
            values = {"url": self._session.broker.shown, "filters": ", ".join(wishes.refused)}
            self._session.tell("subscription-refused", True, values)
        elif wishes.confirmed():
            self._session.tell("", True, {})
            if not self._greeted and self._presence.greeting is not None:
                self._greeted = True
                self._session.outbox.put(self._presence.greeting)

    def _on_unsubscribe(self, _: Client, __: Any, packet_id: int, ___: Any, ____: Any) -> None:
        self._last = time.monotonic()
        self._session.wishes.left(packet_id)

    def _on_publish(self, _: Client, __: Any, packet_id: int, ___: ReasonCode, ____: Any) -> None:
        self._session.outbox.confirmed(packet_id)

    def _on_disconnect(self, _: Client, __: Any, ___: DisconnectFlags, code: ReasonCode, ____: Any) -> None:
        if self._refused or self._stopping():
            return
        self._tell_fault(self._client.fault, lost(code) if self._up else "broker-silent")

    def _on_published(self, published: Published) -> None:
        topic, payload, qos, duplicate, retain, packet_id, left_out = published
        message = Message(self._session.name, topic, payload, self._clock(), qos, retain, packet_id, left_out)
        self._last = time.monotonic()
        delivery = MqttDelivery(self._open, message, duplicate, self._count)
        if self._count is not None:
            self._count += 1
        if qos:
            self._open.add(delivery)
        self._session.receive(delivery)

    def _tell_fault(self, fault: OSError | None, otherwise: str) -> None:
        key = failure(fault) if fault is not None else None
        if fault is None or key is None:
            self._tell(otherwise)
        else:
            self._tell(key, fault=getattr(fault, "reason", None) or type(fault).__name__)

    def _tell(self, key: str, **values: str) -> None:
        self._session.tell(key, False, {"url": self._session.broker.shown, **values})


def _let_go(line: socket.socket) -> None:
    """Close once the broker has read to the end: a line that is closed with something unread is reset, and what
    we said last (acknowledgements, a farewell) may be lost with it."""
    deadline = time.monotonic() + _GOODBYE_SECONDS
    with suppress(OSError):
        line.shutdown(socket.SHUT_WR)
        while (left := deadline - time.monotonic()) > 0:
            line.settimeout(left)
            if not line.recv(65_536):
                break
    line.close()


def _nothing(*_: object) -> None:
    """The loop looks itself whether there is something to write."""
