"""paho's client for one connection, reading by the hundred packets and acknowledging when it is told to.

Why it is not paho's own reading:

- paho answers a QoS 2 message with PUBREC before anybody has seen it. A process that is killed then has lost it:
  the broker sends only PUBREL from there on. Here PUBREC leaves when the message is durable, and PUBCOMP answers
  PUBREL at once (MQTT 3.1.1, 4.3.3, method B).
- paho gathers a packet of any size in memory, several times over; ``packets.Splitter`` bounds it.
- paho reads the first two bytes of each packet by a call of their own and writes each acknowledgement by another.

What is used of paho beyond its documented interface: ``_in_packet``, ``_packet_handle``, ``_packet_queue``,
``_loop_rc_handle``, ``_last_bytes_received``, ``_ssl_wrap_socket``, ``_ssl_context``. Every test against a broker
goes through them.
"""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from connectors.mqtt.address import BrokerUrl
from connectors.mqtt.packets import (
    PUBACK,
    PUBCOMP,
    PUBLISH,
    PUBREL,
    MalformedPacket,
    Packet,
    Published,
    Splitter,
    answer,
    packet_id_of,
    published,
)
from connectors.mqtt.tls import Tls, context

_CHUNK = 2**16
_READS = 16
"""Reads before it is looked at what there is to write and whether the connection still lives."""
_FOREVER = 0xFFFF_FFFF

Taken = Callable[[Published], None]


def new_client(broker: BrokerUrl, client_id: str, *, persistent: bool, tls: Tls | None = None) -> Client:
    """A paho client for a broker, not connected yet. Raises ``BrokerError`` where a certificate can't be used."""
    made: Client = _dressed(Client, broker, client_id, persistent, tls or Tls())
    return made


class ReadingClient(Client):
    """A client whose messages go to ``taken``. ``fault``: what ended the connection, where the system said so."""

    taken: Taken
    largest: int
    five: bool
    fault: OSError | None = None
    _splitter: Splitter | None = None

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:  # noqa: ARG002 (paho's signature)
        """Read what is there, and act on it."""
        if self._splitter is None:
            self._splitter = Splitter(self.largest)
        for _ in range(_READS):
            connection: Any = self.socket()
            if connection is None:
                return MQTTErrorCode.MQTT_ERR_NO_CONN
            try:
                data = connection.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return MQTTErrorCode.MQTT_ERR_SUCCESS
            except OSError as fault:
                self.fault = fault
                data = b""
            if not data:
                return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
            self._last_bytes_received = time.monotonic()
            code = self._act_on(self._splitter.feed(data))
            if code:
                return code
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _ssl_wrap_socket(self, tcp_sock: socket.socket) -> ssl.SSLSocket:
        """As paho has it, but the socket of a handshake that fails is closed."""
        assert self._ssl_context is not None
        wrapped = self._ssl_context.wrap_socket(tcp_sock, server_hostname=self.host, do_handshake_on_connect=False)
        try:
            wrapped.settimeout(self.connect_timeout)
            wrapped.do_handshake()
        except BaseException:
            wrapped.close()
            raise
        return wrapped

    def acknowledge(self, packets: bytes) -> None:
        """Send acknowledgements, ready as they are."""
        self._packet_queue(PUBACK, packets, 0, 1)

    def _act_on(self, packets: Iterator[Packet]) -> MQTTErrorCode:
        try:
            for packet in packets:
                kind = packet.kind & 0xF0
                if kind == PUBLISH:
                    self.taken(published(packet, self.five))
                elif kind == PUBREL:
                    self._packet_queue(PUBCOMP, answer(PUBCOMP, packet_id_of(packet)), 0, 1)
                elif code := self._other(packet):
                    return self._loop_rc_handle(code)
                if self.socket() is None:
                    return MQTTErrorCode.MQTT_ERR_NO_CONN
        except MalformedPacket:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_PROTOCOL)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _other(self, packet: Packet) -> MQTTErrorCode:
        """Whatever bears no message is paho's. What it can't read it tells in many ways."""
        self._in_packet = {
            "command": packet.kind,
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": len(packet.body),
            "packet": bytearray(packet.body),
            "to_process": 0,
            "pos": 0,
        }
        try:
            return self._packet_handle()
        except (ValueError, LookupError, AssertionError, struct.error) as fault:
            raise MalformedPacket from fault
        except Exception as fault:
            if type(fault).__module__.startswith("paho."):
                raise MalformedPacket from fault
            raise


def reading_client(broker: BrokerUrl, client_id: str, tls: Tls, taken: Taken, largest: int) -> ReadingClient:
    """A client for a kept session, not connected yet. ``largest``: bytes of a message that is kept whole."""
    client: ReadingClient = _dressed(ReadingClient, broker, client_id, True, tls)
    client.taken = taken
    client.largest = largest
    client.five = broker.version == 5
    return client


def _dressed(kind: Any, broker: BrokerUrl, client_id: str, persistent: bool, tls: Tls) -> Any:
    five = broker.version == 5
    client = kind(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=None if five else not persistent,
        protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
    )
    if broker.user is not None:
        client.username_pw_set(broker.user, broker.password)
    if broker.tls:
        client.tls_set_context(context(tls, broker.insecure_tls))
    return client


def open_session(client: Client, broker: BrokerUrl, keepalive: int, window: int) -> None:
    """Connect to a kept session. Raises ``OSError``."""
    if broker.version != 5:
        client.connect(broker.host, broker.port, keepalive)
        return
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = _FOREVER
    properties.ReceiveMaximum = min(window, 0xFFFF)
    client.connect(broker.host, broker.port, keepalive, clean_start=False, properties=properties)
