"""Packets out of a broker's stream of bytes, by the hundred, and bounded whatever a broker sends.

Sections of MQTT 3.1.1 (5 is the same but for the properties, which are passed over)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from connectors.message import HEAD

PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = 0x30, 0x40, 0x50, 0x60, 0x70
_ANSWER = struct.Struct("!BBH")
_LARGEST_OTHER = 2**16
"""Bytes of a packet that bears no message: an answer to 50 filters is not larger."""
_FRAME = 2**17
"""Bytes of a message's packet beside its payload: topic (at most 65,537), packet id, MQTT 5's properties. Of a
message over the limit as many are kept, and ``HEAD`` of its payload where they hold it."""


class MalformedPacket(Exception):
    """No MQTT: the connection must end."""


class Packet(NamedTuple):
    """``kind``: the first byte, with its flags. ``left_out``: bytes at the end of ``body`` that are not kept."""

    kind: int
    body: bytes
    left_out: int = 0


class Published(NamedTuple):
    """A PUBLISH (3.3). ``packet_id`` is 0 with QoS 0."""

    topic: str
    payload: bytes
    qos: int
    duplicate: bool
    retain: bool
    packet_id: int
    left_out: int


class Splitter:
    """Cuts what was read into packets. Of a message with more than ``largest`` bytes only the head is kept: what
    follows is counted, and passes through without being stored."""

    def __init__(self, largest: int) -> None:
        self._largest = largest + _FRAME
        self._buffer = bytearray()
        self._skipping: Packet | None = None
        self._to_skip = 0

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that are whole by now. Raises ``MalformedPacket``."""
        if self._skipping is not None:
            skipped = min(self._to_skip, len(data))
            self._to_skip -= skipped
            data = data[skipped:]
            if self._to_skip:
                return
            whole, self._skipping = self._skipping, None
            yield whole
        buffer = self._buffer
        buffer += data
        at, end = 0, len(buffer)
        try:
            while end - at >= 2:
                length, start = buffer[at + 1], at + 2
                if length > 127:
                    length, start = _length(buffer, at + 1)
                    if start == 0:
                        return
                if length > _LARGEST_OTHER and not self._is_bearable(buffer[at], length):
                    if end - start < _FRAME:
                        return
                    packet, at = self._cut(at, start, length)
                    if self._to_skip:
                        self._skipping = packet
                        return
                    yield packet
                    continue
                if end - start < length:
                    return
                kind, at = buffer[at], start + length
                yield Packet(kind, bytes(buffer[start:at]))
        finally:
            del buffer[:at]

    def _cut(self, at: int, start: int, length: int) -> tuple[Packet, int]:
        """What is kept of a message over the limit, and where in the buffer something else begins."""
        buffer = self._buffer
        packet = Packet(buffer[at], bytes(buffer[start : start + _FRAME]), length - _FRAME)
        there = min(len(buffer) - start, length)
        self._to_skip = length - there
        return packet, start + there

    def _is_bearable(self, kind: int, length: int) -> bool:
        """Whether a packet is kept whole."""
        if kind & 0xF0 != PUBLISH:
            raise MalformedPacket
        return length <= self._largest


def _length(buffer: bytearray, at: int) -> tuple[int, int]:
    """A variable byte integer (2.2.3) and where it ends; an end of 0 where it isn't whole yet."""
    value = 0
    for place in range(4):
        if at + place >= len(buffer):
            return 0, 0
        byte = buffer[at + place]
        value |= (byte & 127) << (7 * place)
        if byte < 128:
            return value, at + place + 1
    raise MalformedPacket


def published(packet: Packet, five: bool) -> Published:
    """What a PUBLISH says. Raises ``MalformedPacket``."""
    kind, body, left_out = packet
    qos = (kind >> 1) & 3
    try:
        end = 2 + (body[0] << 8) + body[1]
        start = end + 2 if qos else end
        packet_id = (body[end] << 8) + body[end + 1] if qos else 0
        if five:
            length, start = (body[start], start + 1) if body[start] < 128 else _properties(body, start)
            start += length
    except IndexError:
        raise MalformedPacket from None
    if qos == 3 or (qos and not packet_id) or end == 2 or start > len(body) + left_out:
        raise MalformedPacket
    # Where not even the properties fit, the payload begins after what was kept.
    payload = body[start : start + HEAD] if left_out else body[start:]
    missing = left_out + len(body) - start - len(payload) if left_out else 0
    topic = body[2:end].decode("utf-8", "backslashreplace")
    return Published(topic, payload, qos, kind & 8 != 0, kind & 1 != 0, packet_id, missing)


def _properties(body: bytes, start: int) -> tuple[int, int]:
    length, end = _length(bytearray(body[start : start + 4]), 0)
    if not end:
        raise MalformedPacket
    return length, start + end


def answer(kind: int, packet_id: int) -> bytes:
    """A PUBACK, PUBREC or PUBCOMP (3.4, 3.5, 3.7)."""
    return _ANSWER.pack(kind, 2, packet_id)


def packet_id_of(packet: Packet) -> int:
    """Of a PUBREL (3.6)."""
    if len(packet.body) < 2:
        raise MalformedPacket
    return (packet.body[0] << 8) + packet.body[1]
