"""How many records a second come in, over a sliding window."""

from __future__ import annotations

import threading
import time
from collections import deque

WINDOW = 10.0
"""Seconds: long enough for a machine cycle, short enough to show a stop."""
_MOST = 20_000
"""Streams counted: a feed whose topics are ids must not fill the memory."""


class Rates:
    """Counts by stream; may be read from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, deque[tuple[float, int]]] = {}

    def add(self, stream: str, count: int) -> None:
        """``count`` records came just now."""
        with self._lock:
            if stream not in self._counts and len(self._counts) >= _MOST:
                self._sweep()
            counts = self._counts.setdefault(stream, deque())
            counts.append((time.monotonic(), count))
            _forget(counts)

    def of(self, stream: str) -> float:
        """Records a second."""
        with self._lock:
            counts = self._counts.get(stream, deque())
            _forget(counts)
            return sum(count for _, count in counts) / WINDOW

    def _sweep(self) -> None:
        """Forget the streams of which nothing came lately; all of them where that leaves no room."""
        for stream, counts in list(self._counts.items()):
            _forget(counts)
            if not counts:
                del self._counts[stream]
        if len(self._counts) >= _MOST:
            self._counts.clear()


def _forget(counts: deque[tuple[float, int]]) -> None:
    since = time.monotonic() - WINDOW
    while counts and counts[0][0] < since:
        counts.popleft()
