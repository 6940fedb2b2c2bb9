"""Pictures by their first bytes: JPEG, PNG and BMP, their size in pixels, and whether the end is there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.message import Undecodable

CUT_OFF = "picture-cut-off"
_JPEG, _PNG, _BMP = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM"
_PNG_END = b"IEND\xaeB`\x82"
_JPEG_END = b"\xff\xd9"
_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
"""The lengths that a BMP's second header has in the wild, each telling its version."""
_FRAMES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)))
"""Markers of a JPEG's frame header, which holds the size (ITU-T T.81, table B.1)."""
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))
_MOST_SEGMENTS = 1000
_TAIL = 1024


@dataclass(frozen=True, slots=True)
class Picture:
    """``sha256`` in hex; ``width`` and ``height`` in pixels; ``flags``: what is to be doubted about it."""

    sha256: str
    media_type: str
    width: int
    height: int
    flags: tuple[str, ...] = ()


def is_picture(content: bytes) -> bool:
    """Whether bytes begin as a picture does."""
    return content.startswith((_JPEG, _PNG)) or _is_bmp(content)


def look(content: bytes) -> Picture:
    """What a picture's header says. Raises ``Undecodable`` where it is none, or its header is broken."""
    if content.startswith(_PNG):
        kind, size, whole = "image/png", _png_size(content), _PNG_END in content[-_TAIL:]
    elif content.startswith(_JPEG):
        kind, size, whole = "image/jpeg", _jpeg_size(content), _JPEG_END in content[-_TAIL:]
    elif _is_bmp(content):
        length = int.from_bytes(content[2:6], "little")
        kind, size, whole = "image/bmp", _bmp_size(content), len(content) >= length
    else:
        raise Undecodable("picture-unknown", begin=content[:8].hex(" "))
    if size is None or min(size) <= 0:
        raise Undecodable("picture-broken", kind=kind, size=len(content))
    return Picture(hashlib.sha256(content).hexdigest(), kind, *size, () if whole else (CUT_OFF,))


def _png_size(content: bytes) -> tuple[int, int] | None:
    if content[12:16] != b"IHDR" or len(content) < 24:
        return None
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    for marker, start in _segments(content):
        if marker in _FRAMES:
            if start + 7 > len(content):
                return None
            height = int.from_bytes(content[start + 3 : start + 5], "big")
            return int.from_bytes(content[start + 5 : start + 7], "big"), height
    return None


def _segments(content: bytes) -> Iterator[tuple[int, int]]:
    """The markers of a JPEG before its image data, with where their contents begin (at the length)."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if at + 4 > len(content) or content[at] != 0xFF:
            return
        marker = content[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        yield marker, at + 2
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")


def _is_bmp(content: bytes) -> bool:
    """Two letters are a word as well: the headers behind them must be those of a picture, too."""
    return (
        content.startswith(_BMP)
        and content[6:10] == b"\0\0\0\0"
        and int.from_bytes(content[14:18], "little") in _BMP_HEADERS
    )


def _bmp_size(content: bytes) -> tuple[int, int] | None:
    if len(content) < 26:
        return None
    if content[14] == _BMP_HEADERS[0]:
        return int.from_bytes(content[18:20], "little"), int.from_bytes(content[20:22], "little")
    # a negative height says that the rows begin at the top
    width, height = (int.from_bytes(content[at : at + 4], "little", signed=True) for at in (18, 22))
    return width, abs(height)
