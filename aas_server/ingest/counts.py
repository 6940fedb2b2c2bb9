"""What a stream holds, counted as it is folded, and counted anew where a crash came between fold and count."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from aas_server.errors import NotFound
from aas_server.ingest import feeds, noted
from aas_server.ingest.batch import Batch
from aas_server.ingest.judging import Screened
from aas_server.ingest.noted import Noted
from aas_server.store.contract import Store, StreamFacts
from aas_server.store.parquet import reader
from connectors.flags import IMPLAUSIBLE_TIME

_COUNT = """
SELECT count(DISTINCT position), count(*), count(flags),
       epoch_us(min(time) FILTER (believed)) * 1000, epoch_us(max(time) FILTER (believed)),
       epoch_us(max(arrival)) * 1000
FROM (SELECT *, flags IS NULL OR NOT contains(flags, ?) AS believed FROM records)
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """What is known of a stream at one moment."""

    facts: StreamFacts
    noted: Noted


def nothing(batch: Batch) -> StreamFacts:
    """The facts of a stream before its first record, which comes with this batch."""
    return StreamFacts(batch.stream, batch.topic, batch.source, batch.shape, 0, 0, 0, None, None, None)


def before_fold(store: Store, batch: Batch, folded: int) -> Counted:
    """The stream's facts up to ``folded``; counted from the lake where the kept ones are older than it."""
    kept = noted.of(store.catalogue, batch.stream)
    if feeds.counted_upto(store.catalogue, batch.stream) == folded and folded:
        return Counted(feeds.facts(store.catalogue, batch.stream), kept)
    none = nothing(batch)
    return counted(store, Counted(none, kept)) if folded else Counted(none, Noted())


def recount(store: Store, stream: str) -> None:
    """Make a stream's facts those of the lake; nothing is done where they are."""
    folded = store.lake.folded(stream)
    if feeds.counted_upto(store.catalogue, stream) == folded:
        return
    try:
        facts = feeds.facts(store.catalogue, stream)
    except NotFound:
        return
    put(store, counted(store, Counted(facts, noted.of(store.catalogue, stream))), folded)


def after_fold(before: Counted, batch: Batch, stored: Screened) -> Counted:
    """The facts with the rows that were folded."""
    facts, rows = before.facts, stored.rows
    bounds = pc.min_max(_believed(rows).cast(pa.int64())).as_py()
    return Counted(
        StreamFacts(
            name=batch.stream,
            topic=batch.topic,
            source=batch.source,
            shape=batch.shape,
            messages=facts.messages + batch.messages,
            records=facts.records + rows.num_rows,
            flagged=facts.flagged + rows.num_rows - rows.column("flags").null_count + stored.newly,
            first=min(_known(facts.first, bounds["min"]), default=None),
            last=max(_known(facts.last, bounds["max"]), default=None),
            last_arrival=max(batch.came[-1], facts.last_arrival or 0),
        ),
        Noted(
            stored.newest,
            before.noted.unordered + stored.unordered,
            noted.fields(before.noted.fields, batch, rows),
        ),
    )


def put(store: Store, found: Counted, upto: int) -> None:
    """Keep what was counted up to a journal position."""
    feeds.put_facts(store.catalogue, found.facts, upto, found.noted)


def counted(store: Store, known: Counted) -> Counted:
    """The facts of what the lake holds; ``known``: what does not follow from it."""
    paths = store.lake.paths(store.lake.pin(known.facts.name))
    if not paths:
        return Counted(replace(known.facts, messages=0, records=0, flagged=0, first=None, last=None), Noted())
    with reader({"records": paths}) as database:
        row = database.execute(_COUNT, [IMPLAUSIBLE_TIME]).fetchone()
    messages, records, flagged, first, newest, last_arrival = row or (0, 0, 0, None, None, None)
    facts = replace(
        known.facts,
        messages=messages,
        records=records,
        flagged=flagged,
        first=first,
        last=None if newest is None else newest * 1000,
        last_arrival=last_arrival,
    )
    return Counted(facts, Noted(newest, known.noted.unordered, known.noted.fields))


def _believed(rows: pa.Table) -> pa.ChunkedArray:
    """The times that bear no doubt: one wrong clock must not make a stream seem to reach into another century."""
    doubted = pc.match_substring(rows.column("flags"), IMPLAUSIBLE_TIME)
    return rows.column("time").filter(pc.invert(pc.fill_null(doubted, False)))


def _known(before: int | None, microseconds: int | None) -> list[int]:
    times = (before, None if microseconds is None else microseconds * 1000)
    return [time for time in times if time is not None]
