"""``near_duplicate_rows``: rows that are another row but for a few trailing digits, one reading, or who measured.

Two rows are near-duplicates when their *readings* (numbers that vary and don't count up, neither time, label nor
key) are all but equal: none is further away than a step of its column (a thousandth of its middle 98 %, or one
in the last digit written where that is more, up to a fifteenth); or when they are exactly equal in all columns but
one.
Rows that are equal in every column (but the label: see ``label_contradiction``) are duplicates, and only the first
of them is looked at here.

By chance rows are alike too; so none is told where

- the rows that are up to twice as far apart are more than half as many: a process that often comes near where it
  was (then only those are told that are nearer by far);
- there are fewer than four such columns, or pairs are to be expected by chance by how often each column's
  values come: one in a thousand of those found, in every fiftieth file;
- less than 40 % of the rows differ from each other in all these columns, or less than 80 % with one left out: the
  columns are too coarse to know a row by (with one left out, 40 % are enough for rows of one moment);
- more than eight rows are alike: a state of the machine;
- two rows stand within ten rows of each other, and have different times (or no time, and the same texts): a
  process that stood still while it was looked at twice. Unless they follow each other, the rows around them are
  not alike, and few rows of the file are two to four steps away from the next one: then the process does not
  stand still, but rows came twice.

Cost: up to ``look.most_rows`` rows are compared, by hashes. Of a longer file, rows are picked by hashes of three
groups of columns, so that rows which are alike in all columns but one are picked together; the count is then a
least.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from aas_server.messages import in_all
from aas_server.quality.finding import Finding
from aas_server.quality.findings.limits import limits
from aas_server.quality.findings.near_pairs import hashed_columns, within
from aas_server.quality.findings.shape import Floats, Ints, Shape, counts_up, floats, numeric
from aas_server.quality.likeness import Hashes
from aas_server.quality.repeats import identity
from aas_server.quality.subject import Seen, Subject

_GROUPS = 3
_OFFSET = 0.37
"""Of a step: so that rounded numbers don't lie on the border of two."""
_ROUNDED = 1e-6
_EXAMPLES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """Rows to compare, in order: ``readings`` (rows × columns), ``moment`` (hash of the time, 0 without one),
    ``texts`` (hash of the columns of texts). No two of them are equal in all columns."""

    row: Ints
    place: Ints
    readings: Floats
    moment: Hashes
    texts: Hashes


def find(subject: Subject, shape: Shape) -> Finding | None:
    """Rows that are a near-duplicate of an earlier row; see the rule above. ``shape``: without suspected codes."""
    limit = limits().near
    columns = [c for c in numeric(subject) if _varies(shape.values[c.sql]) and not counts_up(shape.values[c.sql])]
    if len(columns) < limit.fewest_columns:
        return None
    steps = [_step(shape.values[column.sql]) for column in columns]
    picked = _pick(subject, shape, columns, steps)
    if len(picked.row) < 2:
        return None
    pairs: dict[int, tuple[int, str]] = {}
    for one, other in _close(picked, steps):
        pairs.setdefault(one, (other, ""))
    for left_out, hashed in _signatures(picked.readings):
        for one, other in _alike(picked, hashed, limit.least_different_but_one):
            pairs.setdefault(one, (other, columns[left_out].name))
    if not pairs:
        return None
    return _told(subject, shape, picked, pairs, columns)


def _told(
    subject: Subject, shape: Shape, picked: Picked, pairs: dict[int, tuple[int, str]], columns: Sequence[Seen]
) -> Finding:
    places = sorted(pairs)
    rows = [int(picked.row[place]) for place in places]
    subject.connection.execute("CREATE OR REPLACE TEMP TABLE near_duplicates (row BIGINT)")
    subject.connection.execute("INSERT INTO near_duplicates SELECT unnest(?::BIGINT[])", [rows])
    shown = tuple(
        f"#{int(picked.row[place]) + 1} = #{int(picked.row[pairs[place][0]]) + 1}"
        + (f" ({pairs[place][1]})" if pairs[place][1] else "")
        for place in places[:_EXAMPLES]
    )
    key = "quality-found-near" if shape.whole else "quality-found-near-least"
    note = in_all(key, rows=f"{len(places):,}", columns=len(columns), looked=f"{len(picked.row):,}")
    return Finding(
        "near_duplicate_rows",
        len(places),
        tuple(column.name for column in columns),
        shown,
        note,
        "SELECT row FROM near_duplicates",
    )


