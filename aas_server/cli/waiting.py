"""The end of a long command: Ctrl-C and a service manager's SIGTERM both unwind it cleanly."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM unwinds the block as Ctrl-C does (``KeyboardInterrupt``)."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def until_interrupted() -> None:
    """Wait until Ctrl-C or SIGTERM; returns then."""
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
