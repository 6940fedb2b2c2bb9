"""Decoded records into the lake: every record once, whatever happens in between.

Each stream's table says up to which journal position it is folded, in the same commit as its rows. The journal's
mark is the position up to which all streams are; so after a crash between two streams the one is found folded and
the other is not, and each takes what it lacks.

A stream whose table is damaged is left behind: the mark goes on without it, and its table is brought up from the
journal once it can be read again, or made anew where it was taken away (``mending``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from aas_server.errors import AasError, Conflict, NotFound, Unavailable
from aas_server.ingest import behind, births, counts, feeds, judging, screen, told
from aas_server.ingest.batch import Batch
from aas_server.ingest.decode import Decoder
from aas_server.ingest.judging import Screened
from aas_server.store.contract import Damaged, Quarantined, Store, StreamFacts

MARK = births.MARK


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Folded:
    """What one fold did: the journal position up to which all is folded, and the records of each stream that was
    folded."""

    upto: int
    records: Mapping[str, int]


def fold(
    store: Store, decoder: Decoder, streams: Iterable[str] | None = None, enough: Callable[[], bool] = _never
) -> Folded:
    """Fold what the decoder has gathered, which then forgets it: of ``streams`` in their order (else of all) until
    it is ``enough``, one at least. Another process may have folded some of it already: that is left out."""
    with store.lake.locked():
        store.journal.quarantine(decoder.quarantined)
        decoder.quarantined.clear()
        records = {}
        late = behind.streams(store.catalogue)
        for stream in list(decoder.batches) if streams is None else streams:
            with left_behind(store, stream):
                if stream not in late:
                    folded = check_goes_on(store, stream)
                    records[stream] = fold_stream(store, decoder.batches[stream], decoder, folded)
            decoder.done(stream)
            if enough():
                break
        mark = decoder.folded()
        if mark > store.journal.mark(MARK):
            store.journal.set_mark(MARK, mark, decoder.remember())
            decoder.memory.clear()
    return Folded(mark, records)


@contextmanager
def left_behind(store: Store, stream: str) -> Iterator[None]:
    """Whatever concerns this stream alone leaves it behind; what concerns all of them is raised."""
    try:
        yield
    except Unavailable as fault:
        if not isinstance(fault, Damaged):
            raise
        behind.leave(store.catalogue, stream, fault)
    except Exception as fault:
        behind.leave(store.catalogue, stream, fault)


def check_goes_on(store: Store, stream: str) -> int:
    """The journal position up to which the table is folded. Raises ``Damaged`` where it has less than was counted:
    it was restored or taken away."""
    folded = store.lake.folded(stream)
    if folded < feeds.counted_upto(store.catalogue, stream):
        raise Damaged("lake-older", stream=stream)
    return folded


def fold_stream(store: Store, batch: Batch, decoder: Decoder, folded: int) -> int:
    """Fold a batch of one stream, but for what its table has already (up to position ``folded``); returns how many
    records were new."""
    fresh = batch.after(folded)
    if not len(fresh):
        counts.recount(store, batch.stream)
        return 0
    before = counts.before_fold(store, fresh, folded)
    told.keep(store.catalogue, batch.stream, fresh.units)
    try:
        _check_shape(before.facts, fresh)
        for content in fresh.files.values():
            store.files.add(content)
        into = _into_lake(store, fresh, decoder, before.noted.newest)
    except Unavailable:
        raise
    except AasError as fault:
        # Retrying would bring the same fault for ever, and the whole feed would stand still behind it.
        store.journal.quarantine(_all_of(fresh, fault))
        return 0
    counts.put(store, counts.after_fold(before, fresh, into), decoder.upto)
    return int(into.rows.num_rows)


def _check_shape(facts: StreamFacts, batch: Batch) -> None:
    if facts.records and facts.shape != batch.shape:
        raise Conflict("payload-other-shape", topic=batch.topic, stream=batch.stream, shape=facts.shape)


def _into_lake(store: Store, batch: Batch, decoder: Decoder, newest: int | None) -> Screened:
    columns = stored(store, batch.stream)
    declaration = decoder.declared.of_stream(batch.stream, batch.topic)
    for widen in (True, False):
        rows = screen.table(batch, columns, declaration, widen=widen)
        screened = judging.judge(store.lake, batch, rows, columns.names, newest, decoder.late)
        try:
            store.lake.fold(batch.stream, screened.rows, decoder.upto, screened.reflag)
        except Conflict as fault:
            # Stored whole numbers are too large to become doubles: the fractions are the misfits then.
            if fault.key != "lake-column-lossy" or not widen:
                raise
        else:
            break
    return screened


def stored(store: Store, stream: str) -> pa.Schema:
    """The stream's columns so far; ``null`` where no value has come yet."""
    try:
        return store.lake.schema(stream)
    except NotFound:
        return pa.schema([])


def _all_of(batch: Batch, fault: AasError) -> list[Quarantined]:
    values = {name: str(value) for name, value in fault.values.items()}
    arrivals = dict(zip(batch.sent, batch.came, strict=True))
    return [
        Quarantined(position, batch.source, batch.topic, arrival, fault.key, values)
        for position, arrival in arrivals.items()
    ]