def _varies(values: Floats) -> bool:
    kept = values[~np.isnan(values)]
    return len(kept) > 0 and bool(np.any(kept != kept[0]))


def _step(values: Floats) -> float:
    limit = limits().near
    kept = values[~np.isnan(values)]
    different = np.unique(kept)
    low, high = np.quantile(kept, (0.01, 0.99))
    span = float(high - low) or float(np.ptp(different))
    digit = float(np.min(np.diff(different))) * (1 + _ROUNDED)
    return max(span / limit.digits, digit if digit <= span / limit.fewest_digits else 0.0)


def _pick(subject: Subject, shape: Shape, columns: Sequence[Seen], steps: Sequence[float]) -> Picked:
    readings = {column.sql for column in columns}
    cells = [f"floor({c.sql} / {s!r} + {_OFFSET})" for c, s in zip(columns, steps, strict=True)]
    every = -(-subject.rows * _GROUPS // limits().look.most_rows)
    groups = [f"hash({', '.join(cells[group::_GROUPS])}) % {every} = 0" for group in range(_GROUPS)]
    where = "true" if shape.whole else f"({' OR '.join(groups)})"
    compared = [column for column in subject.columns if column != subject.label]
    whole = ", ".join(part for column in compared for part in identity(column))
    texts = [c.sql for c in subject.inputs if c.sql not in readings and c.kind == "string"] or ["0"]
    times = (
        [subject.time] if subject.time else [column for column in subject.columns if column.kind == "timestamp"]
    )
    moment = f"hash({', '.join(column.sql for column in times)})" if times else "0::UBIGINT"
    asked = ", ".join(f"{column.sql}::DOUBLE AS s{number}" for number, column in enumerate(columns))
    found = subject.connection.execute(
        f"SELECT row, place, hash({whole}) AS whole, {moment} AS moment, hash({', '.join(texts)}) AS texts, "  # noqa: S608
        f"{asked} FROM {shape.relation} WHERE {where} ORDER BY place"
    ).fetchnumpy()
    _different, firsts = np.unique(np.asarray(found["whole"], dtype=np.uint64), return_index=True)
    firsts.sort()
    matrix = [floats(found[f"s{number}"]) for number in range(len(cells))]
    return Picked(
        np.asarray(found["row"], dtype=np.int64)[firsts],
        np.asarray(found["place"], dtype=np.int64)[firsts],
        np.stack(matrix, axis=1)[firsts],
        np.asarray(found["moment"], dtype=np.uint64)[firsts],
        np.asarray(found["texts"], dtype=np.uint64)[firsts],
    )


def _close(picked: Picked, steps: Sequence[float]) -> list[tuple[int, int]]:
    """Pairs (later, first of its group) of rows of which no reading is more than a step apart."""
    limit = limits().near
    known = _known(picked.readings)
    cells = np.floor(known / (2 * np.array(steps)) + _OFFSET)
    expected = _by_chance(cells)
    if expected > limit.most_chance:
        return []
    if len(np.unique(hashed_columns(cells).sum(axis=1, dtype=np.uint64))) < limit.least_different * len(known):
        return []
    found: dict[int, tuple[int, float]] = {}
    for one, (first, before, apart) in within(known, np.array(steps)).items():
        if _told_apart(picked, before, one):
            found[one] = first, apart
    pairs = _sudden(found)
    pairs = pairs if expected <= limit.chance * max(1, len(pairs)) else []
    return sorted(dict([*_twice(picked, known, steps), *pairs]).items())


def _twice(picked: Picked, known: Floats, steps: Sequence[float]) -> list[tuple[int, int]]:
    """Rows that follow one that is like them, in a process that does not stand still."""
    limit = limits().near
    if not np.all(np.diff(picked.place) >= 1):
        return []
    moves = np.abs(np.diff(known, axis=0)) / np.array(steps)
    apart = np.max(moves, axis=1)
    apart[np.diff(picked.place) != 1] = np.inf
    alike = np.concatenate(([False], apart <= 1, [False]))
    alone = np.flatnonzero(alike[1:-1] & ~alike[:-2] & ~alike[2:])
    beyond = int(np.count_nonzero((apart > 1) & (apart <= limit.twice_beyond)))
    by_chance = len(known) * float(np.prod(np.mean(np.delete(moves, alone, axis=0) <= 1, axis=0)))
    few = max(limit.twice_fewest, limit.twice_beyond * by_chance) <= len(alone) <= limit.twice_most * len(known)
    if not few or limit.twice_beyond * beyond > len(alone) or int(alike.sum()) > 2 * len(alone):
        return []
    return [(place + 1, place) for place in alone.tolist()]


def _sudden(found: dict[int, tuple[int, float]]) -> list[tuple[int, int]]:
    """The pairs up to the largest distance beyond which there are few: rows that are alike by nature are the more
    numerous the further they may be apart, copies with a little noise are not."""
    apart = np.array([distance for _other, distance in found.values()])
    for most in limits().near.distances:
        near, beyond = int(np.sum(apart <= most)), int(np.sum((apart > most) & (apart <= 2 * most)))
        if near and 2 * beyond <= near:
            return sorted((one, other) for one, (other, distance) in found.items() if distance <= most)
    return []


def _groups(hashed: Hashes, most: int) -> Iterator[list[int]]:
    """Rows of one hash, two at least and ``most`` at most, in their order."""
    order = np.argsort(hashed, kind="stable")
    ordered = hashed[order]
    begins = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    sizes = np.diff(np.concatenate((begins, [len(hashed)])))
    for group in np.flatnonzero((sizes > 1) & (sizes <= most)).tolist():
        yield order[begins[group] : begins[group] + sizes[group]].tolist()


def _told_apart(picked: Picked, before: int, after: int) -> bool:
    """Whether two rows that are alike are of one moment, or no process that stands still."""
    return _same_moment(picked, before, after) or not _stands_still(picked, before, after)


def _same_moment(picked: Picked, before: int, after: int) -> bool:
    return bool(picked.moment[before] and picked.moment[before] == picked.moment[after])


def _known(readings: Floats) -> Floats:
    return np.nan_to_num(readings + 0.0, nan=-(2.0**52))


def _signatures(readings: Floats) -> list[tuple[int, Hashes]]:
    """A hash of every row's exact readings with each one left out: sums of the readings' hashes, wrapping. What is
    to be expected by chance is left out."""
    known = _known(readings)
    found: list[tuple[int, Hashes]] = []
    exact = hashed_columns(known)
    whole = exact.sum(axis=1, dtype=np.uint64)
    chances = [_meeting(known[:, column]) for column in range(known.shape[1])]
    many = len(known) ** 2 / 2
    for column in range(known.shape[1]):
        if many * np.prod(np.delete(chances, column)) <= limits().near.chance:
            found.append((column, whole - exact[:, column]))
    return found


def _by_chance(cells: Floats) -> float:
    """How many pairs of rows would be equal if the columns knew nothing of each other."""
    meetings = [_meeting(cells[:, column]) for column in range(cells.shape[1])]
    return float(len(cells) ** 2 / 2 * np.prod(meetings))


def _meeting(values: Floats) -> float:
    """The chance that two rows have the same value."""
    _different, counts = np.unique(values, return_counts=True)
    return float(np.sum((counts / len(values)) ** 2))


def _alike(picked: Picked, hashed: Hashes, sure: float) -> list[tuple[int, int]]:
    """Pairs (later, first of its group) among rows of one hash, as positions in ``picked``. Where a smaller share
    of rows than ``sure`` differs, only pairs of one moment."""
    limit = limits().near
    different = len(np.unique(hashed))
    if different == len(hashed) or different < limit.least_different * len(hashed):
        return []
    one_moment = different < sure * len(hashed)
    pairs = []
    for members in _groups(hashed, limit.most_alike):
        for before, member in pairwise(members):
            if _same_moment(picked, before, member) or not (one_moment or _stands_still(picked, before, member)):
                pairs.append((member, members[0]))
    return pairs


def _stands_still(picked: Picked, before: int, after: int) -> bool:
    """Whether two rows that are not of one moment may be one process that stands still."""
    if picked.place[after] - picked.place[before] > limits().near.neighbours:
        return False
    return bool(picked.moment[after]) or bool(picked.texts[after] == picked.texts[before])
