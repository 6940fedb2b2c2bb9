"""Understanding what the gateway has journalled, step by step: decode at once, show as live, fold by the batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence, Set

from aas_server.ingest import behind, births
from aas_server.ingest.beside import Beside
from aas_server.ingest.declared import Declarations
from aas_server.ingest.decode import Decoder
from aas_server.ingest.fold import MARK, fold
from aas_server.ingest.mending import Mending
from aas_server.ingest.pending import in_turn
from aas_server.ingest.rates import Rates
from aas_server.ingest.readings import show
from aas_server.settings import Settings
from aas_server.store.contract import Entry, Store
from connectors.sparkplug import Request

LIVE_SECONDS = 1.0
_CHUNK = 5_000
"""Messages read before live values and folding are looked at again."""
_TURN_SECONDS = 5.0
"""How long streams are folded before what came in meanwhile is decoded: a stream costs some ten milliseconds,
however few its records are."""
_MEND_SECONDS = 10.0
"""Between two looks whether a stream that is behind can be stored again."""


_FEW_STREAMS = 100
"""Up to so many are folded while the next messages are decoded: all have their turn within seconds."""


class Folding:
    """One at a time per data folder. ``folded``: the journal position up to which all is in the lake; ``rates``:
    records a second; ``waiting``: by stream the arrival (ns) of the oldest message that is not in the lake yet."""

    def __init__(self, store: Store, settings: Settings, rates: Rates, send: Callable[[Request], None]) -> None:
        """``send``: how a Sparkplug node is asked for its birth."""
        self._store = store
        self._settings = settings
        self._send = send
        self._declarations = Declarations(store.catalogue)
        self._mending = Mending(store, settings)
        self._mended_at: float | None = None
        self._folded_at = self._shown_at = time.monotonic()
        self.rates = rates
        self.waiting: dict[str, int] = {}
        self._beside = Beside(self._fold_handed_on)
        self.begin_anew()

    def close(self) -> None:
        """Wait for what is being folded."""
        self._beside.close()

    def begin_anew(self) -> None:
        """Forget what was gathered and is not folded: it is decoded again."""
        self._beside.forget()
        self.folded = self._store.journal.mark(MARK)
        self.decoder = Decoder(self._settings, self.folded, births=births.restored(self._store, self._settings))
        self._ahead: Sequence[Entry] = ()
        self._shown: dict[str, int] = {}

    def step(self, wanted: int, *, ending: bool = False) -> bool:
        """Decode the next messages; fold where it is time, or where it is ``wanted`` up to a position. Whether
        there is more to do at once."""
        if self._beside.due and not self._end_beside():
            return True
        if not self.decoder.full:
            self._decode()
        more = self.decoder.upto < self._store.journal.last()
        now = time.monotonic()
        fold_now = self._is_time_to_fold(now, wanted, ending=ending and not more)
        if fold_now or now - self._shown_at >= LIVE_SECONDS:
            self._show(now)
        if self._beside.busy and (fold_now or not more) and not self._end_beside():
            return True
        if fold_now:
            more |= self._fold(now, beside=more and not self.folded < wanted <= self.decoder.upto)
        return (not ending and not self._beside.busy and self._mend(now)) or more

    def _decode(self) -> None:
        declared = self._declarations.now()
        if declared is not self.decoder.declared and self.decoder.batches:
            self.begin_anew()
        if not self._ahead:
            self._ahead = self._store.journal.read(self.decoder.upto, _CHUNK)
        before = {stream: len(batch) for stream, batch in self.decoder.batches.items()}
        taken = self.decoder.take(self._ahead, declared)
        self._ahead = self._ahead[taken:]
        for stream, batch in self.decoder.batches.items():
            if len(batch) > before.get(stream, 0):
                self.rates.add(stream, len(batch) - before.get(stream, 0))
                self.waiting.setdefault(stream, batch.came[0])
        for request in self.decoder.births.requests():
            self._send(request)

    def _is_time_to_fold(self, now: float, wanted: int, *, ending: bool) -> bool:
        if self.decoder.upto <= self.folded:
            return False
        return (
            self.decoder.full
            or now - self._folded_at >= self._settings.fold_seconds
            or self.folded < wanted <= self.decoder.upto
            or ending
        )

    def _show(self, now: float) -> None:
        known = self._shown
        new = [
            (batch, shown)
            for stream, batch in self.decoder.batches.items()
            if (shown := known.get(stream, 0)) < len(batch.sent)
        ]
        show(self._store.live, new)
        known.update((batch.stream, len(batch.sent)) for batch, _ in new)
        self._shown_at = now

    def _fold(self, now: float, *, beside: bool) -> bool:
        """Whether some are left: each has its turn, but what comes in has its, too. ``beside``: whether it may be
        done while the next messages are decoded."""
        if beside and len(self.decoder.batches) <= _FEW_STREAMS:
            full, self.decoder = self.decoder, self.decoder.next()
            self._shown = {}
            self._beside.begin(full)
            self._folded_at = now
            return True
        with self._store.lake.locked():
            # Looked at under the lock: what was declared, replayed or erased meanwhile must not come in as it was.
            if self._declarations.now() is not self.decoder.declared:
                self.begin_anew()
                return True
            before = set(self.decoder.batches)
            end = now + _TURN_SECONDS
            done = fold(self._store, self.decoder, in_turn(self.decoder), lambda: time.monotonic() > end)
        for stream in before - self.decoder.batches.keys():
            self._shown.pop(stream, None)
        self._are_folded(before - self.decoder.batches.keys(), done.upto)
        left = bool(self.decoder.batches)
        # Those that are left are overdue by now.
        self._folded_at = now - self._settings.fold_seconds if left else time.monotonic()
        return left

    def _fold_handed_on(self, decoder: Decoder) -> bool:
        with self._store.lake.locked():
            # As above.
            if self._declarations.now() is not decoder.declared:
                return False
            fold(self._store, decoder, in_turn(decoder))
            return True

    def _end_beside(self) -> bool:
        """Wait for what is folded beside; whether it can go on."""
        done = self._beside.end()
        if done is None:
            self.begin_anew()
            return False
        self.decoder.memory = done.memory | self.decoder.memory
        self._are_folded(self._beside.streams, done.folded())
        return True

    def _are_folded(self, streams: Set[str], upto: int) -> None:
        """Streams of which all is in the lake but for what the decoder has gathered."""
        self.folded = upto
        late = behind.streams(self._store.catalogue)
        batches = self.decoder.batches
        for stream in streams & batches.keys() - late.keys():
            self.waiting[stream] = batches[stream].came[0]
        for stream in self.waiting.keys() - batches.keys() - late.keys():
            del self.waiting[stream]

    def _mend(self, now: float) -> bool:
        if self._mended_at is None:
            self._mending.look()
        elif now - self._mended_at < _MEND_SECONDS:
            return False
        self._mended_at = now
        more = self._mending.step()
        if more:
            self._mended_at -= _MEND_SECONDS
        return more
