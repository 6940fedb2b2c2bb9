"""How many records a second come in, over a sliding window."""

from __future__ import annotations

import threading
import time
from collections import deque

WINDOW = 10.0
"""Seconds: long enough for a machine cycle, short enough to show a stop."""


class Rates:
    """Counts by stream; may be read from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, deque[tuple[float, int]]] = {}

    def add(self, stream: str, count: int) -> None:
        """``count`` records came just now."""
        with self._lock:
            counts = self._counts.setdefault(stream, deque())
            counts.append((time.monotonic(), count))
            _forget(counts)

    def of(self, stream: str) -> float:
        """Records a second."""
        with self._lock:
            counts = self._counts.get(stream, deque())
            _forget(counts)
            return sum(count for _, count in counts) / WINDOW


def _forget(counts: deque[tuple[float, int]]) -> None:
    since = time.monotonic() - WINDOW
    while counts and counts[0][0] < since:
        counts.popleft()
