"""The thread that understands what the gateway has journalled: decode at once, show as live, fold by the batch."""

from __future__ import annotations

import threading
import time

from aas_server.errors import Unavailable
from aas_server.ingest import feeds
from aas_server.ingest.decode import Decoder
from aas_server.ingest.fold import MARK, fold
from aas_server.ingest.rates import Rates
from aas_server.ingest.readings import last_readings
from aas_server.settings import Settings
from aas_server.store.contract import Store

_LIVE_SECONDS = 1.0
_CHUNK = 20_000
"""Messages decoded before live values and folding are looked at again."""
_RETRY_SECONDS = 2.0


class Worker:
    """Decodes and folds until it is stopped; what a crash leaves undone is done at the next start."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._decoder = Decoder(settings, store.journal.mark(MARK))
        self._wake = threading.Event()
        self._done = threading.Condition()
        self._folded = self._decoder.upto
        self._wanted = 0
        self._ending = False
        self._folded_at = self._shown_at = time.monotonic()
        self._shown: dict[str, int] = {}
        self._waiting: dict[str, int] = {}
        self._thread = threading.Thread(target=self._work, name="fold")
        self.rates = Rates()
        self.error: Unavailable | None = None
        """Why nothing is folded at present, or ``None``."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Fold what is there, then end."""
        self._ending = True
        self._wake.set()
        self._thread.join()

    def wake(self) -> None:
        """Something was committed."""
        self._wake.set()

    def settle(self, upto: int, timeout: float) -> bool:
        """Fold up to a journal position now; ``False`` where that takes longer than ``timeout`` seconds."""
        with self._done:
            self._wanted = max(self._wanted, upto)
            self._wake.set()
            return self._done.wait_for(lambda: self._folded >= upto, timeout)

    def oldest_waiting(self, stream: str) -> int | None:
        """The arrival (ns) of a stream's oldest message that is not in the lake yet."""
        return self._waiting.get(stream)

    def _work(self) -> None:
        while True:
            self._wake.wait(min(_LIVE_SECONDS, self._settings.fold_seconds))
            self._wake.clear()
            try:
                more = self._step()
                self.error = None
            except Unavailable as fault:
                # Nothing is lost: it is all in the journal. The next try begins where this one ended.
                self.error, more = fault, False
                if not self._ending:
                    self._wake.wait(_RETRY_SECONDS)
            if more:
                self._wake.set()
            elif self._ending:
                return

    def _step(self) -> bool:
        """Decode the next messages; fold where it is time. Whether there is more to do at once."""
        entries = self._store.journal.read(self._decoder.upto, _CHUNK)
        before = {stream: len(batch.rows) for stream, batch in self._decoder.batches.items()}
        self._decoder.take(entries, feeds.declarations(self._store.catalogue))
        for stream, batch in self._decoder.batches.items():
            if len(batch.rows) > before.get(stream, 0):
                self.rates.add(stream, len(batch.rows) - before.get(stream, 0))
                self._waiting.setdefault(stream, batch.arrivals[0])
        more = bool(entries) and entries[-1].position < self._store.journal.last()
        now = time.monotonic()
        fold_now = self._is_time_to_fold(now, more)
        if fold_now or now - self._shown_at >= _LIVE_SECONDS:
            self._show(now)
        if fold_now:
            self._fold(now)
        return more

    def _is_time_to_fold(self, now: float, more: bool) -> bool:
        if self._decoder.upto <= self._folded:
            return False
        return (
            self._decoder.records >= self._settings.fold_records
            or now - self._folded_at >= self._settings.fold_seconds
            or self._folded < self._wanted <= self._decoder.upto
            or (self._ending and not more)
        )

    def _show(self, now: float) -> None:
        for stream, batch in self._decoder.batches.items():
            new = batch.part(self._shown.get(stream, 0))
            if new.rows:
                self._store.live.put(stream, last_readings(new))
                self._shown[stream] = len(batch.rows)
        self._shown_at = now

    def _fold(self, now: float) -> None:
        upto = fold(self._store, self._decoder).upto
        self._shown, self._waiting = {}, {}
        self._folded_at = now
        with self._done:
            self._folded = upto
            self._done.notify_all()
