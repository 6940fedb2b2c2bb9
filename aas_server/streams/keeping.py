"""Keeping the data folder small: what may go goes, small files become large ones. A piece at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from aas_server.clock import Clock, ns
from aas_server.errors import AasError, NotFound
from aas_server.ingest import behind
from aas_server.ingest.recurring import Recurring
from aas_server.ingest.trouble import log
from aas_server.product import record
from aas_server.settings import Settings
from aas_server.store.contract import Pin, Store
from aas_server.streams.evidence import chain, day
from aas_server.streams.evidence.sealing import Sealing

_PRUNED_AT_ONCE = 100_000
"""Messages that are pruned in one piece."""
_FIRST_SECONDS = 60.0
"""After the start, which has enough to do."""
_REST_SECONDS = 0.05
"""Between two pieces, so that whoever waits for the disk or a lock comes first."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was done: ``messages`` that left the journal, ``records`` that left the present tables, small files
    that were ``compacted``, and ``files`` (with their ``bytes``) that were deleted."""

    messages: int = 0
    records: int = 0
    compacted: int = 0
    files: int = 0
    bytes: int = 0

    def __add__(self, other: Kept) -> Kept:
        return Kept(
            self.messages + other.messages,
            self.records + other.records,
            self.compacted + other.compacted,
            self.files + other.files,
            self.bytes + other.bytes,
        )


class Keeping:
    """By the settings ``journal_days``, ``lake_days`` and ``grace_hours``. What a product's release pinned stays
    as long as the release."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._sealing = Sealing(store, clock)

    def run(self) -> Kept:
        """All there is to do; for commands. Raises ``Damaged`` for a table that can't be read, once the others
        are done."""
        faults: list[AasError] = []
        kept = sum(self.pieces(faults), Kept())
        if faults:
            raise faults[0]
        return kept

    def pieces(self, faults: list[AasError]) -> Iterator[Kept]:
        """The same piece by piece. Faults of single streams are put into ``faults``: the others go on."""
        yield from self._prune()
        pins = record.pins(self._store)
        for stream in self._store.lake.streams():
            try:
                yield from self._stream(stream, [*pins.get(stream, {}).values()])
            except NotFound:
                continue  # it was erased meanwhile
            except AasError as fault:
                faults.append(fault)

    def _prune(self) -> Iterator[Kept]:
        journal = self._store.journal
        if not self._settings.journal_days:
            return
        due = journal.since(self._before(self._settings.journal_days)) - 1
        if due < journal.first():
            return
        upto = min(due, *self._behind(), self._sealed())
        start = journal.first()
        while start <= upto:
            start += _PRUNED_AT_ONCE
            if count := journal.prune(min(start, upto)):
                yield Kept(messages=count)

    def _sealed(self) -> int:
        """Up to where the journal's days are sealed: what is pruned can't be counted any more."""
        self._sealing.all()
        last = day.last_sealed(self._store)
        return last.last if last else 0

    def _behind(self) -> list[int]:
        """Where streams have come to whose table can't be folded: the journal has what they lack."""
        return [self._folded(stream) for stream in behind.streams(self._store.catalogue)]

    def _folded(self, stream: str) -> int:
        try:
            return self._store.lake.folded(stream)
        except AasError:
            return 0

    def _stream(self, stream: str, held: Sequence[Pin]) -> Iterator[Kept]:
        lake, settings = self._store.lake, self._settings
        if settings.lake_days:
            gone = lake.cut(stream, self._before(settings.lake_days))
            if gone.records:
                told = {"stream": stream, "records": gone.records, "days": settings.lake_days}
                chain.append(self._store, self._clock, "cut", told)
            yield Kept(records=gone.records)
        while count := lake.compact(stream):
            yield Kept(compacted=count)
        gone = lake.vacuum(stream, held, settings.grace_hours)
        yield Kept(files=gone.files, bytes=gone.bytes)

    def _before(self, days: float) -> int:
        return ns(self._clock.now() - timedelta(days=days))


class Keeper(Recurring):
    """Does it every ``compact_hours``."""

    def __init__(self, keeping: Keeping, hours: float) -> None:
        super().__init__("keeping", hours * 3600, first=min(_FIRST_SECONDS, hours * 3600))
        self._keeping = keeping

    def work(self) -> bool:
        """A round, piece by piece; it ends early when it is stopped."""
        faults: list[AasError] = []
        for _ in self._keeping.pieces(faults):
            if self._ending.wait(_REST_SECONDS):
                break
        for fault in faults:
            log("keeping", fault)
        return False
