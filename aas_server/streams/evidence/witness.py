"""The thread that notes how long we are connected, and seals each day once it is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from aas_server.clock import Clock
from aas_server.ingest.recurring import Recurring
from aas_server.store.contract import Store
from aas_server.streams.evidence.presence import Presence
from aas_server.streams.evidence.sealing import Sealing

_LOOK_SECONDS, _WRITE_SECONDS, _SEAL_SECONDS = 5.0, 30.0, 60.0

Connected = Callable[[], Mapping[str, bool]]
"""Each source by its name, and whether it is connected at present."""


class Witness(Recurring):
    """Looks every few seconds, and once more when it is stopped."""

    def __init__(self, store: Store, clock: Clock, connected: Connected) -> None:
        super().__init__("witness", _LOOK_SECONDS)
        self._presence = Presence(store)
        self._sealing = Sealing(store, clock)
        self._clock = clock
        self._connected = connected
        self._written = self._sealed = float("-inf")

    def work(self) -> bool:
        """Look, and from time to time write what was noted and seal what is over."""
        now = self._look()
        if now - self._written >= _WRITE_SECONDS:
            self._presence.write()
            self._written = now
        if now - self._sealed >= _SEAL_SECONDS:
            if self._sealing.step():
                return True
            self._sealed = now
        return False

    def last(self) -> None:
        """Write what was noted."""
        self._look()
        self._presence.write()

    def _look(self) -> float:
        now = time.monotonic()
        self._presence.look(self._connected(), now, self._clock.now())
        return now
