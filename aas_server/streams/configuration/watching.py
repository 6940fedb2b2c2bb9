"""Beside a running server: what the twin says of the feed is honoured as soon as it is written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from aas_server.ingest.trouble import Trouble
from aas_server.streams.configuration.follower import Configuration
from aas_server.streams.configuration.subscribing import Subscribing

_LOOK_SECONDS = 0.5
"""One look is one small read; descriptions are written by people."""


class Watching:
    """Looks at the change log until it is stopped. ``also``: what else is to be done at every look."""

    def __init__(
        self, configuration: Configuration, subscribing: Subscribing, also: Sequence[Callable[[], None]] = ()
    ) -> None:
        self._configuration = configuration
        self._subscribing = subscribing
        self._also = tuple(also)
        self._ending = threading.Event()
        self._trouble = Trouble("configuration")
        self._thread = threading.Thread(target=self._work, name="configuration")

    def start(self) -> None:
        """Honour what is there, then look for more in a thread of its own."""
        self._look()
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._ending.wait(_LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        try:
            self._configuration.catch_up()
            self._subscribing.apply()
            for work in self._also:
                work()
        except Exception as fault:  # a poisoned document must not end what others' documents configure
            self._trouble.tell(fault)
        else:
            self._trouble.over()
