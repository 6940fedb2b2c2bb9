"""Folding in a thread of its own, while the next messages are decoded."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from aas_server.ingest.decode import Decoder

Work = Callable[[Decoder], bool]


class Beside:
    """One decoder at a time, which takes no more meanwhile. ``work`` folds it, and tells whether it could: else
    all must be decoded anew. What fails is done again."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._threads = ThreadPoolExecutor(1, "fold-beside")
        self._decoder: Decoder | None = None
        self._result: Future[bool] | None = None
        self.streams: frozenset[str] = frozenset()

    @property
    def busy(self) -> bool:
        """Whether something was begun whose end nobody asked for yet."""
        return self._decoder is not None

    @property
    def due(self) -> bool:
        """Whether its end need not be waited for: it is done, or has failed and is to be done again."""
        return self.busy and (self._result is None or self._result.done())

    def begin(self, decoder: Decoder) -> None:
        """Fold what the decoder has gathered, of ``streams``. Nothing is at work at present."""
        self._decoder = decoder
        self.streams = frozenset(decoder.batches)
        self._result = self._threads.submit(self._work, decoder)

    def end(self) -> Decoder | None:
        """Wait until it is done: what was folded, or ``None`` where it must be decoded anew. Raises what it
        raised; asked again, it does it again."""
        decoder, result = self._decoder, self._result
        if decoder is None:
            return None
        self._result = None
        done = (result or self._threads.submit(self._work, decoder)).result()
        self._decoder = None
        return decoder if done else None

    def forget(self) -> None:
        """Wait for its end, whatever that is."""
        if self._result is not None:
            wait([self._result])
        self._decoder = self._result = None

    def close(self) -> None:
        self._threads.shutdown()
