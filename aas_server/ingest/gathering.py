"""Columns that grow message by message: lists as decoding gives them, packed as arrays whenever they are read.

What the messages of a stream have in common costs next to nothing: a sweep's one time stamp, the same tags in the
same order, no texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.message import Narrow

Codes = NDArray[np.int32]


class Times:
    """Times of records, ns since 1970, UTC; null where a record bears none."""

    def __init__(self, packed: pa.Array | None = None) -> None:
        self._packed = pa.array([], pa.int64()) if packed is None else packed
        self._waiting: list[Sequence[int | None]] = []

    def add(self, times: Sequence[int | None]) -> None:
        if times:
            self._waiting.append(times)

    def column(self) -> pa.Array:
        """All of them, as int64."""
        if self._waiting:
            self._packed = pa.concat_arrays([self._packed, _times(self._waiting)])
            self._waiting = []
        return self._packed


def _times(parts: Sequence[Sequence[int | None]]) -> pa.Array:
    if any(times.count(times[0]) < len(times) for times in parts):
        return pa.array(list(chain.from_iterable(parts)), pa.int64())
    firsts = pa.array([times[0] for times in parts], pa.int64())
    return firsts.take(pa.array(np.repeat(np.arange(len(parts)), [len(times) for times in parts])))


class Samples:
    """A narrow stream's tags, numbers and texts (see ``connectors.message.Narrow``). ``tags``: each tag's code, in
    the order in which they came first; a part of the samples shares it."""

    def __init__(self, tags: dict[str, int] | None = None, packed: pa.Table | None = None) -> None:
        self.tags = {} if tags is None else tags
        self._packed = _EMPTY if packed is None else packed
        self._codes: list[Codes] = []
        self._numbers: list[Sequence[float | None]] = []
        self._texts: list[Sequence[str | None]] = []
        self._has_texts = False
        self._last: tuple[Sequence[str], Codes] = ((), np.zeros(0, np.int32))

    def add(self, part: Narrow) -> None:
        """Add what a message holds. Its lists are kept, and must not change."""
        tags, codes = self._last
        if tags != part.tags:
            codes = np.array([self.tags.setdefault(tag, len(self.tags)) for tag in part.tags], np.int32)
            self._last = part.tags, codes
        self._codes.append(codes)
        self._numbers.append(part.numbers)
        self._texts.append(part.texts)
        self._has_texts = self._has_texts or part.texts.count(None) < len(part.texts)

    def columns(self) -> pa.Table:
        """``code`` (int32, see ``tags``), ``number`` and ``text`` of all samples."""
        if self._codes:
            codes = np.concatenate(self._codes)
            numbers = pa.array(list(chain.from_iterable(self._numbers)), pa.float64())
            texts = (
                list(chain.from_iterable(self._texts)) if self._has_texts else pa.nulls(len(codes), pa.string())
            )
            new = pa.table([codes, numbers, texts], schema=_EMPTY.schema)
            self._packed = pa.concat_tables([self._packed, new]).combine_chunks()
            self._codes, self._numbers, self._texts, self._has_texts = [], [], [], False
        return self._packed

    def since(self, start: int) -> Samples:
        """Those from number ``start`` (from 0) on."""
        return Samples(self.tags, self.columns().slice(start))


_EMPTY = pa.schema([("code", pa.int32()), ("number", pa.float64()), ("text", pa.string())]).empty_table()
