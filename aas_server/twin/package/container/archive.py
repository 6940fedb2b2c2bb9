"""A zip file read without trust: names, counts, sizes and ratios are bounded while reading, not believed."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from lxml import etree

from aas_server.errors import BadInput, TooLarge
from aas_server.twin.package import xml
from aas_server.twin.package.container import opc
from aas_server.twin.package.container.nested import MAGIC, refuse_bombs
from aas_server.twin.package.limits import RATIO_FROM, Limits


class Archive:
    """An opened package. ``names`` are its parts, without leading slash."""

    def __init__(self, zip: zipfile.ZipFile, limits: Limits) -> None:
        self._zip = zip
        self._limits = limits
        self._left = limits.size
        parts = [entry for entry in zip.infolist() if not entry.is_dir()]
        self._check_entries(parts)
        self._entries = {entry.filename.lstrip("/"): entry for entry in parts}
        self._folded = {name.lower(): name for name in self._entries}
        self._check_names()
        self._check_claims()

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def find(self, path: str) -> str | None:
        """The part that a path in a File element means."""
        spellings = opc.spellings(path)
        found = next((name for name in spellings if name in self._entries), None)
        # OPC's part names know no upper and lower case (ECMA-376 part 2, 6.2.2.3).
        return found or next(
            (self._folded[name.lower()] for name in spellings if name.lower() in self._folded), None
        )

    def open(self, name: str) -> BinaryIO:
        """A part as a stream; it raises ``TooLarge`` once a limit is passed, ``BadInput`` where it is broken."""
        entry = self._entries.get(name)
        if entry is None:
            raise BadInput("package-part-missing", part=name)
        if entry.flag_bits & 1:
            raise BadInput("package-encrypted", part=name)
        try:
            raw = self._zip.open(entry)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as fault:
            raise BadInput("package-broken", part=name, fault=str(fault)) from None
        return cast(BinaryIO, io.BufferedReader(_Bounded(self, raw, entry), 1 << 16))

    def file(self, name: str) -> BinaryIO:
        """A part that is handed on as a file: as ``open``, and a zip file is no bomb (``TooLarge``)."""
        stream = cast(io.BufferedReader, self.open(name))
        if not stream.peek(len(MAGIC)).startswith(MAGIC):
            return cast(BinaryIO, stream)
        left = self._left
        with stream:
            refuse_bombs(cast(BinaryIO, stream), name, self._limits)
        self._left = left
        return self.open(name)

    def read(self, name: str) -> bytes:
        with self.open(name) as stream:
            return stream.read()

    def relationships(self, part: str) -> list[opc.Relationship]:
        """The relationships of a part; none where their part is missing."""
        name = opc.relationships_name(part)
        if name not in self._entries:
            return []
        tree = xml.parsed(io.BytesIO(self.read(name)), name)
        found: list[opc.Relationship] = []
        for element in tree.getroot().iter("{*}Relationship"):
            kind, target = element.get("Type"), element.get("Target")
            if kind and target and not etree.QName(element).localname.startswith("_"):
                external = element.get("TargetMode", "").lower() == "external"
                found.append(opc.Relationship(kind, opc.resolved(part, target), external))
        return found

    def take(self, part: str, count: int, so_far: int, packed: int) -> None:
        """Account for ``count`` bytes more of a part. Raises ``TooLarge`` with the limit's name."""
        self._left -= count
        self._check_part(part, so_far, packed)
        if self._left < 0:
            raise TooLarge("package-large", limit=self._limits.size, setting="max_package_size")

    def _check_entries(self, parts: list[zipfile.ZipInfo]) -> None:
        """Each part once, a file of its own, with bytes of its own: two that share some are a bomb's trick."""
        seen = set[str]()
        for entry in parts:
            name = entry.filename.lstrip("/")
            if name in seen:
                raise BadInput("package-part-twice", part=name)
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise BadInput("package-part-link", part=name)
            seen.add(name)
        if sum(entry.compress_size for entry in parts) > self._length():
            raise BadInput("package-broken", part=Path(str(self._zip.filename)).name, fault="overlapping entries")

    def _length(self) -> int:
        stream = self._zip.fp
        assert stream is not None
        return stream.seek(0, 2)

    def _check_names(self) -> None:
        if len(self._entries) > self._limits.parts:
            raise TooLarge("package-parts", limit=self._limits.parts, setting="max_package_parts")
        for name in self._entries:
            if "\\" in name or ".." in name.split("/") or "\x00" in name or ":" in name.split("/")[0]:
                raise BadInput("package-part-path", part=name)

    def _check_claims(self) -> None:
        """A part that already claims to be too large is refused unread, whether anything refers to it or not."""
        if sum(entry.file_size for entry in self._entries.values()) > self._limits.size:
            raise TooLarge("package-large", limit=self._limits.size, setting="max_package_size")
        for name, entry in self._entries.items():
            self._check_part(name, entry.file_size, entry.compress_size)

    def _check_part(self, part: str, size: int, packed: int) -> None:
        if size > self._limits.part:
            raise TooLarge("package-part-large", part=part, limit=self._limits.part, setting="max_package_part")
        if size > max(RATIO_FROM, packed * self._limits.ratio):
            raise TooLarge("package-ratio", part=part, limit=self._limits.ratio, setting="max_package_ratio")


class _Bounded(io.RawIOBase):
    def __init__(self, archive: Archive, raw: io.BufferedIOBase | object, entry: zipfile.ZipInfo) -> None:
        self._archive = archive
        self._raw = cast(BinaryIO, raw)
        self._entry = entry
        self._so_far = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        try:
            data = self._raw.read(len(view))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as fault:
            raise BadInput("package-broken", part=self._entry.filename, fault=str(fault) or "EOF") from None
        self._so_far += len(data)
        self._archive.take(self._entry.filename, len(data), self._so_far, self._entry.compress_size)
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._raw.close()
        super().close()


@contextmanager
def archive(path: Path, limits: Limits) -> Iterator[Archive]:
    """A package, opened. Raises ``BadInput`` where it is no zip file or cut off."""
    try:
        zip = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as fault:
        raise BadInput("package-broken", part=path.name, fault=str(fault)) from None
    with zip:
        yield Archive(zip, limits)
