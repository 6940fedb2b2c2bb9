"""The one door for messages: queue, commit, acknowledge.

Whatever has arrived is one commit, so that commits grow with the load. A message is acknowledged after its commit
and never before. When the disk refuses, nothing is acknowledged and the same commit is tried again; when the queue
is full the sources wait, and through them the brokers.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from aas_server.errors import Unavailable
from aas_server.ingest.redelivery import Redeliveries, Verdict
from aas_server.store.contract import Journal
from connectors.message import Delivery, Source

_IDLE_SECONDS = 0.2
_COMMIT_BYTES = 64 * 2**20
"""Payload of one commit: well below what one row of a database takes, whatever the messages' size."""
_OVERRUN = 4
"""Messages a broker may send again, in windows: mosquitto was seen to go beyond the one it is told."""
_RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0)


class Gateway:
    """Takes deliveries from all sources into the journal. ``committed(position)`` is told after every commit."""

    def __init__(
        self,
        journal: Journal,
        sources: Sequence[Source],
        window: int,
        limit: int,
        committed: Callable[[int], None],
    ) -> None:
        self._journal = journal
        self._sources = sources
        self._window = window * _OVERRUN
        self._limit = limit
        self._committed = committed
        self._queue: queue.Queue[Delivery] = queue.Queue(limit)
        self._judges: dict[str, Redeliveries] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="gateway")
        self.error: Unavailable | None = None
        """Why nothing is committed at present, or ``None``."""

    def start(self) -> None:
        """Read each source's tail from the journal, then let the messages in."""
        for source in self._sources:
            self._judges[source.name] = self._judge(source.name)
        self._thread.start()
        for source in self._sources:
            source.start(self._queue.put)

    def ready(self) -> bool:
        """Whether every subscription is confirmed and the journal takes what comes."""
        return self.error is None and all(source.ready() for source in self._sources)

    def stop(self) -> None:
        """Close the sources, commit what has arrived, end. Messages that can't be committed now come again."""
        for source in self._sources:
            source.stop()
        self._ending.set()
        self._thread.join()

    def _judge(self, source: str) -> Redeliveries:
        tail = self._journal.tail(source, self._window)
        return Redeliveries(self._window, (entry.message for entry in tail))

    def _work(self) -> None:
        while True:
            arrived = self._arrived()
            verdicts = self._judged(arrived)
            if verdicts and not self._commit(verdicts):
                return
            if not arrived and self._ending.is_set():
                return

    def _arrived(self) -> list[Delivery]:
        """Whatever is in the queue; waits a moment for the first."""
        arrived: list[Delivery] = []
        with suppress(queue.Empty):
            arrived.append(self._queue.get(timeout=_IDLE_SECONDS))
            size = len(arrived[0].message.payload)
            while size < _COMMIT_BYTES and len(arrived) < self._limit:
                arrived.append(self._queue.get_nowait())
                size += len(arrived[-1].message.payload)
        return arrived

    def _judged(self, arrived: Sequence[Delivery]) -> list[Verdict]:
        now = time.monotonic()
        verdicts = [verdict for delivery in arrived for verdict in self._of(delivery).judge(delivery, now)]
        for judge in self._judges.values():
            verdicts += judge.expire(now)
        return verdicts

    def _of(self, delivery: Delivery) -> Redeliveries:
        name = delivery.message.source
        if name not in self._judges:
            self._judges[name] = self._judge(name)
        return self._judges[name]

    def _commit(self, verdicts: Sequence[Verdict]) -> bool:
        """Commit, then acknowledge; tries until the disk takes it. ``False`` when we end before it does."""
        messages = [verdict.delivery.message for verdict in verdicts if verdict.keep]
        tries = 0
        while True:
            try:
                position = self._journal.append(messages, len(verdicts) - len(messages))
                break
            except Unavailable as fault:
                self.error = fault
                if self._ending.wait(_RETRY_SECONDS[min(tries, len(_RETRY_SECONDS) - 1)]):
                    return False
                tries += 1
        self.error = None
        for verdict in verdicts:
            verdict.delivery.acknowledge()
        self._committed(position)
        return True
