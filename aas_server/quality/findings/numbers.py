"""Which numbers of a column stand for "no reading": they come again and again, far from all other readings.

A column's *body* is what is left without known codes and without numbers at its very ends that are piled up there;
its *span* the distance between the body's 0.5 % and 99.5 % quantiles. A number is suspected where it

- is a known code (``codes.toml``), comes twice, and is a tenth of the span away from the nearest reading (a whole
  span where the number is small, such as 99), or comes once, three spans away;
- is any other number outside of the body by three spans, comes five times, and is one of at most three that make
  up what is out there; not 0, 1 or 100, not a level between 0 and the body, not a state that comes in longer runs;
- is 0, far below a body of one sign, rare, nowhere approached, in short and irregular drops.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from aas_server.quality.findings.codes import known
from aas_server.quality.findings.limits import limits
from aas_server.quality.findings.shape import Floats, Ints, Shape, numeric
from aas_server.quality.subject import Subject

_BOUNDS = 50


def suspected(subject: Subject, shape: Shape) -> Mapping[str, Mapping[float, int]]:
    """Per column (its ``sql``) the suspected numbers with how often each comes, counted over all rows.

    A file that was looked at whole costs no pass; a longer one costs one, and one per column with such numbers.
    """
    bodies = {}
    for column in numeric(subject):
        body = _body(shape.values[column.sql])
        if body is not None:
            bodies[column.sql] = body
    far = _far_in_sample(shape, bodies) if shape.whole else _far_in_all(subject, bodies)
    found = {}
    for name, (counts, nearest) in far.items():
        codes = _judged(shape.values[name], bodies[name], counts, nearest)
        if codes:
            found[name] = codes
    return found


def _body(values: Floats) -> tuple[float, float, float] | None:
    """The 0.5 %, 50 % and 99.5 % quantiles of the body; ``None`` where it has too few different numbers."""
    limit = limits()
    kept = values[~np.isnan(values)]
    kept = kept[~np.isin(kept, known().numbers) & (kept != 0)]
    for _ in range(limit.code.most * 2):
        different, counts = np.unique(kept, return_counts=True)
        if len(different) < limit.look.fewest_values:
            return None
        end = different[0] if counts[0] > counts[-1] else different[-1]
        if max(counts[0], counts[-1]) < max(limit.code.least, len(kept) // 200):
            break
        kept = kept[kept != end]
    low, middle, high = np.quantile(kept, (0.005, 0.5, 0.995))
    return (float(low), float(middle), float(high)) if high > low else None


def _bounds(body: tuple[float, float, float]) -> tuple[float, float]:
    low, _middle, high = body
    return low - limits().code.apart * (high - low), high + limits().code.apart * (high - low)


def _far_in_sample(
    shape: Shape, bodies: Mapping[str, tuple[float, float, float]]
) -> dict[str, tuple[dict[float, int], tuple[float, float]]]:
    found = {}
    for name, body in bodies.items():
        values = shape.values[name]
        values = values[~np.isnan(values)]
        low, high = _bounds(body)
        outside = (values < low) | (values > high) | (values == 0) | np.isin(values, known().numbers)
        different, counts = np.unique(values[outside], return_counts=True)
        inside = values[~outside]
        if len(different) and len(inside):
            pairs = dict(zip(different.tolist(), counts.tolist(), strict=True))
            found[name] = pairs, (float(inside.min()), float(inside.max()))
    return found


def _far_in_all(
    subject: Subject, bodies: Mapping[str, tuple[float, float, float]]
) -> dict[str, tuple[dict[float, int], tuple[float, float]]]:
    """One pass that counts what may be a code; then, for columns that have some, what it is and what is next."""
    if not bodies:
        return {}
    outside = {name: _outside(name, body) for name, body in bodies.items()}
    counts = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in outside.values())
    [answer] = subject.connection.execute(f"SELECT {counts} FROM {subject.relation}").fetchall()  # noqa: S608
    found = {}
    for (name, condition), count in zip(outside.items(), answer, strict=True):
        if count:
            rows = subject.connection.execute(
                f"SELECT {name}::DOUBLE AS v, count(*) AS n FROM {subject.relation} WHERE {condition} "  # noqa: S608
                f"AND isfinite({name}::DOUBLE) GROUP BY v ORDER BY n DESC, v LIMIT {_BOUNDS}"
            ).fetchall()
            [(lowest, highest)] = subject.connection.execute(
                f"SELECT min({name}), max({name}) FROM {subject.relation} WHERE NOT {condition}"  # noqa: S608
            ).fetchall()
            if lowest is not None:
                found[name] = dict(rows), (float(lowest), float(highest))
    return found


def _outside(name: str, body: tuple[float, float, float]) -> str:
    """SQL: far away, or a known code (or 0) that lies outside of the body."""
    low, high = _bounds(body)
    near = [number for number in (0.0, *known().numbers) if low <= number <= high]
    listed = [number for number in near if not body[0] <= number <= body[2]]
    among = f" OR {name} IN ({', '.join(map(repr, listed))})" if listed else ""
    return f"({name} < {low!r} OR {name} > {high!r}{among})"


def _judged(
    values: Floats, body: tuple[float, float, float], counts: Mapping[float, int], nearest: tuple[float, float]
) -> dict[float, int]:
    limit = limits().code
    listed = {
        value: n for value, n in counts.items() if value in known().numbers and _listed(value, n, body, nearest)
    }
    rest = {value: n for value, n in counts.items() if value not in listed and value != 0}
    low, high = _bounds(body)
    found = dict(listed)
    for side in ({v: n for v, n in rest.items() if v < low}, {v: n for v, n in rest.items() if v > high}):
        often = {v: n for v, n in side.items() if n >= limit.least and _no_state(v, values, body)}
        pure = sum(often.values()) >= limit.least_pure * sum(side.values())
        if often and pure and len(often) <= limit.most and _apart(sorted(often), values, body):
            found |= often
    if 0.0 in counts and _zero(values, body, counts[0.0]):
        found[0.0] = counts[0.0]
    return dict(sorted(found.items()))


def _listed(value: float, count: int, body: tuple[float, float, float], nearest: tuple[float, float]) -> bool:
    limit = limits().code
    span = body[2] - body[0]
    gap = max(nearest[0] - value, value - nearest[1])
    needed = limit.apart_listed if abs(value) >= 900 else limit.apart_short
    return gap >= (needed if count > 1 else limit.apart) * span


def _no_state(value: float, values: Floats, body: tuple[float, float, float]) -> bool:
    """A level between 0 and the body is a machine at rest; one that comes again in longer runs a state, and so is
    one that comes in a long run where the body is the noise around 0 of a machine that is off."""
    low, _middle, high = body
    if value in limits().code.natural or 0 < value < low or high < value < 0:
        return False
    starts, stands = _runs(values, value)
    long = len(starts) > 0 and float(np.median(stands)) >= limits().code.run
    return not (long and (len(starts) >= 3 or low <= 0 <= high))


def _apart(codes: list[float], values: Floats, body: tuple[float, float, float]) -> bool:
    """Numbers that follow each other in the column's own steps are readings of another level, no codes."""
    different = np.unique(values[(values >= body[0]) & (values <= body[2])])
    step = float(np.median(np.diff(different))) if len(different) > 1 else 0.0
    return not len(codes) > 1 or float(np.min(np.diff(codes))) > 1.5 * step


