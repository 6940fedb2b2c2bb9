"""``near_duplicate_rows``: rows that are another row but for a few trailing digits, one reading, or who measured.

Two rows are near-duplicates when their *readings* (numbers that vary and don't count up, neither time, label nor
key) are all but equal: each falls into the same step of about a thousandth of the middle 98 % of its column; or
when they are exactly equal in all columns but one. Rows that are equal in every column (but the label: see
``label_contradiction``) are duplicates, and only the first of them is looked at here.

By chance rows are alike too; so none is told where

- there are fewer than four such columns, or a pair is to be expected by chance (in more than one file in a
  thousand) by how often each column's values come;
- less than 40 % of the rows differ from each other in all these columns, or less than 80 % with one left out: the
  columns are too coarse to know a row by (with one left out, 40 % are enough for rows of one moment);
- more than eight rows are alike: a state of the machine;
- two rows stand within ten rows of each other, and have different times (or no time, and the same texts): a
  process that stood still while it was looked at twice.

Cost: up to ``look.most_rows`` rows are compared, by hashes. Of a longer file, rows are picked by hashes of three
groups of columns, so that rows which are alike in all columns but one are picked together; the count is then a
least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from aas_server.messages import in_all
from aas_server.quality.finding import Finding
from aas_server.quality.findings.limits import limits
from aas_server.quality.findings.shape import Floats, Ints, Shape, counts_up, floats, numeric
from aas_server.quality.likeness import Hashes, mix
from aas_server.quality.repeats import identity
from aas_server.quality.subject import Seen, Subject

_GROUPS = 3
_OFFSET = 0.37
"""Of a step: so that rounded numbers don't lie on the border of two."""
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
    columns = [
        c for c in numeric(subject) if _varies(shape.values[c.sql]) and not counts_up(c, shape.values[c.sql])
    ]
    if len(columns) < limit.fewest_columns:
        return None
    steps = [_step(shape.values[column.sql]) for column in columns]
    picked = _pick(subject, shape, columns, steps)
    if len(picked.row) < 2:
        return None
    pairs: dict[int, tuple[int, str]] = {}
    for left_out, hashed in _signatures(picked.readings, steps):
        sure = limit.least_different if left_out is None else limit.least_different_but_one
        for one, other in _alike(picked, hashed, sure):
            pairs.setdefault(one, (other, "" if left_out is None else columns[left_out].name))
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
    kept = values[~np.isnan(values)]
    low, high = np.quantile(kept, (0.01, 0.99))
    span = float(high - low) or float(np.ptp(kept))
    return float(10.0 ** np.floor(np.log10(span / limits().near.digits)))


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


def _signatures(readings: Floats, steps: Sequence[float]) -> list[tuple[int | None, Hashes]]:
    """A hash of every row: of all its steps, and of its exact readings with each one left out. Sums of the
    readings' hashes, wrapping. What is to be expected by chance is left out."""
    known = np.nan_to_num(readings + 0.0, nan=-(2.0**52))
    cells = np.floor(known / np.array(steps) + _OFFSET)
    found: list[tuple[int | None, Hashes]] = []
    if _by_chance(cells) <= limits().near.chance:
        found.append((None, _hashed(cells).sum(axis=1, dtype=np.uint64)))
    exact = _hashed(known)
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


def _hashed(values: Floats) -> Hashes:
    mixed = np.empty(values.shape, dtype=np.uint64)
    for column in range(values.shape[1]):
        salt = np.uint64((column + 1) * 0x9E3779B97F4A7C15 % 2**64)
        mixed[:, column] = mix(np.ascontiguousarray(values[:, column]).view(np.uint64) + salt)
    return mixed


def _alike(picked: Picked, hashed: Hashes, sure: float) -> list[tuple[int, int]]:
    """Pairs (later, first of its group) among rows of one hash, as positions in ``picked``. Where a smaller share
    of rows than ``sure`` differs, only pairs of one moment."""
    limit = limits().near
    order = np.argsort(hashed, kind="stable")
    ordered = hashed[order]
    begins = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    if len(begins) == len(hashed) or len(begins) < limit.least_different * len(hashed):
        return []
    one_moment = len(begins) < sure * len(hashed)
    sizes = np.diff(np.concatenate((begins, [len(hashed)])))
    pairs = []
    for group in np.flatnonzero((sizes > 1) & (sizes <= limit.most_alike)).tolist():
        members = order[begins[group] : begins[group] + sizes[group]].tolist()
        for before, member in pairwise(members):
            same = bool(picked.moment[before] and picked.moment[before] == picked.moment[member])
            if same or not (one_moment or _stands_still(picked, before, member)):
                pairs.append((member, members[0]))
    return pairs


def _stands_still(picked: Picked, before: int, after: int) -> bool:
    """Whether two rows that are not of one moment may be one process that stands still."""
    if picked.place[after] - picked.place[before] > limits().near.neighbours:
        return False
    return bool(picked.moment[after]) or bool(picked.texts[after] == picked.texts[before])
