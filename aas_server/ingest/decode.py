"""From the journal's messages to records, gathered by stream; what cannot be read is set aside with its reason."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from aas_server.ingest.declared import Declared
from aas_server.settings import Settings
from aas_server.store.contract import Entry, Quarantined
from connectors.message import Message, Part, Scalar, Shape, Undecodable, Wide
from connectors.payloads import decode
from connectors.sparkplug import Births


@dataclass(slots=True)
class Batch:
    """Records of one stream, column by column, in the order of the journal. Times are ns since 1970, UTC.

    ``flags``: row → reasons for doubt. A wide batch has ``rows``, a narrow one ``tags``, ``numbers`` and ``texts``
    (see ``connectors.message``)."""

    stream: str
    topic: str
    source: str
    shape: Shape
    positions: list[int] = field(default_factory=list)
    times: list[int | None] = field(default_factory=list)
    arrivals: list[int] = field(default_factory=list)
    flags: dict[int, tuple[str, ...]] = field(default_factory=dict)
    rows: list[Mapping[str, Scalar]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    numbers: list[float | None] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.positions)

    def add(self, position: int, arrival: int, part: Part) -> None:
        """Add what a message holds of this stream."""
        start, count = len(self.positions), len(part.times)
        self.positions += [position] * count
        self.arrivals += [arrival] * count
        self.times += part.times
        if part.flags:
            self.flags |= {start + row: flags for row, flags in part.flags.items()}
        if isinstance(part, Wide):
            self.rows += part.rows
            self.files |= part.files
        else:
            self.tags += part.tags
            self.numbers += part.numbers
            self.texts += part.texts

    def after(self, position: int) -> Batch:
        """The part of later messages."""
        return self.part(bisect_right(self.positions, position))

    def part(self, start: int) -> Batch:
        """The records from number ``start`` on."""
        if start == 0:
            return self
        return replace(
            self,
            positions=self.positions[start:],
            times=self.times[start:],
            arrivals=self.arrivals[start:],
            flags={row - start: flags for row, flags in self.flags.items() if row >= start},
            rows=self.rows[start:],
            tags=self.tags[start:],
            numbers=self.numbers[start:],
            texts=self.texts[start:],
        )


class Decoder:
    """Gathers records until they are folded: of all streams, or of ``only`` one. ``upto`` is the last journal
    position it has seen, ``size`` the bytes of payload it has decoded, ``declared`` what was declared by then,
    ``births`` what Sparkplug's nodes had announced."""

    def __init__(
        self, settings: Settings, upto: int, only: str | None = None, births: Births | None = None
    ) -> None:
        self.births = Births(0) if births is None else births
        self._zone = settings.zone
        self._limit = settings.max_message
        self._only = only
        self.declared = Declared({})
        self.upto = upto
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget what was gathered: it is folded."""
        self.batches: dict[str, Batch] = {}
        self.quarantined: list[Quarantined] = []
        self.memory: dict[str, bytes | None] = {}
        self.records = self.size = 0

    def remember(self) -> Mapping[str, bytes | None]:
        """What was announced since the last fold, to be kept with its mark."""
        self.memory |= self.births.changed()
        return self.memory

    def take(self, entries: Iterable[Entry], declared: Declared) -> None:
        """Decode entries that follow ``upto``."""
        self.declared = declared
        for entry in entries:
            self.births.position = entry.position
            if not entry.erased:
                self._take(entry.position, entry.message, declared)
            self.upto = entry.position

    def _take(self, position: int, message: Message, declared: Declared) -> None:
        size = len(message.payload) + message.left_out
        try:
            if message.left_out or size > self._limit:
                raise Undecodable("payload-too-large", topic=message.topic, size=size, limit=self._limit)
            parts = decode(message, declared.reading(message.topic, self._zone), self.births)
        except Undecodable as fault:
            self.quarantined.append(set_aside(position, message, fault.key, fault.values))
        except Exception as fault:  # a single message must never stop the feed, whatever is wrong with it
            self.quarantined.append(
                set_aside(position, message, "payload-unexpected", {"fault": repr(fault)[:200]})
            )
        else:
            for part in parts:
                if self._only in (None, part.stream):
                    self._gather(position, message, part)

    def _gather(self, position: int, message: Message, part: Part) -> None:
        batch = self.batches.get(part.stream)
        if batch is None:
            shape: Shape = "wide" if isinstance(part, Wide) else "narrow"
            batch = self.batches[part.stream] = Batch(part.stream, part.topic, message.source, shape)
        batch.add(position, message.arrival, part)
        self.records += len(part.times)
        self.size += len(message.payload)


def set_aside(position: int, message: Message, key: str, values: Mapping[str, object]) -> Quarantined:
    """A message for the quarantine."""
    told = {"topic": message.topic} | {name: str(value) for name, value in values.items()}
    return Quarantined(position, message.source, message.topic, message.arrival, key, told)
