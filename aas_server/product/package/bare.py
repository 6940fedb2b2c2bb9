"""A picture without what stands beside its pixels: cameras write place, time, owner and notes into the file.

The pixels stay bit for bit: segments and chunks are left out, nothing is decoded. Kept is what colours need (JFIF,
Adobe, ICC profiles). Sources: ITU-T T.81 (JPEG), annex B; W3C PNG (third edition), 5; CIPA DC-008 (Exif 3.0), 4.6.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset((b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"cICP"))
_PNG_EXIF = b"eXIf"
_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
"""What ends the coded data of a scan: stuffed zeros and restart markers are part of it."""
_EXIF = b"Exif\0\0"
_PLACE = 0x8825
"""The tag of Exif's directory of places (GPSInfo)."""


@dataclass(frozen=True, slots=True)
class Bare:
    """``beside``: whether anything was left out; ``place``: whether that told where the picture was taken."""

    content: bytes
    suffix: Literal[".jpg", ".png", ".bmp"]
    beside: bool
    place: bool


def bare(content: bytes) -> Bare | None:
    """The picture without its notes; ``None`` where it is damaged, or no JPEG, PNG or BMP."""
    if content.startswith(_PNG):
        return _png(content)
    if content.startswith(b"\xff\xd8"):
        return _jpeg(content)
    length = int.from_bytes(content[2:6], "little")
    if content.startswith(b"BM") and 26 <= length <= len(content):
        return Bare(content[:length], ".bmp", len(content) > length, place=False)
    return None


def _jpeg(content: bytes) -> Bare | None:
    kept, left = [content[:2]], list[bytes]()
    for marker, part in _segments(content):
        (kept if _is_needed(marker, part) else left).append(part)
    last = kept[-1]
    if last != b"\xff\xd9" or not any(part[1] == _SCAN for part in kept):
        return None
    whole = b"".join(kept)
    place = any(part[4:].startswith(_EXIF) and _has_place(part[10:]) for part in left)
    return Bare(whole, ".jpg", len(whole) < len(content), place)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment; a scan bears its coded data. Ends where the picture ends or breaks."""
    at = 2
    while at + 2 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        end = at + 2 if marker in _ALONE or marker == _END else at + 2 + int.from_bytes(content[at + 2 : at + 4])
        if end > len(content):
            return
        if marker == _SCAN:
            following = _MARKER.search(content, end)
            end = following.start() if following else len(content)
        yield marker, content[at:end]
        if marker == _END:
            return
        at = end


def _is_needed(marker: int, part: bytes) -> bool:
    if marker == _COMMENT:
        return False
    if not 0xE0 <= marker <= 0xEF:
        return True
    body = part[4:]
    return (marker, body[:5]) in ((0xE0, b"JFIF\0"), (0xEE, b"Adobe")) or body.startswith(b"ICC_PROFILE\0")


def _png(content: bytes) -> Bare | None:
    kept, left, at = [_PNG], list[bytes](), len(_PNG)
    kinds = set()
    while at + 12 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4])
        kind, part = content[at + 4 : at + 8], content[at:end]
        critical = bool(kind[:1].isupper())
        if end > len(content) or (critical and zlib.crc32(part[4:-4]) != int.from_bytes(part[-4:])):
            return None
        (kept if critical or kind in _PNG_KEPT else left).append(part)
        kinds.add(kind)
        at = end
        if kind == b"IEND":
            break
    if not {b"IHDR", b"IDAT", b"IEND"} <= kinds:
        return None
    whole = b"".join(kept)
    place = any(part[4:8] == _PNG_EXIF and _has_place(part[8:-4]) for part in left)
    return Bare(whole, ".png", len(whole) < len(content), place)


def _has_place(tiff: bytes) -> bool:
    """Whether the first directory of Exif data points to one of places."""
    order: Literal["little", "big"] = "little" if tiff.startswith(b"II") else "big"
    at = int.from_bytes(tiff[4:8], order)
    count = int.from_bytes(tiff[at : at + 2], order)
    tags = (tiff[at + 2 + 12 * entry :][:2] for entry in range(count))
    return any(int.from_bytes(tag, order) == _PLACE for tag in tags)
