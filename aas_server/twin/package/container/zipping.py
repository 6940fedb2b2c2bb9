"""Parts put into a zip file: small ones packed, media stored as fast as the file system copies."""

from __future__ import annotations

import os
import shutil
import struct
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, BinaryIO

from aas_server.store import checksum

_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest moment a zip can name; a package's bytes follow from its content alone."""
_CHUNK = 1 << 20
_PACKED_UPTO = 8 * 2**20
"""Bytes. Packing takes 30 times as long as copying: what is larger is stored, text too."""
_ALIGNMENT, _ALIGNED_FROM = 32 * 2**10, 4 * 2**20
"""Bytes. The kernel copies a third faster where pages of source and target coincide; small parts aren't padded."""
_FIELD = struct.Struct("<HHH")
_TEXTS = frozenset({"application/json", "application/xml", "application/javascript", "image/svg+xml"})


class Zipping:
    """Writes to ``stream``, a real file opened for reading and writing, from the block's begin to its end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._zip = zipfile.ZipFile(stream, "w")
        self._beside = ThreadPoolExecutor(1, "zip-checksum")

    def __enter__(self) -> Zipping:
        return self

    def __exit__(self, *_: object) -> None:
        self._beside.shutdown()
        self._zip.close()

    def pack(self, name: str, body: bytes) -> None:
        """A small part from memory, deflated."""
        self._zip.writestr(_entry(name, zipfile.ZIP_DEFLATED), body)

    def pack_file(self, name: str, source: BinaryIO) -> None:
        """A part from a file, deflated."""
        with self._zip.open(_entry(name, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as part:
            shutil.copyfileobj(source, part, _CHUNK)

    def add_file(self, name: str, source: Path, media_type: str) -> None:
        """A part from a file: text of moderate size deflated, all else stored as it is."""
        with source.open("rb") as opened:
            if is_text(media_type) and os.fstat(opened.fileno()).st_size <= _PACKED_UPTO:
                self.pack_file(name, opened)
            else:
                self._store(name, opened)

    def _store(self, name: str, source: BinaryIO) -> None:
        """The checksum is known, or computed beside the copying and written into the header afterwards: one after
        the other, as ``zipfile`` does it, takes twice as long."""
        entry = _entry(name, zipfile.ZIP_STORED)
        entry.file_size = entry.compress_size = os.fstat(source.fileno()).st_size
        entry.header_offset, entry.CRC = self._zip.start_dir, 0
        known = checksum.kept(source.fileno())
        computing = None if known is not None else self._beside.submit(checksum.computed, source.fileno())
        if entry.file_size >= _ALIGNED_FROM:
            entry.extra = _padding(entry.header_offset + len(entry.FileHeader(zip64=True)))
        self._stream.seek(entry.header_offset)
        self._stream.write(entry.FileHeader(zip64=True))
        _copy(source, self._stream, entry.file_size)
        end = self._stream.tell()
        entry.CRC = known or (computing.result() if computing is not None else 0)
        self._stream.seek(entry.header_offset)
        self._stream.write(entry.FileHeader(zip64=True))
        self._stream.seek(end)
        entry.extra = b""  # the directory needs no padding
        self._zip.filelist.append(entry)
        self._zip.NameToInfo[entry.filename] = entry
        self._zip.start_dir = end


def is_text(media_type: str) -> bool:
    """Whether bytes of a media type get smaller by packing: text does; images, archives, Parquet, video don't."""
    plain = media_type.partition(";")[0].strip().lower()
    return plain.startswith("text/") or plain in _TEXTS or plain.endswith(("+json", "+xml"))


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = compression
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


def _padding(place: int) -> bytes:
    """An extra field after which a part begins at a multiple of ``_ALIGNMENT`` (the form of ``zipalign``)."""
    length = -place % _ALIGNMENT
    length += _ALIGNMENT if length < _FIELD.size else 0
    return _FIELD.pack(0xD935, length - 4, _ALIGNMENT).ljust(length, b"\0")


def _copy(source: BinaryIO, target: IO[bytes], size: int) -> None:
    """``size`` bytes from the begin of ``source`` to where ``target`` stands, inside the kernel where it can."""
    target.flush()
    begin, done = target.tell(), 0
    try:
        while done < size:
            count = os.copy_file_range(source.fileno(), target.fileno(), size - done, done, begin + done)
            if count == 0:
                break
            done += count
    except (OSError, AttributeError):
        pass  # another file system, or none that copies by itself
    source.seek(done)
    target.seek(begin + done)
    while done < size and (chunk := source.read(min(_CHUNK, size - done))):
        target.write(chunk)
        done += len(chunk)
