"""Records of one stream, gathered message by message and handed on column by column."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from connectors.message import Part, Scalar, Shape, Wide

Integers = NDArray[np.int64]


@dataclass(slots=True)
class Batch:
    """Records of one stream in the order of the journal. ``times`` are ns since 1970, UTC; ``flags``: row →
    reasons for doubt. A wide batch has ``rows``, a narrow one ``tags``, ``numbers`` and ``texts`` (see
    ``connectors.message``). ``size``: bytes of the payloads. Of messages, whose records stand side by side, there
    are ``sent`` (position in the journal), ``came`` (arrival, ns) and ``counts``."""

    stream: str
    topic: str
    source: str
    shape: Shape
    sent: list[int] = field(default_factory=list)
    came: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    times: list[int | None] = field(default_factory=list)
    flags: dict[int, tuple[str, ...]] = field(default_factory=dict)
    rows: list[Mapping[str, Scalar]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    numbers: list[float | None] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def __len__(self) -> int:
        return len(self.times)

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
        start = len(self.times)
        self.sent.append(position)
        self.came.append(arrival)
        self.counts.append(len(part.times))
        self.times += part.times
        if part.flags:
            self.flags |= {start + row: flags for row, flags in part.flags.items()}
        if part.units:
            self.units |= part.units
        if isinstance(part, Wide):
            self.rows += part.rows
            if part.files:
                self.files |= part.files
        else:
            self.tags += part.tags
            self.numbers += part.numbers
            self.texts += part.texts

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
            self.times[start:],
            {row - start: flags for row, flags in self.flags.items() if row >= start},
            self.rows[start:],
            self.tags[start:],
            self.numbers[start:],
            self.texts[start:],
            self.files,
            self.units,
        )