def _zero(values: Floats, body: tuple[float, float, float], count: int) -> bool:
    limit = limits().code
    low, middle, high = body
    kept = values[~np.isnan(values)]
    gap = low if low > 0 else -high
    if gap < limit.zero_apart * (high - low) or count < limit.least or np.any(kept * np.sign(middle) < 0):
        return False
    zeros = int(np.count_nonzero(kept == 0))
    near = int(np.count_nonzero((kept != 0) & (np.abs(kept) <= limit.zero_near * abs(middle))))
    if not zeros or zeros > limit.zero_most_share * len(kept) or near > limit.zero_most_near * zeros:
        return False
    starts, stands = _runs(values, 0.0)
    apart = np.diff(starts)
    regular = len(apart) >= limit.zero_intervals and float(np.std(apart)) < limit.zero_regular * float(
        np.mean(apart)
    )
    return float(np.mean(stands)) <= limit.zero_run and not regular


def _runs(values: Floats, value: float) -> tuple[Ints, Ints]:
    """Where runs of a number start among the readings, and how many rows each stands."""
    here = np.concatenate(([False], values[~np.isnan(values)] == value, [False])).astype(np.int8)
    steps = np.diff(here)
    starts, ends = np.flatnonzero(steps > 0), np.flatnonzero(steps < 0)
    return starts.astype(np.int64), (ends - starts).astype(np.int64)
