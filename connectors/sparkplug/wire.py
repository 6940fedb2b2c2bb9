"""Protocol buffers as bytes (protobuf.dev, "Encoding"), as far as Sparkplug needs them: no field of a message is
looked into before somebody asks for it, so that bytes of a hostile sender never grow in memory."""

from __future__ import annotations

import struct
from collections.abc import Iterator

VARINT, FIXED64, BYTES, GROUP, END_GROUP, FIXED32 = range(6)
_LONGEST_VARINT = 10
_64_BITS = 2**64 - 1
_DEEPEST = 100
"""Groups within groups that are skipped; protobuf's own readers stop there, too."""
double = struct.Struct("<d").unpack_from
single = struct.Struct("<f").unpack_from


class Malformed(ValueError):
    """Bytes that are no protobuf; ``offset`` says where."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"byte {offset}")
        self.offset = offset


def varint(raw: bytes, at: int, end: int) -> tuple[int, int]:
    """The unsigned number (64 bits) at ``at``, and where the next thing begins. Raises ``Malformed``."""
    value = shift = 0
    for byte in raw[at : min(end, at + _LONGEST_VARINT)]:
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _64_BITS, at
        shift += 7
    raise Malformed(at)


def fields(raw: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """The fields of the message in ``raw[at:end]``: number, wire type, and where the field begins and ends after
    its tag; of ``BYTES`` the length is left out. Raises ``Malformed``."""
    while at < end:
        tag, start = varint(raw, at, end)
        kind = tag & 7
        if kind == BYTES:
            length, start = varint(raw, start, end)
            at = start + length
        else:
            at = skip(raw, start, end, tag)
        if at > end or tag < 8:
            raise Malformed(start)
        yield tag >> 3, kind, start, at


def field(number: int, told: int | bytes) -> bytes:
    """A field as it is sent: an unsigned number, or bytes (a text, a message)."""
    if isinstance(told, int):
        return _varint(number << 3 | VARINT) + _varint(told)
    return _varint(number << 3 | BYTES) + _varint(len(told)) + told


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def skip(raw: bytes, at: int, end: int, tag: int) -> int:
    """Where the field with this tag ends. Raises ``Malformed``."""
    depth = 0
    while True:
        kind = tag & 7
        if kind == VARINT:
            _, at = varint(raw, at, end)
        elif kind == FIXED64:
            at += 8
        elif kind == FIXED32:
            at += 4
        elif kind == BYTES:
            length, at = varint(raw, at, end)
            at += length
        elif kind == GROUP and depth < _DEEPEST:
            depth += 1
        elif kind == END_GROUP and depth:
            depth -= 1
        else:
            raise Malformed(at)
        if at > end:
            raise Malformed(end)
        if not depth:
            return at
        tag, at = varint(raw, at, end)
