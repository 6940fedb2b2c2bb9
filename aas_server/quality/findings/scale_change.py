"""``scale_change``: from a moment on a column's values are those of another unit or decimal point."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aas_server.messages import in_all
from aas_server.quality.finding import Finding
from aas_server.quality.findings.decimal_point import moved
from aas_server.quality.findings.digits import stretch
from aas_server.quality.findings.factors import Factor, digits_agree, factors
from aas_server.quality.findings.limits import limits
from aas_server.quality.findings.pointing import examples, rows, shown
from aas_server.quality.findings.shape import Floats, Ints, Shape, counts_up, numeric
from aas_server.quality.subject import Seen, Subject

_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
_LEAST_JUMP = 0.05
"""Logarithm of the smallest jump looked for: 5 %, below °C → K at 20 000 °C."""


@dataclass(frozen=True, slots=True)
class Change:
    """Readings from ``first`` to ``last`` (places in order) are in the other scale; ``name`` of the conversion."""

    column: Seen
    first: int
    last: int
    name: str


def find(subject: Subject, shape: Shape) -> Finding | None:
    """Rows from the moment on at which a column's numbers jump by a known factor while their shape stays.

    A change is told where the column knows two levels only, each of them steady by itself, that lie apart by a
    factor of ``factors.toml`` (3 %), where five quantiles on one side are those of the other converted (12 %; over
    the whole file, or over a fifth of it before and after), and where the spread is converted too. A process that
    moves elsewhere keeps neither the factor nor the shape. In a column of any course a stretch is told whose
    digits are those of the others converted (``findings.digits``). Looked for in the bounded look; the moment is
    exact where the two levels do not overlap. Where a column wanders too far for levels, a moved decimal point is
    told by its steps (``findings.decimal_point``). ``shape``: without suspected codes.
    """
    changes = []
    for column in numeric(subject):
        values = shape.values[column.sql]
        kept = ~np.isnan(values)
        changes += _changes(subject, shape, column, values[kept], shape.place[kept])
    if not changes:
        return None
    conditions = [f"place BETWEEN {one.first} AND {one.last} AND {one.column.sql} IS NOT NULL" for one in changes]
    [(count,)] = subject.connection.execute(
        f"SELECT {' + '.join(f'count(*) FILTER (WHERE {one})' for one in conditions)} FROM {shape.relation}"  # noqa: S608
    ).fetchall()
    parts = [
        (f"place = {one.first} OR place = {one.first} - 1", shown(one.column.name, one.column.sql))
        for one in changes
    ]
    return Finding(
        "scale_change",
        int(count),
        tuple(column.name for column in numeric(subject) if any(one.column == column for one in changes)),
        examples(subject, parts, shape.relation),
        in_all(
            "quality-found-scale",
            rows=f"{int(count):,}",
            changes="; ".join(f"{one.column.name} ({one.name})" for one in changes),
        ),
        rows(shape.relation, conditions),
    )


def _changes(subject: Subject, shape: Shape, column: Seen, values: Floats, place: Ints) -> list[Change]:
    limit = limits().scale
    if len(values) < limit.fewest:
        return []
    if shape.whole and (known := stretch(values)) is not None:
        last = subject.rows - 1 if known.end == len(values) else int(place[known.end]) - 1
        return [Change(column, int(place[known.begin]), last, known.factor.name)]
    if counts_up(values):
        return []
    for blocks in (limit.blocks, limit.blocks // 2):
        if found := _levels(subject, shape, column, values, place, min(blocks, len(values) // 10)):
            return found
    return _decimal(subject, shape, column, values, place)


def _levels(subject: Subject, shape: Shape, column: Seen, values: Floats, place: Ints, parts: int) -> list[Change]:
    limit = limits().scale
    middles = np.array([np.median(block) for block in np.array_split(values, parts)])
    border = _two_levels(middles)
    if border is None:
        return []
    upper, high = values > border, middles > border
    switches = np.flatnonzero(high[1:] != high[:-1]) + 1
    if not 0 < len(switches) <= limit.most_switches:
        return []
    ends = np.cumsum([len(block) for block in np.array_split(values, parts)])
    edges = [
        0,
        *(_switch(upper, int(ends[block - 1]), len(values) // parts + 1) for block in switches),
        len(values),
    ]
    sides = np.zeros(len(values), dtype=bool)
    for number, (begin, end) in enumerate(pairwise(edges)):
        sides[begin:end] = bool(high[0]) ^ bool(number % 2)
    if np.mean(sides != upper) > limit.most_crossing:
        return []
    factor = _factor(values[sides == high[0]], values[sides != high[0]])
    if factor is None:
        near = slice(max(0, edges[1] - len(values) // 5), edges[1]), slice(edges[1], edges[1] + len(values) // 5)
        factor = _factor(values[near[0]], values[near[1]])
    if factor is None:
        return []
    found = []
    for number in range(1, len(edges) - 1, 2):
        begin, end = edges[number], edges[number + 1]
        last = subject.rows - 1 if end == len(values) else int(place[end]) - 1
        found.append(Change(column, _moment(subject, shape, column, place, begin, border), last, factor.name))
    return found


def _decimal(subject: Subject, shape: Shape, column: Seen, values: Floats, place: Ints) -> list[Change]:
    """Only of a file looked at whole: between stretches of a longer one the readings may have gone anywhere."""
    if not shape.whole or (found := moved(values)) is None:
        return []
    edges = found.edges
    return [
        Change(
            column,
            int(place[edges[number]]),
            subject.rows - 1 if edges[number + 1] == len(values) else int(place[edges[number + 1]]) - 1,
            found.name,
        )
        for number in range(1, len(edges) - 1, 2)
    ]


def _switch(upper: NDArray[np.bool_], about: int, width: int) -> int:
    """Where, up to one block before or after, the readings change sides: with the fewest on the wrong one."""
    begin, end = max(0, about - width), min(len(upper), about + width)
    part = upper[begin:end]
    rising = np.mean(part[len(part) // 2 :]) > np.mean(part[: len(part) // 2])
    wrong_before = np.concatenate(([0], np.cumsum(part if rising else ~part)))
    wrong_after = np.concatenate((np.cumsum((~part if rising else part)[::-1])[::-1], [0]))
    return begin + int(np.argmin(wrong_before + wrong_after))


def _two_levels(middles: Floats) -> float | None:
    """The border between two levels of the blocks, where both are steady against the jump between them."""
    if middles.min() <= 0 <= middles.max():
        return None
    size = np.sort(np.abs(middles))
    widest = int(np.argmax(np.diff(np.log(size))))
    lower, upper = size[: widest + 1], size[widest + 1 :]
    jump = float(np.log(np.median(upper) / np.median(lower)))
    moves = max(float(np.log(side[-1] / side[0])) for side in (lower, upper))
    if jump < _LEAST_JUMP or moves > limits().scale.steady * jump:
        return None
    return float(np.sign(middles[0]) * np.sqrt(lower[-1] * upper[0]))


def _factor(old: Floats, new: Floats) -> Factor | None:
    """The conversion under which the quantiles of ``old`` become those of ``new``."""
    limit = limits().scale
    if min(len(np.unique(old)), len(np.unique(new))) < limit.fewest_values:
        return None
    before, after = np.quantile(old, _QUANTILES), np.quantile(new, _QUANTILES)
    step = 1.5 * float(np.median(np.diff(np.unique(new))))
    spreads = (after[-1] - after[0], before[-1] - before[0]), (_restless(new), _restless(old))
    fitting = []
    for factor in factors():
        expected = factor.factor * before + factor.offset
        off = abs(after[2] - expected[2])
        if off > limit.ratio * abs(expected[2]) or np.any(
            np.abs(after - expected) > limit.shape * np.abs(expected)
        ):
            continue
        wanted = [(have, factor.factor * had) for have, had in spreads]
        # fewer decimals take spread away, they add none
        spread = any(
            abs(have - want) <= limit.spread * want or want - step <= have <= want for have, want in wanted
        )
        if spread and off <= _room(old, new, factor) * abs(expected[2]):
            fitting.append((off / abs(expected[2]), factor.name, factor))
    return min(fitting)[2] if fitting else None


def _room(old: Floats, new: Floats, factor: Factor) -> float:
    """Relative: how far the level may be off. A recipe's levels come near to a factor by chance: where digits
    speak against a conversion none is told, but of a moved decimal point that fits closely; where they say
    nothing, one of units must fit closely too."""
    limit = limits().scale
    agree = digits_agree(old, new, factor)
    if agree or (agree is None and factor.of_ten):
        return limit.ratio
    return limit.close if agree is None or factor.of_ten else 0.0


def _restless(values: Floats) -> float:
    """How far the readings go from one to the next, on average."""
    return float(np.mean(np.abs(np.diff(values))))


def _moment(subject: Subject, shape: Shape, column: Seen, place: Ints, begin: int, border: float) -> int:
    """The place of the first reading in the other scale: exactly, between two rows that were looked at."""
    before, after = int(place[begin - 1]), int(place[begin])
    if after - before <= 1:
        return after
    [(side,)] = subject.connection.execute(
        f"SELECT {column.sql} > {border!r} FROM {shape.relation} WHERE place = {after}"  # noqa: S608
    ).fetchall()
    [(last,)] = subject.connection.execute(
        f"SELECT max(place) FROM {shape.relation} WHERE place BETWEEN {before} AND {after} "  # noqa: S608
        f"AND ({column.sql} > {border!r}) <> {side}"
    ).fetchall()
    return after if last is None else int(last) + 1
