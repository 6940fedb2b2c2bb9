"""The journal decoded again for one stream, as it is declared by now: its records become those that come of it.

All becomes true with one version of the stream's table. What a kill leaves undone is done by the next replay; the
counts are known to be old until then, and made anew by whoever folds first. Records whose messages the journal has
let go of stay as they are.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from aas_server.errors import Conflict, NotFound
from aas_server.ingest import births, counts, feeds, judging, noted, ordering, screen
from aas_server.ingest.batch import Batch
from aas_server.ingest.counts import Counted
from aas_server.ingest.declared import Declarations, Declared
from aas_server.ingest.decode import Decoder, entries
from aas_server.ingest.fold import MARK, stored
from aas_server.ingest.noted import Noted
from aas_server.ingest.readings import MOST_TAGS, last_readings
from aas_server.ingest.spool import Spool
from aas_server.settings import Settings
from aas_server.store.contract import MOST_COLUMNS, Gone, LiveValue, Pin, Section, Store, StreamFacts
from aas_server.store.records import positions_of

Progress = Callable[[int, int], None]
_SCRATCH = "replay-"
_ENTRIES = 20_000
"""Messages looked at together."""
_OF_STREAM: Sequence[Section] = ("stream", "behind")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did with the messages at positions after ``after`` up to ``upto``: ``messages`` that bear
    records of the stream, and these. ``released``: messages that can be read now; ``quarantined``: of the stream's
    topics those that can't. ``version``: of the table, ``None`` where neither was nor is any record."""

    stream: str
    after: int
    upto: int
    messages: int
    records: int
    released: int
    quarantined: int
    version: int | None


@dataclass(slots=True)
class _Read:
    """What one pass over the journal brought."""

    spool: Spool | None = None
    columns: pa.Schema = field(default_factory=lambda: pa.schema([]))
    facts: StreamFacts | None = None
    noted: Noted = field(default_factory=Noted)
    messages: int = 0
    records: int = 0
    readable: list[int] = field(default_factory=list)
    unreadable: int = 0
    readings: dict[str, LiveValue] = field(default_factory=dict)


def replay(
    store: Store, settings: Settings, stream: str, after: int = 0, progress: Progress | None = None
) -> Replayed:
    """Decode the journal again from position ``after`` on. Nothing else is folded meanwhile: what comes in waits
    in the journal. ``progress(position, upto)`` is called now and then.

    Raises ``Conflict`` where the declared types don't go together with those of records that stay, ``Damaged`` and
    ``Unavailable``."""
    with store.lake.locked():
        upto = max(store.journal.mark(MARK), store.lake.folded(stream))
        after = _gone(store, stream, max(after, store.journal.first() - 1), upto)
        _sweep(store.folder)
        try:
            return _replay(store, settings, stream, after, upto, progress, widen=True)
        except Conflict as fault:
            # Whole numbers that are too large to become doubles: the fractions are the misfits then.
            if fault.key != "lake-column-lossy":
                raise
            return _replay(store, settings, stream, after, upto, progress, widen=False)


def _replay(
    store: Store,
    settings: Settings,
    stream: str,
    after: int,
    upto: int,
    progress: Progress | None,
    *,
    widen: bool,
) -> Replayed:
    with tempfile.TemporaryDirectory(dir=store.folder, prefix=_SCRATCH) as scratch:
        replaying = _Replay(store, settings, stream, Path(scratch), widen)
        read = replaying.read(after, upto, progress)
        version = _replace(store, stream, read, after, upto)
    store.journal.release(read.readable)
    if version is not None:
        _recount(store, stream, read, upto)
    _show(store, stream, read)
    return Replayed(stream, after, upto, read.messages, read.records, len(read.readable), read.unreadable, version)


def _gone(store: Store, stream: str, after: int, upto: int) -> int:
    """The last position, after one, whose message was erased for another stream's sake although it bore records
    of this one as well; ``after`` where there is none. Such records stay as they are, and those before them."""
    if not store.catalogue.page("erasure", 1):
        return after
    positions = positions_of(store.lake, stream, after)
    last, at = after, after
    while at < upto and (found := store.journal.read(at, _ENTRIES)):
        erased = [entry.position for entry in found if entry.erased]
        lost = np.intersect1d(erased, positions)
        last = int(lost[-1]) if len(lost) else last
        at = found[-1].position
    return last


