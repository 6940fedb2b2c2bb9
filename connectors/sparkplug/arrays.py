"""Sparkplug's arrays, packed little endian (specification 3.0, "Datatype Details: Array Types"), as JSON text."""

from __future__ import annotations

import struct
from collections.abc import Callable

import msgspec

from connectors.sparkplug.moments import moment

_COUNT = struct.Struct("<I")


def of_numbers(code: str) -> Callable[[bytes], str]:
    """A reader of packed numbers of a ``struct`` code; ``ValueError`` where bytes are left over. NaN and infinity
    become null."""
    size = struct.calcsize(f"<{code}")

    def read(packed: bytes) -> str:
        return _json(_numbers(packed, code, size))

    return read


def of_moments(packed: bytes) -> str:
    """Packed 64-bit milliseconds since 1970 as ISO 8601 texts."""
    return _json([moment(int(value)) for value in _numbers(packed, "q", 8)])


def of_booleans(packed: bytes) -> str:
    """A 32-bit count, then eight booleans a byte, the highest bit first."""
    count = _COUNT.unpack_from(packed)[0] if len(packed) >= _COUNT.size else -1
    bits = packed[_COUNT.size :]
    if (count + 7) // 8 != len(bits):
        raise ValueError(count)
    return _json([bool(bits[index // 8] & (0x80 >> index % 8)) for index in range(count)])


def of_texts(packed: bytes) -> str:
    """Texts, each ended by a zero byte."""
    if packed and packed[-1]:
        raise ValueError(packed[-1])
    return _json([text.decode() for text in packed.split(b"\0")[:-1]])


def _numbers(packed: bytes, code: str, size: int) -> tuple[float, ...]:
    count, left = divmod(len(packed), size)
    if left:
        raise ValueError(left)
    return struct.unpack(f"<{count}{code}", packed)


def _json(values: object) -> str:
    return msgspec.json.encode(values).decode()
