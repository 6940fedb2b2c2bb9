"""Bytes by their SHA-256: written once, synced before they are named, never changed.

Power-safe: content synced → renamed → both folders synced → the digest is handed out.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from aas_server.errors import NotFound, Unavailable
from aas_server.store import checksum
from aas_server.store.durable import is_full, sync

_CHUNK = 1 << 20
_LEFT_OVER_SECONDS = 60.0
"""Age from which an incoming file that nobody holds is a crash's leftover; one is held as soon as it is made."""


class FolderFiles:
    """Implements ``contract.Files`` in a folder: ``ab/abcdef…``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        _sweep(self._incoming)

    def add(self, content: BinaryIO | bytes | Path) -> str:
        with _translated(self._folder), tempfile.NamedTemporaryFile(dir=self._incoming, delete=False) as target:
            temporary = Path(target.name)
            try:
                fcntl.flock(target, fcntl.LOCK_EX)
                digest = _copy(content, target)
                self._name(temporary, digest)
            finally:
                temporary.unlink(missing_ok=True)
        return digest

    def path(self, digest: str) -> Path:
        path = self._place(digest)
        if not path.is_file():
            raise NotFound("file-not-found", digest=digest)
        return path

    def remove(self, digest: str) -> None:
        place = self._place(digest)
        with _translated(self._folder):
            place.unlink(missing_ok=True)
            if place.parent.exists():
                sync(place.parent)

    def _name(self, temporary: Path, digest: str) -> None:
        place = self._place(digest)
        if not place.exists():
            place.parent.mkdir(exist_ok=True)
            temporary.rename(place)
        # Also where it was there: the other process may have named it only just now.
        sync(place.parent)
        sync(self._folder)

    def _place(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise NotFound("file-not-found", digest=digest)
        return self._folder / digest[:2] / digest


def _sweep(incoming: Path) -> None:
    """Remove what a crash has left half written; other processes may be writing beside us."""
    for file in incoming.iterdir():
        with suppress(OSError), file.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - file.stat().st_mtime > _LEFT_OVER_SECONDS:
                file.unlink()


def _copy(content: BinaryIO | bytes | Path, target: IO[bytes]) -> str:
    seen, sum = hashlib.sha256(), 0
    with _opened(content) as chunks:
        for chunk in chunks:
            seen.update(chunk)
            sum = zlib.crc32(chunk, sum)
            target.write(chunk)
    target.flush()
    checksum.keep(target.fileno(), sum)
    os.fchmod(target.fileno(), 0o644)
    os.fsync(target.fileno())
    return seen.hexdigest()


@contextmanager
def _opened(content: BinaryIO | bytes | Path) -> Iterator[Iterator[bytes]]:
    if isinstance(content, bytes):
        yield iter((content,))
    elif isinstance(content, Path):
        with content.open("rb") as source:
            yield iter(lambda: source.read(_CHUNK), b"")
    else:
        yield iter(lambda: content.read(_CHUNK), b"")


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        if is_full(fault):
            raise Unavailable("store-disk-full", file=str(folder)) from fault
        raise Unavailable("store-disk-error", file=str(folder), fault=os.strerror(fault.errno or 0)) from fault