def _sweep(folder: Path) -> None:
    """Take away what a kill left of earlier replays; there is none beside this one."""
    for left in folder.glob(f"{_SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)


def forget(store: Store, stream: str, keep: Sequence[Pin] = ()) -> Gone | None:
    """Take away a stream whose messages all belong to another one by now: its table (but for the pins in
    ``keep``), live values and counts; its messages stay in the journal. ``None`` where it had no table."""
    with store.lake.locked():
        gone = None
        with suppress(NotFound):
            gone = store.lake.drop(stream, keep)
        store.live.forget(stream)
        for section in _OF_STREAM:
            with suppress(NotFound):
                store.catalogue.delete(section, stream)
        return gone


class _Replay:
    """One pass over the journal: the stream's rows go into a spool, its last readings are kept."""

    def __init__(self, store: Store, settings: Settings, stream: str, scratch: Path, widen: bool) -> None:
        self._store = store
        self._settings = settings
        self._stream = stream
        self._scratch = scratch
        self._widen = widen
        self._declared: Declared = Declarations(store.catalogue).now()
        self._quarantined = _quarantined(store)

    def read(self, after: int, upto: int, progress: Progress | None) -> _Read:
        read = _Read()
        if after:
            before = noted.of(self._store.catalogue, self._stream)
            read.noted = Noted(None, 0, before.fields)
            read.columns = stored(self._store, self._stream)
        known = births.at(self._store, after, ahead=True)
        walk = entries(self._store.journal, after, upto)
        at = after
        while at < upto:
            decoder = Decoder(self._settings, at, only=self._stream, births=known)
            if not decoder.take(walk, self._declared):
                break
            at = decoder.upto
            self._keep(decoder, read)
            if progress is not None:
                progress(at, upto)
        return read

    def _keep(self, decoder: Decoder, read: _Read) -> None:
        unreadable = [one for one in decoder.quarantined if self._declared.of_topic(one.topic)[0] == self._stream]
        # First out of it: there may be another reason by now.
        self._store.journal.release([one.position for one in unreadable])
        self._store.journal.quarantine(unreadable)
        read.unreadable += len(unreadable)
        batch = decoder.batches.get(self._stream)
        if batch is None:
            return
        read.readable += np.intersect1d(np.array(batch.sent, np.int64), self._quarantined).tolist()
        read.messages += batch.messages
        read.records += len(batch)
        for name, value in last_readings(batch).items():
            if name not in read.readings or value.time >= read.readings[name].time:
                read.readings[name] = value
        if read.facts is None:
            read.facts = counts.nothing(batch)
        self._lay_aside(batch, decoder, read)

    def _lay_aside(self, batch: Batch, decoder: Decoder, read: _Read) -> None:
        for content in batch.files.values():
            self._store.files.add(content)
        declaration = self._declared.of_stream(batch.stream, batch.topic)
        rows = screen.table(batch, read.columns, declaration, widen=self._widen)
        read.columns = _columns(read.columns, rows.schema)
        order = ordering.look(rows, batch.flags, read.noted.newest, decoder.late)
        rows = judging.with_flags(rows, {ordering.LATE: order.late})
        if read.spool is None:
            read.spool = Spool(self._scratch, judging.key(batch))
        read.spool.add(rows, order.believed)
        read.noted = Noted(
            order.newest,
            read.noted.unordered + order.unordered,
            noted.fields(read.noted.fields, batch, rows),
        )


def _columns(before: pa.Schema, rows: pa.Schema) -> pa.Schema:
    """The columns' types so far: those of the latest rows, but for a column without a value."""
    known = {field.name: field.type for field in before}
    return pa.schema(known | {field.name: field.type for field in rows if field.type != pa.null()})


def _replace(store: Store, stream: str, read: _Read, after: int, upto: int) -> int | None:
    if read.spool is None and stream not in store.lake.streams():
        return None
    # Whoever folds next counts anew if we don't come to it.
    with suppress(NotFound):
        feeds.put_facts(
            store.catalogue, feeds.facts(store.catalogue, stream), 0, noted.of(store.catalogue, stream)
        )
    return store.lake.replace(stream, read.spool.tables() if read.spool else (), after, upto)


def _recount(store: Store, stream: str, read: _Read, upto: int) -> None:
    facts = read.facts
    if facts is None:
        facts = feeds.facts(store.catalogue, stream)
    counts.put(store, counts.counted(store, Counted(facts, read.noted)), upto)


def _show(store: Store, stream: str, read: _Read) -> None:
    most = MOST_TAGS if read.facts is not None and read.facts.shape == "narrow" else MOST_COLUMNS
    store.live.forget(stream)
    store.live.put(stream, read.readings, most)


def _quarantined(store: Store) -> NDArray[np.int64]:
    found: list[int] = []
    while page := store.journal.quarantined(found[-1] if found else 0, 1000):
        found += [one.position for one in page]
    return np.array(found, np.int64)
