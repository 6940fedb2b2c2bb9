"""What is noted of a stream beside its facts: its newest time, its order, its fields and what became of them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
import pyarrow as pa

from aas_server.errors import NotFound
from aas_server.ingest.batch import Batch
from aas_server.store.contract import COMMON, Catalogue


class Seen(msgspec.Struct, frozen=True):
    """When a field came first and last with a value (arrival, ns since 1970, UTC), its type (``null`` before the
    first value), and the type that it had until ``retyped`` (arrival, ns), ``None`` where it had no other."""

    first: int
    last: int
    type: str = "null"
    was: str | None = None
    retyped: int | None = None


class Noted(msgspec.Struct, frozen=True):
    """``newest``: the newest time that can be believed, µs since 1970, UTC. ``unordered``: records that are older
    than one before them. ``fields``: a wide stream's columns."""

    newest: int | None = None
    unordered: int = 0
    fields: Mapping[str, Seen] = {}


class Kept(msgspec.Struct):
    """As it stands beside the facts of a stream."""

    noted: Noted = Noted()


def of(catalogue: Catalogue, stream: str) -> Noted:
    """What is noted of a stream; nothing of an unknown one."""
    try:
        return msgspec.json.decode(catalogue.get("stream", stream), type=Kept).noted
    except NotFound:
        return Noted()


def fields(before: Mapping[str, Seen], batch: Batch, rows: pa.Table) -> Mapping[str, Seen]:
    """The fields after a batch whose columns are ``rows``."""
    if batch.shape == "narrow" or not rows.num_rows:
        return before
    arrivals = batch.arrivals
    after = dict(before)
    for name in rows.column_names:
        column = rows[name]
        if name in COMMON or column.null_count == len(column):
            continue
        first, last = _ends(column)
        after[name] = _seen(before.get(name), int(arrivals[first]), int(arrivals[last]), str(column.type))
    return after


def _seen(before: Seen | None, first: int, last: int, type: str) -> Seen:
    if before is None:
        return Seen(first, last, type)
    if before.type in (type, "null"):
        return Seen(before.first, last, type, before.was, before.retyped)
    return Seen(before.first, last, type, before.type, first)


def _ends(column: pa.ChunkedArray) -> tuple[int, int]:
    if not column.null_count:
        return 0, len(column) - 1
    valid = np.flatnonzero(column.is_valid().to_numpy())
    return int(valid[0]), int(valid[-1])
