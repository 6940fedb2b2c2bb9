"""From the journal's messages to records, gathered by stream; what cannot be read is set aside with its reason."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from aas_server.ingest.feeds import Declaration
from aas_server.settings import Settings
from aas_server.store.contract import Entry, Quarantined
from connectors.message import Message, Record, Scalar, Undecodable
from connectors.payloads import decode, form_of, stream_name

_NONE_DECLARED = Declaration()
_TOPICS = 10_000
"""How many topics' streams are remembered: a feed whose topics are ids must not fill the memory."""


@dataclass(slots=True)
class Batch:
    """Records of one stream, column by column, in the order of the journal. Times are ns since 1970, UTC."""

    stream: str
    topic: str
    source: str
    shape: Literal["wide", "narrow"]
    positions: list[int] = field(default_factory=list)
    times: list[int | None] = field(default_factory=list)
    arrivals: list[int] = field(default_factory=list)
    flags: list[tuple[str, ...]] = field(default_factory=list)
    rows: list[Mapping[str, Scalar]] = field(default_factory=list)

    def after(self, position: int) -> Batch:
        """The part of later messages."""
        return self.part(bisect_right(self.positions, position))

    def part(self, start: int) -> Batch:
        """The records from number ``start`` on."""
        if start == 0:
            return self
        return Batch(
            self.stream,
            self.topic,
            self.source,
            self.shape,
            self.positions[start:],
            self.times[start:],
            self.arrivals[start:],
            self.flags[start:],
            self.rows[start:],
        )


class Decoder:
    """Gathers records until they are folded: of all streams, or of ``only`` one. ``upto`` is the last journal
    position it has seen, ``size`` the bytes of payload it has decoded."""

    def __init__(self, settings: Settings, upto: int, only: str | None = None) -> None:
        self._zone = settings.zone
        self._limit = settings.max_message
        self._only = only
        self._stream_of = lru_cache(_TOPICS)(stream_name)
        self.upto = upto
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget what was gathered: it is folded."""
        self.batches: dict[str, Batch] = {}
        self.quarantined: list[Quarantined] = []
        self.records = self.size = 0

    def take(self, entries: Iterable[Entry], declared: Mapping[str, Declaration]) -> None:
        """Decode entries that follow ``upto``."""
        for entry in entries:
            self._take(entry.position, entry.message, declared)
            self.upto = entry.position

    def _take(self, position: int, message: Message, declared: Mapping[str, Declaration]) -> None:
        stream = self._stream_of(message.topic)
        if self._only not in (None, stream):
            return
        declaration = declared.get(stream, _NONE_DECLARED)
        size = len(message.payload) + message.left_out
        try:
            if message.left_out or size > self._limit:
                raise Undecodable("payload-too-large", topic=message.topic, size=size, limit=self._limit)
            records = decode(message, time_column=declaration.time_column, zone=declaration.zone or self._zone)
        except Undecodable as fault:
            self.quarantined.append(set_aside(position, message, fault.key, fault.values))
        except Exception as fault:  # a single message must never stop the feed, whatever is wrong with it
            self.quarantined.append(
                set_aside(position, message, "payload-unexpected", {"fault": repr(fault)[:200]})
            )
        else:
            if records:
                self._gather(position, message, stream, records)

    def _gather(self, position: int, message: Message, stream: str, records: list[Record]) -> None:
        batch = self.batches.get(stream)
        if batch is None:
            shape: Literal["wide", "narrow"] = "narrow" if form_of(message.topic) == "mos-type-4" else "wide"
            batch = self.batches[stream] = Batch(stream, message.topic, message.source, shape)
        count = len(records)
        batch.positions += [position] * count
        batch.arrivals += [message.arrival] * count
        batch.times += [record.time for record in records]
        batch.flags += [record.flags for record in records]
        batch.rows += [record.fields for record in records]
        self.records += count
        self.size += len(message.payload)


def set_aside(position: int, message: Message, key: str, values: Mapping[str, object]) -> Quarantined:
    """A message for the quarantine."""
    told = {"topic": message.topic} | {name: str(value) for name, value in values.items()}
    return Quarantined(position, message.source, message.topic, message.arrival, key, told)
