"""Zip files inside a package's parts: never unpacked here, but whoever gets one from us might do it."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from typing import IO, BinaryIO

from aas_server.errors import TooLarge
from aas_server.twin.package.limits import RATIO_FROM, Limits

MAGIC = b"PK\x03\x04"
_BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError, zlib.error)
_IN_MEMORY = 8 * 2**20
"""Bytes up to which a part is looked into without a temporary file."""


def refuse_bombs(stream: BinaryIO, part: str, limits: Limits) -> None:
    """Raises ``TooLarge`` where the zip in ``stream`` would unpack to more than a package may, however deep it is
    nested. What only looks like a zip, or is encrypted, is a file as any other."""
    _look(stream, part, limits, 1, limits.size)


def _look(stream: IO[bytes], part: str, limits: Limits, level: int, left: int) -> int:
    """What is left of the bytes that everything may unpack to."""
    if level > limits.nesting:
        raise TooLarge("package-nested", part=part, limit=limits.nesting, setting="max_package_nesting")
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
        try:
            shutil.copyfileobj(stream, copy, 1 << 20)
            zip = zipfile.ZipFile(copy)
        except _BROKEN:
            return left
        with zip:
            for entry in zip.infolist():
                left = _entry(zip, entry, part, limits, level, left)
    return left


def _entry(zip: zipfile.ZipFile, entry: zipfile.ZipInfo, part: str, limits: Limits, level: int, left: int) -> int:
    left -= entry.file_size
    if left < 0:
        raise TooLarge("package-large", limit=limits.size, setting="max_package_size")
    if entry.file_size > max(RATIO_FROM, entry.compress_size * limits.ratio):
        raise TooLarge("package-ratio", part=part, limit=limits.ratio, setting="max_package_ratio")
    if not _is_zip(zip, entry):
        return left
    with zip.open(entry) as inner:
        return _look(inner, f"{part}/{entry.filename}", limits, level + 1, left)


def _is_zip(zip: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    try:
        with zip.open(entry) as inner:
            return inner.read(len(MAGIC)) == MAGIC
    except _BROKEN:
        return False
