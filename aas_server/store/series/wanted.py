"""What is asked of a table over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

By = Literal["time", "arrival", "row"]
"""The axis: the record's own time, its arrival, or its number in the order of the files."""
Method = Literal["min", "max", "mean", "sum", "count", "first", "last", "minmax", "lttb"]

METHODS: Mapping[str, Method] = {
    **{name: name for name in ("min", "max", "mean", "sum", "count", "first", "last", "minmax", "lttb")},
    "avg": "mean",
}
"""By the names they may be asked for."""
SELECTING = frozenset({"minmax", "lttb"})
"""These choose points that were measured, at their own times; the others make one value a bucket."""
COUNTED = frozenset({"count", "first", "last"})
"""These take values of every kind; the others numbers only."""
NUMBERS = frozenset({"int64", "double"})


@dataclass(frozen=True, slots=True)
class Buckets:
    """How records are put together: every ``step`` of the axis (µs, or rows), one bucket beginning at ``origin``;
    or so that each series has at most ``points``. ``empty``: buckets that hold nothing come as nulls.
    ``as_number``: truth values and texts that read as numbers count as numbers, too."""

    method: Method
    step: int | None = None
    points: int | None = None
    origin: int = 0
    empty: bool = False
    as_number: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """``names``: columns of a wide table, tags of a narrow one; ``None``: all. ``start`` (included) and ``end``
    (not) on the axis ``by``; times are µs since 1970, UTC. Without ``buckets`` records come as they are, with
    ``common``, the lake's own columns: ``ordered`` by the axis, else in the order they are stored. At most
    ``limit`` rows come, the ``newest`` records where that is said. ``by_series``: of a narrow table tag after
    tag."""

    names: tuple[str, ...] | None = None
    start: int | None = None
    end: int | None = None
    by: By = "time"
    buckets: Buckets | None = None
    limit: int | None = None
    ordered: bool = True
    newest: bool = False
    by_series: bool = False
    common: tuple[str, ...] = ("time",)
