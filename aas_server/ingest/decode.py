"""From the journal's messages to records, gathered by stream; what cannot be read is set aside with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from aas_server.ingest import births as kept
from aas_server.ingest.batch import Batch
from aas_server.ingest.declared import Declared
from aas_server.settings import Settings
from aas_server.store.contract import Entry, Journal, Quarantined
from connectors.message import Message, Part, Shape, Undecodable, Wide
from connectors.payloads import decode
from connectors.sparkplug import Births, is_sparkplug

_FULL = 64 * 2**20
"""Payload decoded from which it is folded, whatever the number of records: they may be wide."""
_MOST_STREAMS = 20_000
"""Streams that may wait to be folded, however few their records: each takes a few kB."""
_AHEAD = 20_000


class Decoder:
    """Gathers records until they are folded: of all streams, or of ``only`` one. ``upto`` is the last journal
    position it has seen, ``size`` the bytes of payload it has decoded, ``declared`` what was declared by then,
    ``births`` what Sparkplug's nodes had announced, ``late`` the µs from which an older record is late."""

    def __init__(
        self, settings: Settings, upto: int, only: str | None = None, births: Births | None = None
    ) -> None:
        self._settings = settings
        self._zone = settings.zone
        self._limit = settings.max_message
        self._most = settings.fold_records
        self.late = int(settings.late_seconds * 1e6)
        self._only = only
        self.declared = Declared({})
        self.births = births or Births(0)
        self.upto = upto
        self.batches: dict[str, Batch] = {}
        self.quarantined: list[Quarantined] = []
        self.memory: dict[str, bytes | None] = {}
        self.records = self.size = 0

    def done(self, stream: str) -> None:
        """Forget what was gathered of a stream: it is folded."""
        batch = self.batches.pop(stream)
        self.records -= len(batch)
        self.size -= batch.size

    def folded(self) -> int:
        """The position up to which nothing waits any more."""
        return min((batch.sent[0] - 1 for batch in self.batches.values()), default=self.upto)

    def remember(self) -> Mapping[str, bytes | None]:
        """What was announced since it was kept last, to be kept with the mark, and up to which position."""
        self.memory |= {**self.births.changed(), kept.POSITION: b"%d" % self.upto}
        return self.memory

    def next(self) -> Decoder:
        """One that goes on where this one ends. This one takes no more: another thread may fold it meanwhile."""
        self.remember()
        after = Decoder(self._settings, self.upto, births=self.births)
        after.declared = self.declared
        # What it announces later belongs to a later mark.
        self.births = Births(0)
        return after

    @property
    def full(self) -> bool:
        """Whether no more may be gathered in memory before it is folded, however long that can't be done."""
        waiting = self.records + len(self.quarantined)
        return waiting >= self._most or self.size >= _FULL or len(self.batches) >= _MOST_STREAMS

    def take(self, entries: Iterable[Entry], declared: Declared) -> int:
        """Decode entries that follow ``upto``, one at least, until it is ``full``; tells how many."""
        self.declared = declared
        taken = 0
        for entry in entries:
            if not entry.erased:
                self._take(entry.position, entry.message)
            self.upto = entry.position
            taken += 1
            if self.full:
                break
        return taken

    def _take(self, position: int, message: Message) -> None:
        size = len(message.payload) + message.left_out
        try:
            if message.left_out or size > self._limit:
                raise Undecodable("payload-too-large", topic=message.topic, size=size, limit=self._limit)
            self.births.position = position
            reading = self.declared.reading(message.topic, self._zone)
            if self._is_others(message.topic, reading.stream):
                return
            parts = decode(message, reading, self.births, self.declared.tags_of)
            for part in parts:
                self._check(part)
        except Undecodable as fault:
            self.quarantined.append(set_aside(position, message, fault.key, fault.values))
        except Exception as fault:  # a single message must never stop the feed, whatever is wrong with it
            self.quarantined.append(
                set_aside(position, message, "payload-unexpected", {"fault": repr(fault)[:200]})
            )
        else:
            for part in parts:
                if self._only in (None, part.stream):
                    self._gather(position, message, part, len(message.payload) // len(parts))

    def _is_others(self, topic: str, stream: str | None) -> bool:
        """Whether a message can be passed over; what Sparkplug says of one stream may matter to others."""
        return self._only is not None and stream not in (None, self._only) and not is_sparkplug(topic)

    def _check(self, part: Part) -> None:
        batch = self.batches.get(part.stream)
        if batch is not None and batch.shape != _shape(part):
            raise Undecodable("payload-other-shape", stream=part.stream, shape=batch.shape)

    def _gather(self, position: int, message: Message, part: Part, size: int) -> None:
        batch = self.batches.get(part.stream)
        if batch is None:
            batch = self.batches[part.stream] = Batch(part.stream, part.topic, message.source, _shape(part))
        batch.add(position, message.arrival, part)
        batch.size += size
        self.size += size
        self.records += len(part.times)


def entries(journal: Journal, after: int, upto: int) -> Iterator[Entry]:
    """The journal's entries after a position, up to another, read as they are asked for."""
    while after < upto:
        read = journal.read(after, _AHEAD)
        if not read:
            return
        for entry in read:
            after = entry.position
            if after > upto:
                return
            yield entry


def _shape(part: Part) -> Shape:
    return "wide" if isinstance(part, Wide) else "narrow"


def set_aside(position: int, message: Message, key: str, values: Mapping[str, object]) -> Quarantined:
    """A message for the quarantine."""
    told = {"topic": message.topic} | {name: str(value) for name, value in values.items()}
    return Quarantined(position, message.source, message.topic, message.arrival, key, told)
