"""Records of one stream, gathered message by message and handed on column by column."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from aas_server.ingest.gathering import Samples, Times
from connectors.message import Part, Scalar, Shape, Wide

Integers = NDArray[np.int64]


@dataclass(slots=True)
class Batch:
    """Records of one stream in the order of the journal. ``times`` are ns since 1970, UTC; ``flags``: row →
    reasons for doubt. A wide batch has ``rows`` (see ``connectors.message``), a narrow one ``samples``. ``size``:
    bytes of the payloads. Of messages, whose records stand side by side, there are ``sent`` (position in the
    journal), ``came`` (arrival, ns) and ``counts``, ``records`` in all."""

    stream: str
    topic: str
    source: str
    shape: Shape
    sent: list[int] = field(default_factory=list)
    came: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    records: int = 0
    gathered: Times = field(default_factory=Times)
    flags: dict[int, tuple[str, ...]] = field(default_factory=dict)
    rows: list[Mapping[str, Scalar]] = field(default_factory=list)
    samples: Samples = field(default_factory=Samples)
    files: dict[str, bytes] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def __len__(self) -> int:
        return self.records

    @property
    def times(self) -> pa.Array:
        """Each record's time (int64), null where it bears none."""
        return self.gathered.column()

    @property
    def positions(self) -> Integers:
        """Each record's position in the journal."""
        return np.repeat(np.array(self.sent, np.int64), self.counts)

    @property
    def arrivals(self) -> Integers:
        """Each record's arrival, ns since 1970, UTC."""
        return np.repeat(np.array(self.came, np.int64), self.counts)

    @property
    def messages(self) -> int:
        """How many messages its records came in."""
        return len(set(self.sent))

    def add(self, position: int, arrival: int, part: Part) -> None:
        """Add what a message holds of this stream."""
        start = self.records
        self.records += len(part.times)
        self.sent.append(position)
        self.came.append(arrival)
        self.counts.append(len(part.times))
        self.gathered.add(part.times)
        if part.flags:
            self.flags |= {start + row: flags for row, flags in part.flags.items()}
        if part.units:
            self.units |= part.units
        if isinstance(part, Wide):
            self.rows += part.rows
            if part.files:
                self.files |= part.files
        else:
            self.samples.add(part)

    def after(self, position: int) -> Batch:
        """The part of later messages."""
        return self.since(bisect_right(self.sent, position))

    def since(self, message: int) -> Batch:
        """The part from its message number ``message`` (from 0) on."""
        if message == 0:
            return self
        start = sum(self.counts[:message])
        return Batch(
            self.stream,
            self.topic,
            self.source,
            self.shape,
            self.sent[message:],
            self.came[message:],
            self.counts[message:],
            self.records - start,
            Times(self.times[start:]),
            {row - start: flags for row, flags in self.flags.items() if row >= start},
            self.rows[start:],
            self.samples.since(start),
            self.files,
            self.units,
        )
