"""The CRC-32 of a stored file, kept beside its content where the file system has extended attributes.

A zip file needs it of every part. Bytes under the name of their content never change, so what was computed while
they came in holds for good; where it isn't there, it is computed again.
"""

from __future__ import annotations

import os
import zlib
from contextlib import suppress

_NAME = "user.aas.crc32"
_CHUNK = 256 * 2**10
"""Bytes: small enough to stay in the processor's cache between reading and computing."""


def keep(descriptor: int, checksum: int) -> None:
    """Write a file's checksum down, with the size it was computed of."""
    with suppress(OSError, AttributeError):
        os.setxattr(descriptor, _NAME, f"{os.fstat(descriptor).st_size}:{checksum:08x}".encode())


def kept(descriptor: int) -> int | None:
    """The checksum that was written down; ``None`` where none was, or the size is another one."""
    with suppress(OSError, AttributeError, ValueError):
        size, _, checksum = os.getxattr(descriptor, _NAME).decode("ascii").partition(":")
        if int(size) == os.fstat(descriptor).st_size:
            return int(checksum, 16)
    return None


def computed(descriptor: int) -> int:
    """The checksum of a file, read to its end; its position stays where it is."""
    result = place = 0
    buffer = bytearray(_CHUNK)
    while count := os.preadv(descriptor, [buffer], place):
        result = zlib.crc32(memoryview(buffer)[:count], result)
        place += count
    return result
