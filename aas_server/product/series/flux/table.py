"""Flux's tables: a series each, with its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aas_server.store.series import Method

Row = tuple[int | None, Any]
"""When (µs since 1970, UTC) and what; without a time where many values were put together to one."""
DataType = Literal["double", "long", "boolean", "string", "dateTime:RFC3339"]
TYPES: Mapping[str, DataType] = {"double": "double", "int64": "long", "bool": "boolean", "string": "string"}
PICKING: frozenset[Method] = frozenset({"min", "max", "first", "last"})
"""What these give is one of the records, with its time."""
MOST_ROWS = 200_000
"""Of what has to be held to be sorted, turned or merged."""


@dataclass(frozen=True, slots=True)
class Series:
    """One field of one stream, in order of time. ``start`` and ``stop``: the ends asked for, in µs."""

    stream: str
    field: str
    kind: DataType
    start: int
    stop: int
    rows: Iterable[Row]
    timed: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """``in_key``: the same in every row of a table."""

    name: str
    kind: DataType
    in_key: bool


@dataclass(frozen=True, slots=True)
class Table:
    """As it is answered. A time is µs since 1970, UTC."""

    columns: tuple[Column, ...]
    rows: Iterable[tuple[Any, ...]]


def made_by(method: Method, kind: DataType) -> DataType:
    """The type of what a method makes of values."""
    if method == "count":
        return "long"
    return "double" if method in ("mean", "sum") else kind
