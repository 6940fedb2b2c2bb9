"""Only one process at a time takes a file in; the claim ends with the process, whatever ends it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from aas_server.errors import Conflict

_FOLDER = "taking"


@contextmanager
def claimed(folder: Path, digest: str) -> Iterator[None]:
    """Hold the file with this content for as long as the block lasts. Raises ``Conflict`` where another does."""
    place = folder / _FOLDER
    place.mkdir(exist_ok=True)
    lock = place / digest
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("file-at-work", digest=digest[:12]) from None
        # Who held it before may have taken the name away between our two steps: then ours is nobody's lock.
        if not lock.exists() or lock.stat().st_ino != os.fstat(handle).st_ino:
            raise Conflict("file-at-work", digest=digest[:12])
        try:
            yield
        finally:
            with suppress(FileNotFoundError):
                lock.unlink()
    finally:
        os.close(handle)
