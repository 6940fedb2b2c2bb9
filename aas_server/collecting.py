"""Python's search for objects that hold each other, done seldom in a process that decodes all day."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS = 50_000
"""Made and not freed before it is looked again. By Python's own 700 it looks through all samples that wait to be
folded many times a second, and finds nothing: a tenth of what decoding takes (docs/performance.md)."""


@contextmanager
def collected_seldom() -> Iterator[None]:
    """What is there by now is looked through no more; later objects seldom."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
