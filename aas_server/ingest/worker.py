"""The thread that folds: in one process at a time, of all that work on a data folder."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from aas_server.errors import AasError
from aas_server.ingest.fold import MARK
from aas_server.ingest.folding import LIVE_SECONDS, Folding
from aas_server.ingest.rates import Rates
from aas_server.ingest.trouble import Trouble
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.filelock import FileLock
from connectors.sparkplug import Request

_LOOK_SECONDS = 0.05
"""Between two looks how far another process has folded."""
_LAST_SECONDS = 10.0
"""How long a stop folds what is there; what is left is in the journal, and folded at the next start."""
FOLD_LOCK = "fold.lock"


def _nowhere(_: Request) -> None:
    """Nobody is there to be asked."""


class Worker:
    """Decodes and folds until it is stopped, or stands by while another process does and takes over when that one
    ends. What a crash leaves undone is done at the next start."""

    def __init__(self, store: Store, settings: Settings, send: Callable[[Request], None] = _nowhere) -> None:
        """``send``: how a Sparkplug node is asked for its birth."""
        self._store = store
        self._settings = settings
        self._send = send
        self._lock = FileLock(store.folder / FOLD_LOCK)
        self._folding: Folding | None = None
        self._wake = threading.Event()
        self._done = threading.Condition()
        self._wanted = 0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="fold")
        self._trouble = Trouble("fold")
        self.rates = Rates()

    @property
    def error(self) -> AasError | None:
        """Why nothing is folded at present, or ``None``."""
        return self._trouble.error

    @property
    def leads(self) -> bool:
        """Whether it is this process that folds."""
        return self._folding is not None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Fold what is there, then end."""
        self._ending.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def ready(self) -> bool:
        """Whether it is at work or stands by, and nothing is wrong for all streams alike."""
        return self.error is None and self._thread.is_alive()

    def wake(self) -> None:
        """Something was committed."""
        self._wake.set()

    def settle(self, upto: int, timeout: float) -> bool:
        """Fold up to a journal position now, or wait until another process has; ``False`` where that takes longer
        than ``timeout`` seconds."""
        end = time.monotonic() + timeout
        while True:
            with self._done:
                self._wanted = max(self._wanted, upto)
                self._wake.set()
                left = end - time.monotonic()
                if self._done.wait_for(lambda: self._folded() >= upto, min(_LOOK_SECONDS, max(left, 0))):
                    return True
            if not self.leads and self._store.journal.mark(MARK) >= upto:
                return True
            if left <= 0:
                return False

    def oldest_waiting(self, stream: str) -> int | None:
        """The arrival (ns) of a stream's oldest message that is not in the lake yet, where this process folds."""
        folding = self._folding
        return None if folding is None else folding.waiting.get(stream)

    def _folded(self) -> int:
        folding = self._folding
        return 0 if folding is None else folding.folded

    def _work(self) -> None:
        try:
            ends_at: float | None = None
            while ends_at is None or time.monotonic() < ends_at:
                self._wake.wait(min(LIVE_SECONDS, self._settings.fold_seconds))
                self._wake.clear()
                ending = self._ending.is_set()
                if ending and ends_at is None:
                    ends_at = time.monotonic() + _LAST_SECONDS
                if self._tried(ending=ending):
                    self._wake.set()
                elif ending:
                    return
        finally:
            if self._folding is not None:
                self._folding.close()
            self._folding = None
            self._lock.release()

    def _tried(self, *, ending: bool) -> bool:
        """One step. Nothing is lost by a failure: it is all in the journal, and the next try begins there."""
        try:
            folding = self._leading()
            more = folding is not None and folding.step(self._wanted, ending=ending)
        except Exception as fault:  # whatever it is: an end of this thread would be the end of the feed
            self._trouble.tell(fault)
            if not isinstance(fault, AasError):
                self._begin_anew()
            self._ending.wait(self._trouble.pause())
            return False
        with self._done:
            self._done.notify_all()
        self._trouble.over()
        return more

    def _leading(self) -> Folding | None:
        """What folds, where that is ours to do."""
        if self._folding is None and self._lock.take():
            self._folding = Folding(self._store, self._settings, self.rates, self._send)
        return self._folding

    def _begin_anew(self) -> None:
        """Forget what was gathered: who knows what a fault that nobody foresaw has left of it."""
        try:
            if self._folding is not None:
                self._folding.begin_anew()
        except AasError as fault:
            self._trouble.tell(fault)
