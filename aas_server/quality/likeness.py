"""How much of one data set stands in another: small sketches that are kept with a release and compared.

A sketch holds hashes of two kinds of features:

- *rows*: the multiset of a row's numbers, each to six significant digits: nothing but the numbers, so that renamed
  or reordered columns and rows in another order don't matter;
- *waves*, per column: eight neighbouring readings around a peak, moved and stretched to 0…1 and rounded to a
  thousandth: so that dropped columns, another unit (any positive factor, any offset) and parts of a file are
  recognised, as long as neighbours stay neighbours.

Of all features those with the smallest hashes are kept, at most 2,048 of rows and 512 a column: the same feature
is kept or left out in every data set alike (FracMinHash; Irber et al., "Lightweight compositional analysis of
metagenomes with FracMinHash", 2022). Features that come again and again in one data set identify nothing; a kind
(or a column) of which less than half of the kept ones are different is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from aas_server.quality.findings.shape import counts_up, floats
from aas_server.quality.subject import Seen, Subject

Hashes = NDArray[np.uint64]
_ROWS, _WAVES = 2_048, 512
_WAVE = 8
_PEAK = 3
_FEWEST = 16
"""Fewer features than this say nothing."""
_TOP = 2**64 - 1
_BATCH = 262_144


@dataclass(frozen=True, slots=True)
class Part:
    """Features of one kind: all hashes up to ``below``, ascending."""

    hashes: tuple[int, ...]
    below: int = _TOP


@dataclass(frozen=True, slots=True)
class Sketch:
    """``rows``: features of rows; ``waves``: of columns that identify a data set, without their names. At most
    16 KB for the rows and 4 KB a column; plain numbers, to be written as JSON or TOML. ``count``: rows."""

    count: int
    rows: Part
    waves: tuple[Part, ...] = field(default=())


def sketch(subject: Subject) -> Sketch:
    """The sketch of a subject, in one pass in file order; memory bounded by a batch of rows."""
    columns = tuple(column for column in subject.columns if column.is_number)
    if not columns or not subject.rows:
        return Sketch(subject.rows, Part(()))
    rows = _Smallest(_ROWS)
    waves = {column.sql: _Smallest(_WAVES) for column in columns}
    counters: dict[str, bool] = {}
    for values in _batches(subject, columns):
        rows.add(_row_features(list(values.values())))
        for column in columns:
            counters.setdefault(column.sql, counts_up(values[column.sql]))
            if not counters[column.sql]:
                waves[column.sql].add(_wave_features(values[column.sql]))
    kept = (one.part() for one in waves.values())
    return Sketch(subject.rows, rows.part() or Part(()), tuple(part for part in kept if part is not None))


def likeness(one: Sketch, other: Sketch) -> float:
    """In 0…1: the larger of the share of rows found again and the mean share of waves found again.

    A share is that of the smaller's features, among those that both sketches would have kept. Waves: each column
    of the sketch with fewer columns against the column of the other that it is most like. 0 where neither kind
    identifies the data (constant, idle or coarse data).
    """
    rows = _share(one.rows, other.rows)
    fewer, more = sorted((one.waves, other.waves), key=len)
    waves = [max(_share(column, against) for against in more) for column in fewer]
    return max(rows, sum(waves) / len(waves) if waves else 0.0)


def _share(one: Part, other: Part) -> float:
    below = min(one.below, other.below)
    first = {value for value in one.hashes if value <= below}
    second = {value for value in other.hashes if value <= below}
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller >= _FEWEST else 0.0


class _Smallest:
    """The smallest different hashes of all that were added, and how often these came."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._below = _TOP
        self._counts: Mapping[int, int] = {}

    def add(self, hashes: Hashes) -> None:
        different, counts = np.unique(hashes[hashes <= np.uint64(self._below)], return_counts=True)
        merged = dict(self._counts)
        for value, count in zip(different[: self._most].tolist(), counts.tolist(), strict=False):
            merged[value] = merged.get(value, 0) + count
        if len(different) > self._most:
            self._below = min(self._below, int(different[self._most - 1]))
        kept = sorted(merged)
        if len(kept) > self._most:
            self._below = min(self._below, kept[self._most - 1])
        self._counts = {value: merged[value] for value in kept if value <= self._below}

    def part(self) -> Part | None:
        """``None`` where there are too few, or most of them come again and again."""
        seen = sum(self._counts.values())
        if len(self._counts) < _FEWEST or len(self._counts) < seen / 2:
            return None
        return Part(tuple(self._counts), self._below)


def _batches(subject: Subject, columns: Sequence[Seen]) -> Iterator[dict[str, NDArray[np.float64]]]:
    picked = ", ".join(f"{column.sql}::DOUBLE AS {column.sql}" for column in columns)
    # no ORDER BY: DuckDB hands rows out in the order of the file, and sorting would cost more than all the rest
    answer = subject.connection.sql(f"SELECT {picked} FROM {subject.relation}")  # noqa: S608
    for batch in answer.to_arrow_reader(_BATCH):
        yield {name: floats(batch.column(name).to_numpy(zero_copy_only=False)) for name in batch.schema.names}


def _row_features(values: Sequence[NDArray[np.float64]]) -> Hashes:
    total = np.zeros(len(values[0]), dtype=np.uint64)
    for column in values:
        total += mix(_six_digits(column).view(np.uint64))
    return mix(total)


def _six_digits(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.where(np.isnan(values) | (values == 0), 1.0, values)
    size = 10.0 ** (np.floor(np.log10(np.abs(known))) - 5)
    rounded = np.floor(known / size + 0.5)
    return np.where(np.isnan(values), -1.5, np.where(values == 0, 0.5, rounded * 1e3 + np.log10(size)))


def _wave_features(values: NDArray[np.float64]) -> Hashes:
    kept = values[~np.isnan(values)]
    if len(kept) < _WAVE:
        return np.zeros(0, dtype=np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(kept, _WAVE)
    peak = windows[:, _PEAK]
    top = np.ones(len(windows), dtype=bool)
    for place in range(_WAVE):
        if place != _PEAK:
            top &= peak > windows[:, place]
    found = windows[top]
    low = found.min(axis=1, keepdims=True)
    shape = np.floor((found - low) / (found.max(axis=1, keepdims=True) - low) * 1000 + 0.37)
    total = np.zeros(len(found), dtype=np.uint64)
    for place in range(_WAVE):
        total = mix(total + np.ascontiguousarray(shape[:, place]).view(np.uint64))
    return total


def mix(value: Hashes) -> Hashes:
    """SplitMix64's finaliser (Steele, Lea, Flood 2014): every bit of the input stirs every bit of the hash."""
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
