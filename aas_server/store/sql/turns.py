"""Who may write now: one at a time, in order of asking, across event loops and threads."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from concurrent.futures import Future


class Turns:
    """A fair lock that never blocks an event loop and may be handed from one loop to another."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[Future[None]] = deque()
        self._taken = False

    async def take(self) -> None:
        """Wait for the turn. A cancelled waiter leaves the queue, or passes a turn it has just been given on."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine: Future[None] = Future()
            self._waiting.append(mine)
        try:
            await asyncio.wrap_future(mine)
        except asyncio.CancelledError:
            if not mine.cancel():
                self.give()
            raise

    def give(self) -> None:
        """The turn goes to the next one who still waits."""
        with self._guard:
            while self._waiting:
                following = self._waiting.popleft()
                if following.set_running_or_notify_cancel():
                    following.set_result(None)
                    return
            self._taken = False
