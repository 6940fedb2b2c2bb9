"""What a stream holds, counted as it is folded, and counted anew where a crash came between fold and count."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from aas_server.errors import NotFound
from aas_server.ingest import feeds
from aas_server.ingest.decode import Batch
from aas_server.store.contract import Store, StreamFacts
from aas_server.store.parquet import reader

_COUNT = """
SELECT count(DISTINCT position), count(*), count(flags),
       epoch_us(min(time)) * 1000, epoch_us(max(time)) * 1000, epoch_us(max(arrival)) * 1000
FROM records
"""


def before_fold(store: Store, batch: Batch, folded: int) -> StreamFacts:
    """The stream's facts up to ``folded``; counted from the lake where the kept ones are older than it."""
    if feeds.counted_upto(store.catalogue, batch.stream) == folded and folded:
        return feeds.facts(store.catalogue, batch.stream)
    none = StreamFacts(batch.stream, batch.topic, batch.source, batch.shape, 0, 0, 0, None, None, None)
    return _counted(store, none) if folded else none


def recount(store: Store, stream: str) -> None:
    """Make a stream's facts those of the lake; nothing is done where they are."""
    folded = store.lake.folded(stream)
    if feeds.counted_upto(store.catalogue, stream) == folded:
        return
    try:
        facts = feeds.facts(store.catalogue, stream)
    except NotFound:
        return
    feeds.put_facts(store.catalogue, _counted(store, facts), folded)


def after_fold(facts: StreamFacts, batch: Batch, rows: pa.Table) -> StreamFacts:
    """The facts with the rows that were folded."""
    bounds = pc.min_max(rows.column("time").cast(pa.int64())).as_py()
    positions = rows.column("position")
    return StreamFacts(
        name=batch.stream,
        topic=batch.topic,
        source=batch.source,
        shape=batch.shape,
        messages=facts.messages + len(pc.unique(positions)),
        records=facts.records + rows.num_rows,
        flagged=facts.flagged + rows.num_rows - rows.column("flags").null_count,
        first=min(_known(facts.first, bounds["min"]), default=None),
        last=max(_known(facts.last, bounds["max"]), default=None),
        last_arrival=max(batch.arrivals[-1], facts.last_arrival or 0),
    )


def _counted(store: Store, facts: StreamFacts) -> StreamFacts:
    paths = store.lake.paths(store.lake.pin(facts.name))
    with reader({"records": paths}) as database:
        row = database.execute(_COUNT).fetchone()
    messages, records, flagged, first, last, last_arrival = row or (0, 0, 0, None, None, None)
    return StreamFacts(
        facts.name,
        facts.topic,
        facts.source,
        facts.shape,
        messages,
        records,
        flagged,
        first,
        last,
        last_arrival,
    )


def _known(before: int | None, microseconds: int | None) -> list[int]:
    times = (before, None if microseconds is None else microseconds * 1000)
    return [time for time in times if time is not None]
