"""The one door for messages: queue, commit, acknowledge.

Whatever has arrived is one commit, so that commits grow with the load. A message is acknowledged after its commit
and never before. When the disk refuses, nothing is acknowledged and the same commit is tried again; when the queue
is full the sources wait, and through them the brokers. A message over the limit is taken without its payload.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import groupby
from operator import attrgetter

from aas_server.errors import AasError, Conflict, NotFound
from aas_server.ingest.arrivals import Arrivals, Entrance
from aas_server.ingest.cutting import cut
from aas_server.ingest.redelivery import PACKET_IDS, Redeliveries, Verdict
from aas_server.ingest.trouble import Trouble, log
from aas_server.settings import Settings
from aas_server.store.contract import Journal
from connectors.message import Delivery, Source

_IDLE_SECONDS = 0.2
_COMMIT_BYTES = 64 * 2**20
"""Payload of one commit: well below what one row of a database takes, whatever the messages' size."""
_OVERRUN = 4
"""Messages a broker without DUP flags may send again, in windows."""
_SOURCE = attrgetter("message.source")


class Gateway:
    """Takes deliveries from all sources into the journal. ``committed(position)`` is told after every commit.
    Sources come and go while it runs; their names are each one's own."""

    def __init__(
        self, journal: Journal, sources: Sequence[Source], settings: Settings, committed: Callable[[int], None]
    ) -> None:
        self._journal = journal
        self._sources = {source.name: source for source in sources}
        self._entrances: dict[str, Entrance] = {}
        self._changing = threading.Lock()
        self._window = settings.receive_window * _OVERRUN
        self._limit = settings.queue_limit
        self._max_message = settings.max_message
        self._committed = committed
        self._arrivals = Arrivals(settings.queue_limit, settings.queue_bytes)
        self._judges: dict[str, Redeliveries] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="gateway")
        self._trouble = Trouble("gateway")

    @property
    def error(self) -> AasError | None:
        """Why nothing is committed at present, or ``None``."""
        return self._trouble.error

    def start(self) -> None:
        """Read each source's tail from the journal, then let the messages in."""
        for name in self._sources:
            self._judges[name] = self._judge(name)
        self._thread.start()
        for source in self._sources.values():
            self._let_in(source)

    def ready(self) -> bool:
        """Whether every subscription is confirmed and the journal takes what comes."""
        return self.error is None and self._thread.is_alive() and all(source.ready() for source in self.sources)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Those that are let in at present."""
        with self._changing:
            return tuple(self._sources.values())

    def add(self, source: Source) -> None:
        """Let one more source in, from any thread. Raises ``Conflict`` where one of its name is there."""
        with self._changing:
            if source.name in self._sources:
                raise Conflict("source-there-already", source=source.name)
            self._sources[source.name] = source
            if self._thread.is_alive():
                self._let_in(source)

    def remove(self, name: str) -> None:
        """Stop a source and forget it, from any thread. What of it has arrived is still committed. Raises
        ``NotFound``."""
        with self._changing:
            source = self._sources.pop(name, None)
            entrance = self._entrances.pop(name, None)
        if source is None:
            raise NotFound("source-not-there", source=name)
        if entrance is not None:
            self._arrivals.shut(entrance)
            source.stop()

    def stop(self) -> None:
        """Close the sources, commit what has arrived, end. Messages that can't be committed now come again."""
        # First: a source that waits for room, or a commit for the disk, would never end otherwise.
        self._ending.set()
        self._arrivals.end()
        with ExitStack() as last:
            if self._thread.is_alive():
                last.callback(self._thread.join)
            last.callback(self._arrivals.close)
            for source in self.sources:
                last.callback(source.stop)

    def _let_in(self, source: Source) -> None:
        entrance = self._entrances[source.name] = Entrance()

        def receive(delivery: Delivery) -> None:
            self._arrivals.put(cut(delivery, self._max_message), entrance)

        source.start(receive)

    def _judge(self, source: str) -> Redeliveries:
        tail = self._journal.tail(source, PACKET_IDS)
        return Redeliveries(self._window, (entry.message for entry in tail))

    def _work(self) -> None:
        while (arrived := self._arrivals.take(self._limit, _COMMIT_BYTES, _IDLE_SECONDS)) is not None:
            verdicts = self._judged(arrived)
            if verdicts and not self._commit(verdicts):
                return

    def _judged(self, arrived: Sequence[Delivery]) -> list[Verdict]:
        now = time.monotonic()
        verdicts: list[Verdict] = []
        for name, deliveries in groupby(arrived, _SOURCE):
            verdicts += self._verdicts(name, list(deliveries), now)
        for judge in self._judges.values():
            verdicts += judge.expire(now)
        return verdicts

    def _verdicts(self, name: str, deliveries: Sequence[Delivery], now: float) -> list[Verdict]:
        """What is decided now. Where judging fails all are kept: once too often, but never lost."""
        try:
            if name not in self._judges:
                self._judges[name] = self._judge(name)
            return self._judges[name].judge_all(deliveries, now)
        except Exception as fault:
            log("redelivery", fault)
            return [Verdict(delivery, True) for delivery in deliveries]

    def _commit(self, verdicts: Sequence[Verdict]) -> bool:
        """Commit, then acknowledge; tries until the disk takes it. ``False`` when we end before it does."""
        messages = [verdict.delivery.message for verdict in verdicts if verdict.keep]
        redelivered = [verdict.delivery.message for verdict in verdicts if not verdict.keep]
        while True:
            try:
                position = self._journal.append(messages, redelivered)
                break
            except Exception as fault:  # whatever it is: an end of this thread would be the end of the feed
                self._trouble.tell(fault)
                if self._ending.wait(self._trouble.pause()):
                    return False
        self._trouble.over()
        place = position - len(messages)
        for verdict in verdicts:
            place += verdict.keep
            self._acknowledge(verdict.delivery, place)
        self._committed(position)
        return True

    def _acknowledge(self, delivery: Delivery, position: int) -> None:
        try:
            delivery.acknowledge(position)
        except Exception as fault:  # it comes again, and is known then
            log("acknowledge", fault)
