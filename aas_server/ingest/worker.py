"""The thread that understands what the gateway has journalled: decode at once, show as live, fold by the batch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from aas_server.errors import AasError
from aas_server.ingest import behind, births
from aas_server.ingest.declared import Declarations
from aas_server.ingest.decode import Decoder
from aas_server.ingest.fold import MARK, fold
from aas_server.ingest.mending import Mending
from aas_server.ingest.rates import Rates
from aas_server.ingest.readings import show
from aas_server.ingest.trouble import Trouble
from aas_server.settings import Settings
from aas_server.store.contract import Entry, Store
from connectors.sparkplug import Request

_LIVE_SECONDS = 1.0
_CHUNK = 20_000
"""Messages read before live values and folding are looked at again."""
_RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0)
_MEND_SECONDS = 10.0
"""Between two looks whether a stream that is behind can be stored again."""


def _nowhere(_: Request) -> None:
    """Nobody is there to be asked."""


class Worker:
    """Decodes and folds until it is stopped; what a crash leaves undone is done at the next start."""

    def __init__(self, store: Store, settings: Settings, send: Callable[[Request], None] = _nowhere) -> None:
        """``send``: how a Sparkplug node is asked for its birth."""
        self._store = store
        self._settings = settings
        self._declarations = Declarations(store.catalogue)
        self._send = send
        self._decoder = self._new_decoder()
        self._mending = Mending(store, settings)
        self._wake = threading.Event()
        self._done = threading.Condition()
        self._folded = self._decoder.upto
        self._wanted = 0
        self._ending = threading.Event()
        self._folded_at = self._shown_at = time.monotonic()
        self._mended_at: float | None = None
        self._ahead: Sequence[Entry] = []
        self._shown: dict[str, int] = {}
        self._waiting: dict[str, int] = {}
        self._thread = threading.Thread(target=self._work, name="fold")
        self._trouble = Trouble("fold")
        self._tries = 0
        self.rates = Rates()

    @property
    def error(self) -> AasError | None:
        """Why nothing is folded at present, or ``None``."""
        return self._trouble.error

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Fold what is there, then end."""
        self._ending.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def ready(self) -> bool:
        """Whether it is at work, and nothing is wrong for all streams alike."""
        return self.error is None and self._thread.is_alive()

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
            more = self._tried()
            if more:
                self._wake.set()
            elif self._ending.is_set():
                return

    def _tried(self) -> bool:
        """One step. Nothing is lost by a failure: it is all in the journal, and the next try begins there."""
        try:
            more = self._step()
        except Exception as fault:  # whatever it is: an end of this thread would be the end of the feed
            self._trouble.tell(fault)
            if not isinstance(fault, AasError):
                self._begin_anew()
            self._ending.wait(_RETRY_SECONDS[min(self._tries, len(_RETRY_SECONDS) - 1)])
            self._tries += 1
            return False
        self._trouble.over()
        self._tries = 0
        return more

    def _new_decoder(self) -> Decoder:
        upto = self._store.journal.mark(MARK)
        return Decoder(self._settings, upto, births=births.restored(self._store, self._settings))

    def _begin_anew(self) -> None:
        """Forget what was gathered: who knows what a fault that nobody foresaw has left of it."""
        try:
            self._decoder = self._new_decoder()
        except AasError as fault:
            self._trouble.tell(fault)
        self._shown = {}
        self._ahead = []

    def _step(self) -> bool:
        """Decode the next messages; fold where it is time. Whether there is more to do at once."""
        if not self._decoder.full:
            self._decode()
            for request in self._decoder.births.requests():
                self._send(request)
        more = self._decoder.upto < self._store.journal.last()
        now = time.monotonic()
        fold_now = self._is_time_to_fold(now, more)
        if fold_now or now - self._shown_at >= _LIVE_SECONDS:
            self._show(now)
        if fold_now:
            self._fold(now)
        return self._mend(now) or more

    def _decode(self) -> None:
        if not self._ahead:
            self._ahead = self._store.journal.read(self._decoder.upto, _CHUNK)
        before = {stream: len(batch) for stream, batch in self._decoder.batches.items()}
        taken = self._decoder.take(self._ahead, self._declarations.now())
        self._ahead = self._ahead[taken:]
        for stream, batch in self._decoder.batches.items():
            if len(batch) > before.get(stream, 0):
                self.rates.add(stream, len(batch) - before.get(stream, 0))
                self._waiting.setdefault(stream, batch.came[0])

    def _is_time_to_fold(self, now: float, more: bool) -> bool:
        if self._decoder.upto <= self._folded:
            return False
        return (
            self._decoder.full
            or now - self._folded_at >= self._settings.fold_seconds
            or self._folded < self._wanted <= self._decoder.upto
            or (self._ending.is_set() and not more)
        )

    def _show(self, now: float) -> None:
        for stream, batch in self._decoder.batches.items():
            new = batch.since(self._shown.get(stream, 0))
            if len(new):
                show(self._store.live, new)
                self._shown[stream] = len(batch.sent)
        self._shown_at = now

    def _fold(self, now: float) -> None:
        upto = fold(self._store, self._decoder).upto
        late = behind.streams(self._store.catalogue)
        self._shown = {}
        self._waiting = {stream: arrival for stream, arrival in self._waiting.items() if stream in late}
        self._folded_at = now
        with self._done:
            self._folded = upto
            self._done.notify_all()

    def _mend(self, now: float) -> bool:
        if self._mended_at is None:
            self._mending.look()
        elif now - self._mended_at < _MEND_SECONDS or self._ending.is_set():
            return False
        self._mended_at = now
        more = self._mending.step()
        if more:
            self._mended_at -= _MEND_SECONDS
        return more
