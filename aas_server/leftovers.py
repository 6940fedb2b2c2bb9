"""Sessions that a server left at its brokers when it died or was taken away, where several share a folder.

A broker goes on to queue messages for such a session, its share of a shared subscription, too. A server that lives
takes the session over: it connects under its client id, takes in what waits, unsubscribes, takes in what still
came, and ends the session. Redeliveries are known as ever, since the journal is common to all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import structlog

from aas_server.brokers import configured, subscribe
from aas_server.ingest.recurring import Recurring
from aas_server.ingest.service import Ingest
from aas_server.settings import Settings
from aas_server.slots import Slot, left, take_over
from connectors.mqtt import Subscription, parse_url

_log = structlog.get_logger()
_LOOK = 1.0
"""Seconds between two looks for places that are free."""
_QUIET = 3.0
"""Seconds without a message after which nothing waits any more: a broker sends what it queued in one burst."""


class Leftovers(Recurring):
    """Looks for them. A session that is being emptied when it is stopped is left for the next server."""

    def __init__(self, settings: Settings, folder: Path, ingest: Ingest) -> None:
        super().__init__("leftovers", _LOOK, first=_LOOK)
        self._settings = settings
        self._folder = folder
        self._ingest = ingest
        self._free_since: dict[int, float] = {}

    def work(self) -> bool:
        """Take over what has been abandoned."""
        for number in self._abandoned():
            self._take_over(number)
        return False

    def _abandoned(self) -> list[int]:
        """Places that have been free for long enough: who restarts a server takes its place again before."""
        now = time.monotonic()
        self._free_since = {number: self._free_since.get(number, now) for number in left(self._folder)}
        patience = self._settings.takeover_seconds
        return [number for number, since in self._free_since.items() if now - since >= patience]

    def _take_over(self, number: int) -> None:
        slot = take_over(self._folder, number)
        if slot is None:
            return
        try:
            _log.info("session-taken-over", place=number)
            if all(self._emptied(session) for session in self._sessions(slot)):
                for session in self._sessions(slot):
                    session.end_session()
                    session.stop()
                slot.forget()
                _log.info("session-ended", place=number)
        finally:
            slot.release()

    def _sessions(self, slot: Slot) -> list[Subscription]:
        known = {parse_url(broker.url).shown: broker for broker in configured(self._settings)}
        return [subscribe(known[url], self._settings, slot, drain=True) for url in slot.brokers() if url in known]

    def _emptied(self, session: Subscription) -> bool:
        """Take in what waits; ``False`` where we are stopped before."""
        self._ingest.add_source(session)
        try:
            if not self._until(lambda: session.idle() >= _QUIET):
                return False
            # What is queued comes all the same; nothing new is queued from here on.
            session.set_filters([])
            return self._until(lambda: session.idle() >= _QUIET)
        finally:
            self._ingest.remove_source(session.name)

    def _until(self, condition: Callable[[], bool]) -> bool:
        while not self._ending.wait(_LOOK / 4):
            if condition():
                return True
        return False
