"""What has arrived and waits for its commit: bounded by number and by bytes; who brings more has to wait."""

from __future__ import annotations

import threading
from collections import deque

from connectors.message import Delivery


class Arrivals:
    """A queue from the sources' threads to the gateway's: at most ``count`` messages, ``size`` bytes of payload.
    An empty queue has room for one message, however large it is."""

    def __init__(self, count: int, size: int) -> None:
        self._most, self._largest = count, size
        self._waiting: deque[Delivery] = deque()
        self._size = 0
        self._moved = threading.Condition()
        self._ending = self._closed = self._dropping = False

    def put(self, delivery: Delivery) -> None:
        """Add one; waits for room. Once the end has come, what finds no room is dropped, and all that follows, so
        that the order stays: it was never acknowledged and comes again."""
        size = len(delivery.message.payload)
        with self._moved:
            self._moved.wait_for(lambda: self._ending or self._has_room(size))
            self._dropping = self._dropping or self._closed or not self._has_room(size)
            if self._dropping:
                return
            self._waiting.append(delivery)
            self._size += size
            self._moved.notify_all()

    def take(self, count: int, size: int, timeout: float) -> list[Delivery] | None:
        """What is there: at most ``count``, and about ``size`` bytes. Waits up to ``timeout`` seconds for the
        first; ``None`` once it is closed and empty."""
        taken: list[Delivery] = []
        with self._moved:
            self._moved.wait_for(lambda: self._closed or self._waiting, timeout)
            if self._closed and not self._waiting:
                return None
            while self._waiting and len(taken) < count and size > 0:
                taken.append(self._waiting.popleft())
                size -= len(taken[-1].message.payload)
                self._size -= len(taken[-1].message.payload)
            self._moved.notify_all()
        return taken

    def end(self) -> None:
        """From now on nobody waits for room."""
        with self._moved:
            self._ending = True
            self._moved.notify_all()

    def close(self) -> None:
        """Nothing comes any more."""
        with self._moved:
            self._ending = self._closed = True
            self._moved.notify_all()

    def _has_room(self, size: int) -> bool:
        return not self._waiting or (len(self._waiting) < self._most and self._size + size <= self._largest)
