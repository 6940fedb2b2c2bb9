"""Lags without a server's worker at hand: what the journal holds that is not in the lake yet."""

from __future__ import annotations

import time
from functools import cached_property

from aas_server.ingest import behind, births, feeds
from aas_server.ingest.declared import Declarations
from aas_server.ingest.decode import Decoder
from aas_server.ingest.fold import MARK
from aas_server.ingest.service import Ingest
from aas_server.settings import Settings
from aas_server.store.contract import Store

_MOST = 20_000
"""Messages looked at: who is further behind than that is told by the oldest ones."""


class TailPulse:
    """Implements ``rows.Pulse`` for a command: looks at the journal's tail once, at the first question."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def rate(self, stream: str) -> float | None:  # noqa: ARG002 (nobody counts here)
        return None

    def waiting(self, stream: str) -> int | None:
        return self._oldest.get(stream)

    def now(self) -> int:
        return time.time_ns()

    @cached_property
    def _oldest(self) -> dict[str, int]:
        catalogue = self._store.catalogue
        known = births.at(self._store, self._store.journal.mark(MARK))
        decoder = Decoder(self._settings, self._store.journal.mark(MARK), births=known)
        decoder.take(self._store.journal.read(decoder.upto, _MOST), Declarations(catalogue).now())
        found = {stream: batch.arrivals[0] for stream, batch in decoder.batches.items() if len(batch)}
        for stream in behind.streams(catalogue):
            found[stream] = min(found.get(stream, time.time_ns()), self._not_folded(stream))
        return found

    def _not_folded(self, stream: str) -> int:
        """About when the first message came that the table of a stream that is behind lacks."""
        facts = feeds.facts(self._store.catalogue, stream)
        return facts.last_arrival or time.time_ns()


class WorkerPulse:
    """Implements ``rows.Pulse`` beside the worker that decodes."""

    def __init__(self, ingest: Ingest) -> None:
        self.rate = ingest.rate
        self.waiting = ingest.waiting

    def now(self) -> int:
        return time.time_ns()
