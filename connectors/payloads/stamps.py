"""The time that a record bears: found among its fields, read, and doubted where it can hardly be true."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from connectors import times
from connectors.flags import IMPLAUSIBLE_TIME, UNREADABLE_TIME

Stamp = tuple[int | None, str]
"""A time (ns since 1970, UTC) and the flag that doubts it, ``""`` where nothing does."""
NONE: Stamp = (None, "")
_SEPARATORS = re.compile(r"[\s_\-]+")
_LAYOUTS, _WIDEST = 256, 1000
"""How many records' names are remembered, and up to how many names a record may have for that: a feed whose keys
are ids would otherwise fill the memory."""
_ABSENT = (None, "", 0, "0")


def judged(value: object, arrival: int, zone: str) -> Stamp:
    """The time that a field names, of which nothing else is known than that it is meant to be one."""
    time = times.parse(value, zone)
    if time is None:
        return None, UNREADABLE_TIME
    return time, IMPLAUSIBLE_TIME if times.implausible(time, arrival) else ""


def own(value: object, arrival: int, zone: str) -> Stamp:
    """As ``judged``; nothing, an empty text and 0 say that there is no time."""
    return NONE if value in _ABSENT else judged(value, arrival, zone)


def column(values: Sequence[Any], arrival: int, zone: str) -> tuple[list[int | None], dict[int, str]]:
    """``own`` for many values at once, with the flags by row. Samples of one sweep mostly bear one stamp, and
    those of a batch are mostly epochs of one unit: both cost next to nothing a sample."""
    first = values[0] if values else None
    if values.count(first) == len(values):
        time, doubt = own(first, arrival, zone)
        return [time] * len(values), dict.fromkeys(range(len(values)), doubt) if doubt else {}
    if set(map(type, values)) == {int}:
        low, high = min(values), max(values)
        factor = times.factor(low)
        if factor == times.factor(high) and times.plausible(low * factor, high * factor, arrival):
            return (list(values) if factor == 1 else [value * factor for value in values]), {}
    found = [own(value, arrival, zone) for value in values]
    return [time for time, _ in found], {row: doubt for row, (_, doubt) in enumerate(found) if doubt}


def of_record(fields: Mapping[str, Any], arrival: int, column: str | None, zone: str) -> Stamp:
    """The time of a record: the declared column's, else that of a well-known name."""
    if column is not None:
        value = fields.get(column)
        return NONE if value in (None, "") else judged(value, arrival, zone)
    doubtful = NONE
    find = candidates if len(fields) <= _WIDEST else candidates.__wrapped__
    for name in find(tuple(fields)):
        value = fields[name]
        if value in (None, "") or not may_be_time(value):
            continue
        stamp = judged(value, arrival, zone)
        if not stamp[1]:
            return stamp
        if doubtful[0] is None:
            doubtful = stamp
    return doubtful


def of_records(
    rows: Sequence[Mapping[str, Any]], arrival: int, named: str | None, zone: str
) -> list[int | None] | None:
    """``of_record`` for many records with the same members at once; ``None`` where one of them needs a look of its
    own."""
    name = named or next(iter(candidates(tuple(rows[0])) if len(rows[0]) <= _WIDEST else ()), None)
    if name is None:
        return [None] * len(rows) if len(rows[0]) <= _WIDEST else None
    values: list[Any] = [row.get(name) for row in rows]
    kinds = set(map(type, values))
    if kinds not in ({int}, {str}) or (kinds == {int} and not may_be_time(min(values))):
        return None
    times, doubts = column(values, arrival, zone)
    return None if doubts or None in times else times


def may_be_time(value: object) -> bool:
    """Whether a value may name a moment; a small bare number is a duration or a counter, as text, too."""
    _, smallest = _names()
    if isinstance(value, str):
        return not times.is_number(value) or float(value) >= smallest
    return not isinstance(value, bool) and (not isinstance(value, int | float) or value >= smallest)


@lru_cache(_LAYOUTS)
def candidates(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of ``names`` that are known to bear a time, most telling first (streams keep their names: cached)."""
    ranks, _ = _names()
    return tuple(sorted((name for name in names if _plain(name) in ranks), key=lambda name: ranks[_plain(name)]))


def time_rank(name: str) -> int | None:
    """How telling a name is for a time (0 first), or ``None`` where it is no known one."""
    return _names()[0].get(_plain(name))


def _plain(name: str) -> str:
    return _SEPARATORS.sub("", name).casefold()


@cache
def _names() -> tuple[Mapping[str, int], int]:
    settings = tomllib.loads(Path(__file__).with_name("time_names.toml").read_text("utf-8"))
    return {name: rank for rank, name in enumerate(settings["names"])}, settings["smallest_epoch"]
