"""Beside a running server: what the twin says of the feed is honoured as soon as it is written."""

from __future__ import annotations

from aas_server.ingest.recurring import Recurring
from aas_server.streams.configuration.follower import Configuration
from aas_server.streams.configuration.subscribing import Subscribing

_LOOK_SECONDS = 0.5
"""One look is one small read; descriptions are written by people."""


class Watching(Recurring):
    """Looks at the change log."""

    def __init__(self, configuration: Configuration, subscribing: Subscribing) -> None:
        super().__init__("configuration", _LOOK_SECONDS)
        self._configuration = configuration
        self._subscribing = subscribing

    def start(self) -> None:
        """Look once before it returns: what is described is subscribed before anybody asks if we are ready."""
        self._tried()
        super().start()

    def work(self) -> bool:
        """Honour what is there by now."""
        self._configuration.catch_up()
        self._subscribing.apply()
        return False
