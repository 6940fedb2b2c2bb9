"""A lock between processes (and threads), held through a file; the system frees it when its holder dies."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """Only one thread of one process holds it at a time; the holder may take it again."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._mine = threading.local()
        self._taken: int | None = None

    @property
    def mine(self) -> bool:
        """Whether this thread holds it."""
        return getattr(self._mine, "depth", 0) > 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Waits for its turn."""
        depth = getattr(self._mine, "depth", 0)
        if depth == 0:
            self._mine.handle = self._acquire()
        self._mine.depth = depth + 1
        try:
            yield
        finally:
            self._mine.depth = depth
            if depth == 0:
                os.close(self._mine.handle)

    def take(self) -> bool:
        """Hold it until ``release``, whatever the thread, unless someone else does: whether it is held now."""
        if self._taken is None:
            self._taken = self._acquire(wait=False)
        return self._taken is not None

    def release(self) -> None:
        """Give back what ``take`` took; nothing is done where it did not."""
        taken, self._taken = self._taken, None
        if taken is not None:
            os.close(taken)

    def _acquire(self, *, wait: bool = True) -> int | None:
        handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        except BaseException:
            os.close(handle)
            raise
        return handle
