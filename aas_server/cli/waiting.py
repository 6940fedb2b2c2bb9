"""The end of a long command: Ctrl-C and a service manager's SIGTERM both unwind it cleanly."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible() -> Iterator[None]:
    """Both signals unwind the block (``KeyboardInterrupt``), also where a shell started us with SIGINT ignored."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def until_interrupted() -> Iterator[None]:
    """What goes on until Ctrl-C or SIGTERM: there they are the right end, whenever they come."""
    with suppress(KeyboardInterrupt):
        yield
