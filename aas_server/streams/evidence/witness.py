"""The thread that notes how long we are connected, and seals each day once it is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from aas_server.clock import Clock
from aas_server.errors import AasError
from aas_server.ingest.trouble import Trouble
from aas_server.store.contract import Store
from aas_server.streams.evidence.presence import Presence
from aas_server.streams.evidence.sealing import Sealing

_LOOK_SECONDS, _WRITE_SECONDS, _SEAL_SECONDS = 5.0, 30.0, 60.0

Connected = Callable[[], Mapping[str, bool]]
"""Each source by its name, and whether it is connected at present."""


class Witness:
    """Looks every few seconds until it is stopped."""

    def __init__(self, store: Store, clock: Clock, connected: Connected) -> None:
        self._presence = Presence(store)
        self._sealing = Sealing(store, clock)
        self._clock = clock
        self._connected = connected
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="witness")
        self._trouble = Trouble("witness")

    @property
    def error(self) -> AasError | None:
        """Why nothing is noted or sealed at present, or ``None``."""
        return self._trouble.error

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Write what was noted, then end."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        written = sealed = float("-inf")
        while True:
            ending = self._ending.is_set()
            now = time.monotonic()
            try:
                self._presence.look(self._connected(), now, self._clock.now())
                if ending or now - written >= _WRITE_SECONDS:
                    self._presence.write()
                    written = now
                if not ending and now - sealed >= _SEAL_SECONDS and not self._sealing.step():
                    sealed = now
                self._trouble.over()
            except Exception as fault:  # whatever it is: the next look may succeed, and the feed goes on meanwhile
                self._trouble.tell(fault)
            if ending:
                return
            self._ending.wait(_LOOK_SECONDS)
