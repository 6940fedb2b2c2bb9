"""How long former versions of documents are kept."""

from __future__ import annotations

from datetime import timedelta

from aas_server.clock import Clock
from aas_server.store.contract import Transaction

_EVERY = 50
"""Writes between two looks: a look costs some 100 µs, so a write pays a few."""
_AT_ONCE = 1000
"""Versions forgotten in one write; far more than a write adds, and some ms."""


class Forgetting:
    """Forgets versions that were replaced more than ``days`` ago, a few at a time, within writes that happen
    anyway: no work of its own, and nothing grows without bound."""

    def __init__(self, days: float, clock: Clock) -> None:
        self._kept = timedelta(days=days)
        self._clock = clock
        self._writes = 0

    async def look(self, transaction: Transaction) -> None:
        """Called once in each write. Where a look found more than it forgot, the next write goes on."""
        self._writes -= 1
        if self._writes > 0:
            return
        forgotten = await transaction.forget_versions(self._clock.now() - self._kept, _AT_ONCE)
        self._writes = 1 if forgotten == _AT_ONCE else _EVERY
