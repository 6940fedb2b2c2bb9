"""``stuck``: a sensor that stands still for far longer than it ever does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aas_server.messages import in_all
from aas_server.quality.finding import Finding
from aas_server.quality.findings.limits import limits
from aas_server.quality.findings.pointing import examples, rows, shown
from aas_server.quality.findings.shape import Floats, Ints, Shape, floats, is_sensor, numeric
from aas_server.quality.subject import Seen, Subject
from submodels.text import Text


@dataclass(frozen=True, slots=True)
class Run:
    """``length`` equal readings from place ``first`` to ``last`` in the order of the relation."""

    first: int
    last: int
    length: int
    value: float


def find(subject: Subject, shape: Shape) -> Finding | None:
    """Readings in runs of one value that are far longer than any other run of the column (3.5 times for one run, 5
    for several), 12 times as long as its runs are on average, and 15 at least.

    Only in columns of many different numbers that don't just count up. No stuck sensor is: a run at 0 or at the
    column's least or greatest value (a machine that is off, a sensor at its end), a value at which the column
    rests three times, a column that stands for more than 30 % of its rows, or in a single run for more than 60 %
    (a setpoint), and, in a column without noise (a schedule of ramps and holds), a run that does not end with a
    jump. A reading that is missing does not end a run. ``shape``: without suspected codes. Of a file that was not
    looked at whole, runs are found for certain from twice the length of a block on (rows / 65,536); their length
    is exact.
    """
    found = _in_look(subject, shape) if shape.whole else _in_all(subject, shape)
    if not found:
        return None
    conditions = [f"place BETWEEN {run.first} AND {run.last} AND {c.sql} = {run.value!r}" for c, run in found]
    columns = tuple(column.name for column in numeric(subject) if any(column == c for c, _run in found))
    count = sum(run.length for _c, run in found)
    return Finding(
        "stuck",
        count,
        columns,
        examples(
            subject,
            [(cond, shown(c.name, c.sql)) for cond, (c, _run) in zip(conditions, found, strict=True)],
            shape.relation,
        ),
        _note(count, found),
        rows(shape.relation, conditions),
    )


def _note(count: int, found: Sequence[tuple[Seen, Run]]) -> Text:
    limit = limits().stuck
    return in_all(
        "quality-found-stuck",
        rows=f"{count:,}",
        runs="; ".join(f"{column.name} = {run.value:g} × {run.length:,}" for column, run in found),
        alone=f"{limit.times_alone:g}",
        several=f"{limit.times:g}",
        least=limit.least,
    )


def _in_look(subject: Subject, shape: Shape) -> list[tuple[Seen, Run]]:
    found = []
    for column in numeric(subject):
        values = shape.values[column.sql]
        if is_sensor(values):
            kept = values[~np.isnan(values)]
            ends = (0.0, float(kept.min()), float(kept.max()))
            runs = _judged(_runs(values, shape), ends, kept, len(kept))
            found += [(column, run) for run in _unseen(subject, shape, column, runs, kept)]
    return found


def _unseen(subject: Subject, shape: Shape, column: Seen, runs: Sequence[Run], kept: Floats) -> Sequence[Run]:
    """The runs during which the process went on: all of a noisy column, else those that end with a jump."""
    if _noisy(kept):
        return runs
    return [run for run in runs if _jumps(subject, shape, column, run, kept)]


def _noisy(kept: Floats) -> bool:
    """Whether readings that change often turn: a schedule of ramps and holds does not."""
    ways = np.sign(np.diff(kept))
    ways = ways[ways != 0]
    return len(ways) < 2 or float(np.mean(ways[1:] != ways[:-1])) >= limits().stuck.turns


def _jumps(subject: Subject, shape: Shape, column: Seen, run: Run, kept: Floats) -> bool:
    """Whether the reading after the run is further away than the column usually goes: it went on unseen."""
    after = subject.connection.execute(
        f"SELECT {column.sql}::DOUBLE FROM {shape.relation} WHERE place > {run.last} "  # noqa: S608
        f"AND isfinite({column.sql}::DOUBLE) ORDER BY place LIMIT 1"
    ).fetchall()
    steps = np.abs(np.diff(kept))
    usual = float(np.quantile(steps[steps > 0], limits().stuck.usual_step))
    return bool(after) and abs(float(after[0][0]) - run.value) > limits().stuck.jump * usual


def _runs(values: Floats, shape: Shape) -> list[Run]:
    """All runs among the readings; where stretches of rows are missing between, each stretch ends a run."""
    kept = ~np.isnan(values)
    return _split(values[kept], shape.place[kept], shape.chunk[kept])


def _split(values: Floats, place: Ints, chunk: Ints) -> list[Run]:
    if not len(values):
        return []
    begins = np.concatenate(([True], (values[1:] != values[:-1]) | (chunk[1:] != chunk[:-1])))
    starts = np.flatnonzero(begins)
    ends = np.concatenate((starts[1:], [len(values)])) - 1
    lengths = ends - starts + 1
    order = np.argsort(-lengths, kind="stable")[: limits().stuck.most_runs + 1]
    return [
        Run(int(place[starts[i]]), int(place[ends[i]]), int(lengths[i]), float(values[starts[i]])) for i in order
    ]


def _judged(runs: Sequence[Run], ends: tuple[float, ...], looked: Floats, total: int) -> tuple[Run, ...]:
    """The runs above the gap in length, the longest first; none where they are a state of the machine. ``looked``:
    readings that tell how long the column usually stands; ``total``: how many readings there are in all."""
    limit = limits().stuck
    changes = int(np.count_nonzero(np.diff(looked)))
    for number in range(min(limit.most_runs, len(runs)), 0, -1):
        shortest = runs[number - 1].length
        following = runs[number].length if number < len(runs) else 1
        stands = sum(run.length for run in runs[:number])
        mean = max(1.0, (len(looked) - stands) / max(1, changes + 1 - number))
        times = limit.times if number > 1 else limit.times_alone
        if shortest >= max(limit.least, times * following, limit.times_mean * mean):
            chosen = [run for run in runs[:number] if run.value not in ends]
            levels = [run.value for run in runs if run.length >= limit.least]
            chosen = [run for run in chosen if levels.count(run.value) <= limit.most_equal]
            share = limit.most_share_alone if number == 1 else limit.most_share
            return tuple(chosen) if stands <= share * total else ()
    return ()


def _in_all(subject: Subject, shape: Shape) -> list[tuple[Seen, Run]]:
    """Over all rows of a long file: blocks in which a column has one value, in one pass, then their edges."""
    columns = [column for column in numeric(subject) if is_sensor(shape.values[column.sql])]
    if not columns:
        return []
    size = max(2, subject.rows // limits().look.most_blocks)
    asked = ", ".join(f"min({c.sql})::DOUBLE, max({c.sql})::DOUBLE, count({c.sql})" for c in columns)
    table = subject.connection.execute(
        f"SELECT place // {size} AS block, {asked} FROM {shape.relation} GROUP BY block ORDER BY block"  # noqa: S608
    ).fetchnumpy()
    parts = [floats(part) for part in table.values()]
    found = []
    for number, column in enumerate(columns):
        low, high, count = parts[1 + 3 * number : 4 + 3 * number]
        flat = np.where((low == high) & (count > 0), low, np.nan)
        longest = [run.length for run in _runs(shape.values[column.sql], shape)[:1]]
        runs = _flat_runs(subject, shape, column, flat, size)
        usual = Run(0, 0, longest[0] if longest and not runs else _usual(shape, column, runs), 0.0)
        ends = (0.0, float(np.nanmin(low)), float(np.nanmax(high)))
        values = shape.values[column.sql]
        kept = values[~np.isnan(values)]
        judged = [run for run in _judged([*runs, usual], ends, kept, subject.rows) if run in runs]
        found += [(column, run) for run in _unseen(subject, shape, column, judged, kept)]
    return found


def _usual(shape: Shape, column: Seen, runs: Sequence[Run]) -> int:
    """The longest run looked at that is no part of the long ones: what the column does otherwise."""
    for run in _runs(shape.values[column.sql], shape):
        if not any(long.first <= run.first <= long.last for long in runs):
            return run.length
    return 1


def _flat_runs(subject: Subject, shape: Shape, column: Seen, flat: Floats, size: int) -> list[Run]:
    kept = np.flatnonzero(~np.isnan(flat))
    if not len(kept):
        return []
    whole = _split(flat[kept], kept.astype(np.int64), kept - np.arange(len(kept)))
    whole = [run for run in whole if run.length * size >= limits().stuck.least]
    exact = [_exact(subject, shape, column, run, size) for run in whole]
    return sorted(exact, key=lambda run: (-run.length, run.first))


def _exact(subject: Subject, shape: Shape, column: Seen, run: Run, size: int) -> Run:
    """A run of blocks with its true ends: the readings of the block before and after that are equal too."""
    first, last = run.first * size, (run.last + 1) * size - 1
    found = subject.connection.execute(
        f"SELECT place, {column.sql}::DOUBLE FROM {shape.relation} WHERE {column.sql} IS NOT NULL "  # noqa: S608
        f"AND place BETWEEN {first - size} AND {last + size} ORDER BY place"
    ).fetchall()
    inside = next(number for number, (place, _value) in enumerate(found) if place >= first)
    begin, end = inside, inside
    while begin > 0 and found[begin - 1][1] == run.value:
        begin -= 1
    while end + 1 < len(found) and found[end + 1][1] == run.value:
        end += 1
    return Run(found[begin][0], found[end][0], end - begin + 1, run.value)
