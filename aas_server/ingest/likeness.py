"""Records that are equal, or that contradict each other: both are kept, and both are flagged.

Two records of a stream are alike where they bear the same time (and, in a narrow stream, the same tag). Alike and
equal in all own fields they are ``repeated``, alike and different ``conflicting``. Records without a time, or with
one that can't be believed, are not compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from aas_server.ingest.ordering import times as times_of
from aas_server.ingest.remarks import Mask, flagged
from aas_server.store.contract import COMMON, REFLAG, Lake

REPEATED = "repeated"
CONFLICTING = "conflicting"
_MIX = np.int64(-7046029254386353131)
"""2^64 divided by the golden ratio, odd: spreads times over all bits (Knuth, TAOCP 3, 6.4)."""
_CODE_BITS = 32
"""Room for the number of a tag beside that of a moment."""
_RANGES = 64
"""Ranges of time in which stored records are looked for: a backlog must not read all that lies between."""
_BESIDE = ("time", "flags", "misfit")


@dataclass(frozen=True, slots=True)
class Likeness:
    """Of new rows: which are repeated and which conflict. ``stored``: rows of the lake whose flags change
    (``REFLAG``), of which ``newly`` had none before."""

    repeated: Mask
    conflicting: Mask
    stored: pa.Table | None = None
    newly: int = 0


def compare(rows: pa.Table, key: Sequence[str], believed: Mask) -> Likeness:
    """New rows among themselves. ``key``: the columns by which they are alike; ``believed``: rows whose time
    counts."""
    repeated, conflicting = np.zeros((2, rows.num_rows), np.bool_)
    found = _alike(rows, key, believed)
    if len(found):
        repeated[found], conflicting[found] = judged(rows.take(pa.array(found)), key)
    return Likeness(repeated, conflicting)


def compare_stored(
    lake: Lake, stream: str, rows: pa.Table, key: Sequence[str], believed: Mask, stored: Sequence[str]
) -> Likeness:
    """New rows among themselves and with those of the lake. ``stored``: the stream's columns."""
    own = [name for name in dict.fromkeys((*stored, *rows.column_names)) if name not in COMMON]
    repeated, conflicting = np.zeros((2, rows.num_rows), np.bool_)
    changed: list[pa.Table] = []
    times = times_of(rows)
    for low, high in _ranges(np.sort(times[believed])):
        at = np.flatnonzero(believed & (times >= low) & (times <= high))
        old = lake.recent(stream, low, high, [*_BESIDE, *own])
        new = rows.take(pa.array(at))
        both = _joined(old, new)
        found = _alike(both, key, _of_new_times(both, times[at], old.num_rows))
        if not len(found):
            continue
        again, against = judged(both.take(pa.array(found)), key)
        fresh = found >= old.num_rows
        repeated[at[found[fresh] - old.num_rows]] = again[fresh]
        conflicting[at[found[fresh] - old.num_rows]] = against[fresh]
        changed.append(_reflagged(old.take(pa.array(found[~fresh])), again[~fresh], against[~fresh]))
    flags = pa.concat_tables(changed) if changed else None
    if flags is None or not flags.num_rows:
        return Likeness(repeated, conflicting)
    return Likeness(repeated, conflicting, flags.select(REFLAG.names).cast(REFLAG), pc.sum(flags["new"]).as_py())


def _alike(rows: pa.Table, key: Sequence[str], believed: Mask) -> NDArray[np.int64]:
    """The rows that share their time (and tag) with another: by a hash first, of which most rows have one of their
    own, so that few are looked at exactly."""
    times = times_of(rows)
    later = times[1:] > times[:-1]
    if believed.all() and later.all():
        return np.zeros(0, np.int64)
    # In the order of time the moments are numbered, and what is sorted is nearly in order already.
    in_order = (later | (times[1:] == times[:-1])).all()
    keys = np.cumsum(np.r_[False, later]) << _CODE_BITS if in_order else times * _MIX
    for name in key:
        if name != "time":
            keys = keys ^ _codes(rows[name])
    at = np.flatnonzero(believed)
    ordered = np.sort(keys[at], kind="stable")
    if not (ordered[1:] == ordered[:-1]).any():
        return np.zeros(0, np.int64)
    order = at[np.argsort(keys[at], kind="stable")]
    same = keys[order][1:] == keys[order][:-1]
    shared = np.zeros(len(order), np.bool_)
    shared[1:] |= same
    shared[:-1] |= same
    return np.sort(order[shared])


