"""Wakes a thread that waits for a socket."""

from __future__ import annotations

import os
from contextlib import suppress


class Wake:
    """A pipe whose reading end can be polled. Waking twice before it is noticed costs nothing."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._set = False

    def __call__(self) -> None:
        """Wake; from any thread."""
        if not self._set:
            self._set = True
            os.write(self._write, b"\0")

    def fileno(self) -> int:
        return self._read

    def notice(self) -> None:
        """What there is to do is looked at after this: who wakes from now on is heard again."""
        with suppress(BlockingIOError):
            os.read(self._read, 64)
        self._set = False

    def close(self) -> None:
        """Once only the closing thread is left that uses it; closing twice is harmless."""
        self._set = True
        read, write, self._read, self._write = self._read, self._write, -1, -1
        for end in (read, write):
            if end >= 0:
                os.close(end)
