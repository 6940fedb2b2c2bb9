"""How much of one data set stands in another: small sketches that are kept with a release and compared.

A sketch holds hashes of four kinds of features:

- *rows*: the multiset of a row's numbers, each to six significant digits: nothing but the numbers, so that renamed
  or reordered columns and rows in another order don't matter;
- *coarse* rows: the same, each number to about a quarter of its column's standard deviation, so that a little
  noise leaves most rows as they are;
- *waves*, per column: eight neighbouring readings around a peak, moved and stretched to 0…1 and rounded to a
  thousandth: so that dropped columns, another unit (any positive factor, any offset) and parts of a file are
  recognised, as long as neighbours stay neighbours;
- *orders*, per column: which of twelve neighbouring readings around a peak is the least, the next, and so on; only
  where each is further from the next than a hundredth of their range and they go up and down, so that a little
  noise on the readings changes nothing.

Of all features those with the smallest hashes are kept, at most 2,048 of rows and 512 a column: the same feature
is kept or left out in every data set alike (FracMinHash; Irber et al., "Lightweight compositional analysis of
metagenomes with FracMinHash", 2022). Features that come again and again in one data set identify nothing: the
share of those that came before is about the chance that one comes in other data of the same process (Good, "The
population frequencies of species", 1953). A column's waves are left out where less than half of the kept ones are
different, rows below 75 %, coarse rows and orders below 90 %; a row that is equal to another in all columns, texts
and times too, is counted once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aas_server.quality.findings.shape import counts_up, floats
from aas_server.quality.repeats import identity
from aas_server.quality.subject import Seen, Subject

Hashes = NDArray[np.uint64]
_ROWS, _WAVES = 2_048, 512
_WAVE = 8
_PEAK = 3
_ORDER = 12
_MIDDLE = 5
_CLEAR = 0.01
"""Of the range of twelve readings: the least distance between two of them."""
_TURNS = 4
"""Fewer, and the twelve only rise and fall, as they do in other data too."""
_HALF, _MOST, _NEARLY_ALL = 0.5, 0.75, 0.9
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
    """``rows``: features of rows; ``waves``, ``orders``: of columns that identify a data set, without their names.
    At most 32 KB for the rows and 8 KB a column; plain numbers, to be written as JSON or TOML. ``count``: rows."""

    count: int
    rows: Part
    waves: tuple[Part, ...] = ()
    orders: tuple[Part, ...] = ()
    coarse: Part = Part(())


def sketch(subject: Subject) -> Sketch:
    """The sketch of a subject, in one pass in file order; memory bounded by a batch of rows."""
    columns = tuple(column for column in subject.columns if column.is_number)
    if not columns or not subject.rows:
        return Sketch(subject.rows, Part(()))
    rows, coarse = _Smallest(_ROWS), _Smallest(_ROWS)
    steps = _steps(subject, columns)
    waves, orders = ({column.sql: _Smallest(_WAVES) for column in columns} for _ in range(2))
    counters: dict[str, bool] = {}
    for values, once in _batches(subject, columns):
        rows.add(_row_features([_six_digits(readings)[once] for readings in values.values()]))
        coarse.add(_row_features([_coarse(values[name][once], step) for name, step in steps.items()]))
        for column in columns:
            readings = values[column.sql]
            counters.setdefault(column.sql, counts_up(readings))
            if not counters[column.sql]:
                waves[column.sql].add(_wave_features(readings))
                orders[column.sql].add(_order_features(readings))
    return Sketch(
        subject.rows,
        rows.part(_MOST) or Part(()),
        tuple(part for one in waves.values() if (part := one.part(_HALF)) is not None),
        tuple(part for one in orders.values() if (part := one.part(_NEARLY_ALL)) is not None),
        coarse.part(_NEARLY_ALL) or Part(()),
    )


def _steps(subject: Subject, columns: Sequence[Seen]) -> dict[str, float]:
    """By column a power of two near a quarter of its standard deviation: the same though a little noise came."""
    asked = ", ".join(f"stddev_pop({c.sql}::DOUBLE) FILTER (WHERE isfinite({c.sql}::DOUBLE))" for c in columns)
    [spreads] = subject.connection.execute(f"SELECT {asked} FROM {subject.relation}").fetchall()  # noqa: S608
    return {
        column.sql: 2.0 ** round(math.log2(spread) - 2)
        for column, spread in zip(columns, spreads, strict=True)
        if spread and math.isfinite(spread)
    }


def _coarse(values: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    return np.where(np.isnan(values), -(2.0**60), np.floor(values / step + 0.37) + 0.0)


def likeness(one: Sketch, other: Sketch) -> float:
    """In 0…1: the largest of the share of rows, of coarse rows, the mean share of waves and that of orders found
    again.

    A share is that of the smaller's features, among those that both sketches would have kept. Waves and orders:
    each column of the sketch with fewer columns against the column of the other that it is most like; of orders
    the better half of the columns, because noise leaves few of a slow one. 0 where no kind identifies the data
    (constant, idle or coarse data).
    """
    rows = max(_share(one.rows, other.rows), _share(one.coarse, other.coarse))
    waves, orders = _columns(one.waves, other.waves), _columns(one.orders, other.orders)
    return max(rows, _mean(waves), _mean(orders[: -(-len(orders) // 2)]))


def _columns(one: Sequence[Part], other: Sequence[Part]) -> list[float]:
    """How much of each column is found in the one that it is most like, the most first."""
    fewer, more = sorted((one, other), key=len)
    return sorted((max(_share(column, against) for against in more) for column in fewer if more), reverse=True)


def _mean(shares: Sequence[float]) -> float:
    return sum(shares) / len(shares) if shares else 0.0


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

    def part(self, different: float) -> Part | None:
        """``None`` where there are too few, or a smaller share than ``different`` comes but once."""
        seen = sum(self._counts.values())
        if len(self._counts) < _FEWEST or len(self._counts) < different * seen:
            return None
        return Part(tuple(self._counts), self._below)


def _batches(
    subject: Subject, columns: Sequence[Seen]
) -> Iterator[tuple[dict[str, NDArray[np.float64]], NDArray[np.int64]]]:
    """The readings of some rows, and the places of those that are equal to no earlier row among them."""
    picked = ", ".join(f"{column.sql}::DOUBLE AS {column.sql}" for column in columns)
    whole = ", ".join(part for column in subject.columns for part in identity(column))
    # no ORDER BY: DuckDB hands rows out in the order of the file, and sorting would cost more than all the rest
    answer = subject.connection.sql(f"SELECT {picked}, hash({whole}) AS whole FROM {subject.relation}")  # noqa: S608
    for batch in answer.to_arrow_reader(_BATCH):
        _different, once = np.unique(batch.column("whole").to_numpy(), return_index=True)
        readings = (floats(batch.column(column.sql).to_numpy(zero_copy_only=False)) for column in columns)
        yield dict(zip((column.sql for column in columns), readings, strict=True)), once


def _row_features(values: Sequence[NDArray[np.float64]]) -> Hashes:
    if not values:
        return np.zeros(0, dtype=np.uint64)
    total = np.zeros(len(values[0]), dtype=np.uint64)
    for column in values:
        total += mix(np.ascontiguousarray(column).view(np.uint64))
    return mix(total)


def _six_digits(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.where(np.isnan(values) | (values == 0), 1.0, values)
    size = 10.0 ** (np.floor(np.log10(np.abs(known))) - 5)
    rounded = np.floor(known / size + 0.5)
    return np.where(np.isnan(values), -1.5, np.where(values == 0, 0.5, rounded * 1e3 + np.log10(size)))


def _around_peaks(values: NDArray[np.float64], size: int, peak: int, lower: Sequence[int]) -> NDArray[np.float64]:
    """Runs × ``size`` neighbouring readings: those whose reading ``peak`` is above all ``lower``."""
    kept = values[~np.isnan(values)]
    if len(kept) < size:
        return np.zeros((0, size))
    windows = np.lib.stride_tricks.sliding_window_view(kept, size)
    top = np.ones(len(windows), dtype=bool)
    for place in lower:
        top &= windows[:, peak] > windows[:, place]
    return windows[top]


def _wave_features(values: NDArray[np.float64]) -> Hashes:
    found = _around_peaks(values, _WAVE, _PEAK, tuple(place for place in range(_WAVE) if place != _PEAK))
    low = found.min(axis=1, keepdims=True)
    shape = np.floor((found - low) / (found.max(axis=1, keepdims=True) - low) * 1000 + 0.37)
    total = np.zeros(len(found), dtype=np.uint64)
    for place in range(_WAVE):
        total = mix(total + np.ascontiguousarray(shape[:, place]).view(np.uint64))
    return total


def _order_features(values: NDArray[np.float64]) -> Hashes:
    found = _around_peaks(values, _ORDER, _MIDDLE, (_MIDDLE - 2, _MIDDLE - 1, _MIDDLE + 1, _MIDDLE + 2))
    up = found[:, 1:] > found[:, :-1]
    found = found[np.count_nonzero(up[:, 1:] != up[:, :-1], axis=1) >= _TURNS]
    order = np.argsort(found, axis=1)
    ranked = np.take_along_axis(found, order, axis=1)
    apart, whole = np.diff(ranked, axis=1).min(axis=1, initial=np.inf), ranked[:, -1] - ranked[:, 0]
    clear = order[apart >= _CLEAR * whole].astype(np.uint64)
    return mix((clear * np.uint64(_ORDER) ** np.arange(_ORDER, dtype=np.uint64)).sum(axis=1, dtype=np.uint64))


def mix(value: Hashes) -> Hashes:
    """SplitMix64's finaliser (Steele, Lea, Flood 2014): every bit of the input stirs every bit of the hash."""
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
