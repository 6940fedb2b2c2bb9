"""What has arrived and waits for its commit: bounded by number and by bytes; who brings more has to wait."""

from __future__ import annotations

import threading
from collections import deque

from connectors.message import Delivery


class Entrance:
    """A source's way in. Once it is ``closed`` nobody waits at it any more: what finds no room is dropped, and all
    that follows, so that the order stays. It was never acknowledged and comes again."""

    __slots__ = ("closed", "dropping")

    def __init__(self) -> None:
        self.closed = self.dropping = False


class Arrivals:
    """A queue from the sources' threads to the gateway's: at most ``count`` messages, ``size`` bytes of payload.
    An empty queue has room for one message, however large it is."""

    def __init__(self, count: int, size: int) -> None:
        self._most, self._largest = count, size
        self._waiting: deque[Delivery] = deque()
        self._size = 0
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)
        self._left = threading.Condition(self._lock)
        self._ending = self._closed = False

    def put(self, delivery: Delivery, entrance: Entrance) -> None:
        """Add one; waits for room unless the end has come or the entrance is closed."""
        size = len(delivery.message.payload)
        with self._lock:
            if not self._has_room(size) or entrance.closed or self._ending:
                self._left.wait_for(lambda: entrance.closed or self._ending or self._has_room(size))
                entrance.dropping = entrance.dropping or self._closed or not self._has_room(size)
                if entrance.dropping:
                    return
            if not self._waiting:
                self._arrived.notify()
            self._waiting.append(delivery)
            self._size += size

    def take(self, count: int, size: int, timeout: float) -> list[Delivery] | None:
        """What is there: at most ``count``, and about ``size`` bytes. Waits up to ``timeout`` seconds for the
        first; ``None`` once it is closed and empty."""
        taken: list[Delivery] = []
        with self._lock:
            self._arrived.wait_for(lambda: self._closed or self._waiting, timeout)
            if self._closed and not self._waiting:
                return None
            left, waiting = size, self._waiting
            while waiting and len(taken) < count and left > 0:
                taken.append(waiting.popleft())
                left -= len(taken[-1].message.payload)
            self._size -= size - left
            self._left.notify_all()
        return taken

    def shut(self, entrance: Entrance) -> None:
        """From now on nobody waits at this entrance."""
        with self._lock:
            entrance.closed = True
            self._left.notify_all()

    def end(self) -> None:
        """From now on nobody waits for room."""
        with self._lock:
            self._ending = True
            self._left.notify_all()

    def close(self) -> None:
        """Nothing comes any more."""
        with self._lock:
            self._ending = self._closed = True
            self._left.notify_all()
            self._arrived.notify_all()

    def _has_room(self, size: int) -> bool:
        return not self._waiting or (len(self._waiting) < self._most and self._size + size <= self._largest)
