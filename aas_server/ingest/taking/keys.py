"""Keys by which a client's second try is known (``Idempotency-Key``): kept over restarts, for a time, bounded."""

from __future__ import annotations

import threading
import time

import msgspec

from aas_server.ingest.taking.ledger import Ledger, Note
from aas_server.store.contract import Store
from aas_server.store.sections import everything

_SWEEP_EVERY = 1000
"""New keys between two looks for those whose time is over."""


class Keys:
    """Notes of pushes under their keys, for ``hours``, at most about ``most`` of them (the oldest go first)."""

    def __init__(self, store: Store, hours: float, most: int) -> None:
        self._catalogue = store.catalogue
        self._ledger = Ledger(store, "pushed")
        self._life = int(hours * 3600 * 1e9)
        self._most = most
        self._new = _SWEEP_EVERY
        self._lock = threading.Lock()

    def find(self, id: str) -> Note | None:
        """What was taken under the key, while it lives."""
        note = self._ledger.find(id)
        return None if note is None or self._is_over(note) else note

    def begin(self, id: str, note: Note) -> None:
        """A new key, before its first message."""
        self._ledger.begin(id, note)
        with self._lock:
            self._new += 1
            due = self._new > _SWEEP_EVERY
            self._new = 0 if due else self._new
        if due:
            self.sweep()

    def keep(self, id: str, note: Note) -> None:
        """Write what is true of it now."""
        self._ledger.keep(id, note)

    def sweep(self) -> None:
        """Let go of the keys whose time is over, and of the oldest beyond the bound."""
        lives: list[tuple[int, str]] = []
        for id, body in everything(self._catalogue, "pushed"):
            note = msgspec.json.decode(body, type=Note)
            if self._is_over(note):
                self._catalogue.delete("pushed", id)
            else:
                lives.append((note.arrival, id))
        for _, id in sorted(lives)[: max(0, len(lives) - self._most)]:
            self._catalogue.delete("pushed", id)

    def _is_over(self, note: Note) -> bool:
        return note.arrival < time.time_ns() - self._life
