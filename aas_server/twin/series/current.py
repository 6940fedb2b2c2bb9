"""The segments of a TimeSeries that still grow, as they stand now: laid over the stored submodel when it is read.

The stored document never moves with the records (see ``twin.live``). What a segment says of itself comes from what
was counted while folding; the last records are read from the lake's last file, at most once in ``KEPT_SECONDS``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from aas_server.clock import from_ns, iso
from aas_server.errors import AasError, NotFound
from aas_server.store.contract import COMMON, Store, StreamFacts
from aas_server.store.series import Source, newest
from aas_server.twin.elements import children, find
from aas_server.twin.plain import Json
from aas_server.twin.series.elements import (
    SEGMENTS,
    Record,
    bring_up,
    is_growing,
    is_internal,
    layout,
    record_elements,
)

KEPT_SECONDS = 5.0
PREVIEW = 50
"""Records in an internal segment. Viewers load the whole submodel whenever it is clicked: fifty records of twenty
variables with their meanings are a quarter of a megabyte."""
_KEPT = 200
"""Streams whose last records are remembered at most."""


@dataclass(frozen=True, slots=True)
class _Kept:
    until: float
    counted: bytes
    facts: StreamFacts | None
    records: tuple[Record, ...]


class Current:
    """Shows what streams hold by now in the TimeSeries that describe them."""

    def __init__(self, store: Store, now: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._now = now
        self._kept: dict[str, _Kept] = {}

    def is_fresh(self, stream: str) -> bool:
        """Whether ``lay_over`` has nothing to read from the disk."""
        kept = self._kept.get(stream)
        return kept is not None and kept.until > self._now()

    def refresh(self, stream: str) -> _Kept:
        """Read the last records again where some came in. To be called from a worker thread."""
        kept = self._kept.get(stream)
        try:
            counted = self._store.catalogue.get("stream", stream)
        except NotFound:
            counted = b""
        if kept is None or kept.counted != counted:
            facts = msgspec.json.decode(counted, type=StreamFacts) if counted else None
            kept = _Kept(0, counted, facts, self._records(stream))
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        fresh = _Kept(self._now() + KEPT_SECONDS, counted, kept.facts, kept.records)
        self._kept[stream] = fresh
        return fresh

    def lay_over(self, document: Json, stream: str) -> None:
        """Bring the growing segments of a TimeSeries up to date. One that people changed beyond recognition is
        left as it is."""
        kept = self._kept.get(stream)
        if kept is None or kept.until <= self._now():
            kept = self.refresh(stream)
        try:
            segments = [one for one in children(find(document, SEGMENTS)) if is_growing(one)]
            shape = layout(document)
        except (NotFound, KeyError):
            return
        whole = _whole(kept.facts)
        for segment in segments:
            if is_internal(segment):
                bring_up(segment, whole | _span(kept.records), record_elements(shape, kept.records))
            else:
                bring_up(segment, whole)

    def _records(self, stream: str) -> tuple[Record, ...]:
        try:
            _, source = Source.of_stream(self._store.lake, stream)
            rows = newest(source.paths, PREVIEW).to_pylist()
        except AasError:
            # No table yet, or one that is damaged: the submodel is read all the same.
            return ()
        found = _by_time(rows) if source.is_narrow else [_record(row) for row in rows if row.get("time")]
        return tuple(sorted(found, key=lambda one: one.time))


def _record(row: Mapping[str, Any]) -> Record:
    values = {name: value for name, value in row.items() if name not in COMMON and value is not None}
    return Record(row["time"].astimezone(UTC), values)


def _by_time(rows: list[dict[str, Any]]) -> list[Record]:
    """What tags said at one instant is one record, as it was sent."""
    found: dict[datetime, dict[str, Any]] = {}
    for row in rows:
        if row["time"] is not None:
            value = row["text"] if row["number"] is None else row["number"]
            found.setdefault(row["time"].astimezone(UTC), {})[row["tag"]] = value
    return [Record(time, values) for time, values in found.items()]


def _whole(facts: StreamFacts | None) -> dict[str, str]:
    if facts is None:
        return {"RecordCount": "0"}
    times = {"StartTime": facts.first, "EndTime": facts.last, "LastUpdate": facts.last_arrival}
    said = {name: iso(from_ns(at)) for name, at in times.items() if at is not None}
    return {"RecordCount": str(facts.records), **said}


def _span(records: tuple[Record, ...]) -> dict[str, str]:
    said = {"RecordCount": str(len(records))}
    return said | ({"StartTime": iso(records[0].time), "EndTime": iso(records[-1].time)} if records else {})
