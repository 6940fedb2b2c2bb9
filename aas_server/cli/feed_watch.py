"""Tells the person at the console when the feed stands still, why, and when it goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable

from aas_server.cli.console import Voice
from aas_server.errors import AasError
from aas_server.ingest.state import BrokerState, FeedState
from aas_server.messages import error_text, text

LOOK_EVERY = 1.0
"""Seconds between two looks: soon enough for a person, cheap enough to go on for ever."""


class FeedWatch:
    """Looks at the feed until Ctrl-C."""

    def __init__(self, voice: Voice, state: Callable[[], FeedState]) -> None:
        self._voice = voice
        self._state = state
        self._told: dict[str, str] = {}
        self._warned: set[str] = set()

    def go_on(self) -> None:
        """Look and tell, for ever; Ctrl-C or SIGTERM ends it by ``KeyboardInterrupt``."""
        pause = threading.Event()
        while True:
            self.look()
            pause.wait(LOOK_EVERY)

    def look(self) -> None:
        """Say what has changed since the last look."""
        try:
            state = self._state()
        except AasError as error:
            # A database that is away for a while ends the look, not the server: it answers 503 until it is back.
            self._feed(error)
            return
        for broker in state.brokers:
            self._broker(broker)
        self._feed(state.error)

    def _feed(self, error: AasError | None) -> None:
        fault = error_text(error, self._voice.language) if error else ""
        if fault != self._told.get("", ""):
            self._told[""] = fault
            self._voice.alert("feed-stopped" if fault else "feed-goes-on", sentence=fault)

    def _broker(self, broker: BrokerState) -> None:
        if broker.insecure and broker.url not in self._warned:
            self._warned.add(broker.url)
            self._voice.alert("broker-certificate-not-checked", url=broker.url)
        now = broker.error if broker.error else "connected" if broker.connected else self._told.get(broker.url, "")
        if now == self._told.get(broker.url, ""):
            return
        self._told[broker.url] = now
        if broker.url.startswith("folder:"):
            sentence = text(broker.error, self._voice.language, **broker.values) if broker.error else ""
            self._voice.alert(
                "feed-folder-told" if broker.error else "feed-folder-back", url=broker.url, sentence=sentence
            )
        elif broker.error:
            sentence = text(broker.error, self._voice.language, **broker.values)
            self._voice.alert("feed-broker-lost", url=broker.url, sentence=sentence)
        else:
            self._voice.alert("feed-broker-back", url=broker.url)