def judged(rows: pa.Table, key: Sequence[str]) -> tuple[Mask, Mask]:
    """Of rows that may be alike: which are equal to another, which differ from one of the same time (and tag)."""
    own = [name for name in rows.column_names if name not in (*COMMON, "file", "row", *key)]
    groups = _groups(rows, key)
    exact = _groups(rows, [*key, *own, "misfit"])
    members = np.bincount(groups, minlength=1)[groups]
    equal = np.bincount(exact, minlength=1)[exact]
    return equal > 1, members > equal


def _groups(rows: pa.Table, names: Sequence[str]) -> NDArray[np.int64]:
    """Each row's group, by the values of columns; nulls are equal."""
    found = np.zeros(rows.num_rows, np.int64)
    for name in names:
        _, found = np.unique(found * (rows.num_rows + 1) + _codes(rows[name]), return_inverse=True)
    return found


def _codes(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """A number for each value, equal for equal ones; 0 for null."""
    if column.null_count == len(column):
        return np.zeros(len(column), np.int64)
    values = column.combine_chunks()
    encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    codes: NDArray[np.int64] = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
    return codes


def _ranges(times: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Sorted times as few ranges, parted where much of the time between the first and the last is empty."""
    if not len(times):
        return
    cuts = np.flatnonzero(np.diff(times) > max((int(times[-1]) - int(times[0])) // _RANGES, 1)).tolist()
    starts = [0, *(cut + 1 for cut in cuts)]
    ends = [*cuts, len(times) - 1]
    for start, end in zip(starts, ends, strict=True):
        yield int(times[start]), int(times[end])


def _joined(old: pa.Table, new: pa.Table) -> pa.Table:
    """Stored and new rows in one table; where their types differ they are compared as texts."""
    columns = {}
    for name in old.column_names:
        if name in ("file", "row"):
            continue
        mine = old[name]
        other = new[name] if name in new.column_names else pa.nulls(new.num_rows, mine.type)
        if mine.type != other.type:
            mine, other = (_as_text(column) for column in (mine, other))
        columns[name] = pa.chunked_array([*_chunks(mine), *_chunks(other)], mine.type)
    return pa.table(columns)


def _chunks(column: pa.ChunkedArray | pa.Array) -> list[pa.Array]:
    return column.chunks if isinstance(column, pa.ChunkedArray) else [column]


def _as_text(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    if pa.types.is_integer(column.type):
        column = column.cast(pa.float64(), safe=False)
    return column.cast(pa.string())


def _of_new_times(both: pa.Table, new: NDArray[np.int64], stored: int) -> Mask:
    """Of stored rows those with a time that a new row bears; all new ones."""
    wanted = np.isin(times_of(both), new)
    wanted[stored:] = True
    return wanted


def _reflagged(old: pa.Table, again: Mask, against: Mask) -> pa.Table:
    """The stored rows that lack a flag, with all their flags."""
    flags = old["flags"].combine_chunks() if old.num_rows else pa.array([], pa.string())
    lacking = {name: mask & ~_has(flags, name) for name, mask in ((REPEATED, again), (CONFLICTING, against))}
    changed = np.flatnonzero(lacking[REPEATED] | lacking[CONFLICTING])
    table = pa.table(
        {
            "file": old["file"].cast(pa.string()),
            "row": old["row"],
            "flags": flagged(flags, lacking),
            "new": flags.is_null(),
        }
    )
    return table.take(pa.array(changed))


def _has(flags: pa.Array, name: str) -> Mask:
    found: Mask = (
        pc.match_substring_regex(flags, rf"(^|,){name}(,|$)").fill_null(False).to_numpy(zero_copy_only=False)
    )
    return found
