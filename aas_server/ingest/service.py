"""Ingest as one thing: sources → gateway → journal → worker → lake and live values."""

from __future__ import annotations

import time
from collections.abc import Sequence

from aas_server.clock import from_ns
from aas_server.errors import AasError
from aas_server.ingest import behind, feeds
from aas_server.ingest.gateway import Gateway
from aas_server.ingest.mending import catch_up
from aas_server.ingest.state import BrokerState, FeedState, StreamState, broker_state
from aas_server.ingest.taking.pushes import Pushes
from aas_server.ingest.taking.watch import watches
from aas_server.ingest.worker import Worker
from aas_server.settings import Settings
from aas_server.store.contract import Store, StreamFacts
from connectors.message import Sender, Source, broker_of
from connectors.push import Door
from connectors.sparkplug import Request

_SHARE = 4
"""The part of ``queue_bytes`` that may wait at the door for pushes, beside what waits at the gateway."""


class Ingest:
    """Takes in what the sources bring, from ``start`` to ``stop``; ``pushes`` takes what requests bring."""

    def __init__(self, store: Store, settings: Settings, sources: Sequence[Source]) -> None:
        self._store = store
        self._worker = Worker(store, settings, self._send)
        door = Door("http", settings.queue_limit, settings.queue_bytes // _SHARE)
        self._door = door
        self._watches = tuple(watches(settings, store))
        doors = (*sources, door, *self._watches)
        self._gateway = Gateway(store.journal, doors, settings, lambda _: self._worker.wake())
        self.pushes = Pushes(store, settings, door, lambda: self._gateway.error)

    def start(self) -> None:
        """Begin; returns at once."""
        self._worker.start()
        self._gateway.start()

    def stop(self) -> None:
        """Close the sources, commit and fold what has arrived, end."""
        self._gateway.stop()
        self._worker.stop()

    def ready(self) -> bool:
        """Whether every subscription is confirmed and the disk takes what comes."""
        return self._gateway.ready() and self._worker.ready()

    @property
    def sources(self) -> tuple[Source, ...]:
        """The brokers' subscriptions at present."""
        own = (self._door, *self._watches)
        return tuple(source for source in self._gateway.sources if source not in own)

    def add_source(self, source: Source) -> None:
        """Take in from one more source, from any thread. Raises ``Conflict`` where one of its name is there."""
        self._gateway.add(source)

    def remove_source(self, name: str) -> None:
        """Stop a source and forget it, from any thread; what it brought stays. Raises ``NotFound``."""
        self._gateway.remove(name)

    def send(self, source: str, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> bool:
        """Publish at the broker that ``source`` (a message's) names, by whichever of its sessions we hold. Never
        waits: ``False`` where no source of ours reaches that broker, or too much waits already."""
        broker = broker_of(source)
        senders = [one for one in self.sources if isinstance(one, Sender) and broker_of(one.name) == broker]
        return any(sender.send(topic, payload, qos, retain) for sender in senders)

    def settle(self, timeout: float = 60.0) -> bool:
        """Wait until all that is in the journal by now is in the lake; ``False`` after ``timeout`` seconds."""
        return self._worker.settle(self._store.journal.last(), timeout)

    def rate(self, stream: str) -> float:
        """Records a second over the last moments."""
        return self._worker.rates.of(stream)

    def waiting(self, stream: str) -> int | None:
        """The arrival (ns) of a stream's oldest message that is not in the lake yet."""
        return self._worker.oldest_waiting(stream)

    def _send(self, request: Request) -> None:
        """Let the source that a Sparkplug node speaks through ask it for its birth."""
        self.send(request.source, request.topic, request.payload, qos=0)

    def brokers(self) -> tuple[BrokerState, ...]:
        """The brokers' connections and the watched folders at this moment."""
        return tuple(broker_state(source) for source in (*self.sources, *self._watches))

    def state(self) -> FeedState:
        """The feed at this moment."""
        journal, catalogue = self._store.journal, self._store.catalogue
        late = {stream: behind.error(stream, reason) for stream, reason in behind.streams(catalogue).items()}
        return FeedState(
            streams=tuple(self._stream_state(facts, late.get(facts.name)) for facts in feeds.all_facts(catalogue)),
            brokers=self.brokers(),
            redelivered=journal.redelivered(),
            quarantined=journal.quarantined_count(),
            error=self._gateway.error or self._worker.error or next(iter(late.values()), None),
        )

    def _stream_state(self, facts: StreamFacts, error: AasError | None) -> StreamState:
        waiting = self._worker.oldest_waiting(facts.name)
        last = facts.last if facts.last is not None else facts.last_arrival
        return StreamState(
            name=facts.name,
            topic=facts.topic,
            messages=facts.messages,
            records=facts.records,
            flagged=facts.flagged,
            rate=self._worker.rates.of(facts.name),
            lag=0.0 if waiting is None else max(0.0, (time.time_ns() - waiting) / 1e9),
            last=None if last is None else from_ns(last),
            error=error,
        )


__all__ = ["Ingest", "catch_up"]
