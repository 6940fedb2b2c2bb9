"""Records of a stream in a time, as they are or put together by intervals, out of the lake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from aas_server.clock import from_ns
from aas_server.errors import BadInput
from aas_server.store import records
from aas_server.store.contract import Store
from aas_server.store.parquet import reader

METHODS: Mapping[str, str] = {"max": "max", "min": "min", "avg": "avg", "sum": "sum", "count": "count"}
"""AggregationMethod of IDTA 02008-1-1, by its name in lower case → what DuckDB calls it."""
_NUMBERS = frozenset({"int64", "double"})
_TAGGED = ("tag", "number", "text")
"""The columns of a narrow stream (``store.contract.Lake``)."""
_MEMORY = "512MB"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. ``start`` and ``end`` bear a zone. ``names``: the stream's fields (columns, or tags of a
    narrow stream). ``step``: microseconds that are put together by ``method`` (a key of ``METHODS``); ``None``:
    records as they are."""

    start: datetime | None
    end: datetime | None
    names: tuple[str, ...]
    limit: int
    step: int | None = None
    method: str = "avg"


@dataclass(frozen=True, slots=True)
class Record:
    """``values`` by field; those that are missing have none."""

    time: datetime
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """At most ``limit`` records in order of time, and how many there are."""

    records: Sequence[Record]
    count: int


def read(store: Store, stream: str, wanted: Wanted) -> Found:
    """Read the stream's present records, both ends of the time included; those without a time are left out.

    Raises ``NotFound`` for a stream that has none, ``BadInput`` for a method that isn't known.
    """
    if wanted.method not in METHODS:
        raise BadInput("series-method-unknown", given=wanted.method, known="Max, Min, Avg, Sum, Count")
    # The columns must be those of the pin, not of a fold that comes in between.
    with store.lake.locked():
        pin, schema = store.lake.pin(stream), store.lake.schema(stream)
    kinds = records.own_columns(schema)
    is_narrow = set(kinds) == set(_TAGGED)
    own = {name: kinds[name] for name in (_TAGGED if is_narrow else wanted.names) if name in kinds}
    with reader({}, _MEMORY) as connection:
        records.view(connection, "series", store.lake.paths(pin), own, {"time": "timestamp"})
        return (_narrow if is_narrow else _wide)(connection, own, wanted)


def _wide(connection: duckdb.DuckDBPyConnection, own: Mapping[str, str], wanted: Wanted) -> Found:
    where, given = _where(wanted)
    if wanted.step is None:
        columns = ", ".join(["epoch_us(time)", *(f"c{number}" for number in range(len(own)))])
        query = f"SELECT {columns} FROM series WHERE {where} ORDER BY time, row LIMIT ?"  # noqa: S608
        names = list(own)
    else:
        counted = wanted.method == "count"
        parts = {
            name: f"c{number}" for number, (name, kind) in enumerate(own.items()) if counted or kind in _NUMBERS
        }
        names = list(parts)
        made = "".join(f", {METHODS[wanted.method]}({part})" for part in parts.values())
        query = f"SELECT {_bucket(wanted)}{made} FROM series WHERE {where} GROUP BY 1 ORDER BY 1 LIMIT ?"  # noqa: S608
    rows = connection.execute(query, [*given, wanted.limit]).fetchall()
    found = [_record(row[0], dict(zip(names, row[1:], strict=True))) for row in rows]
    return Found(found, _count(connection, wanted, where, given))


def _narrow(connection: duckdb.DuckDBPyConnection, own: Mapping[str, str], wanted: Wanted) -> Found:
    tag, number, text = (f"c{list(own).index(name)}" for name in _TAGGED)
    where, given = _where(wanted)
    where, given = f"{where} AND list_contains(?, {tag})", [*given, list(wanted.names)]
    if wanted.step is None:
        query = (
            f"SELECT epoch_us(time), {tag}, {number}, {text} FROM series WHERE {where} "  # noqa: S608
            "ORDER BY time, row LIMIT ?"
        )
        rows = connection.execute(query, [*given, wanted.limit]).fetchall()
        found = [_record(at, {name: text if value is None else value}) for at, name, value, text in rows]
        return Found(found, _count(connection, wanted, where, given))
    measured = f"coalesce({number}::VARCHAR, {text})" if wanted.method == "count" else number
    query = (
        f"SELECT {_bucket(wanted)}, {tag}, {METHODS[wanted.method]}({measured}) FROM series "  # noqa: S608
        f"WHERE {where} GROUP BY 1, 2 ORDER BY 1, 2 LIMIT ?"
    )
    # A bucket has at most one row a tag, so the rows reach for all the buckets wanted.
    rows = connection.execute(query, [*given, wanted.limit * max(1, len(wanted.names))]).fetchall()
    buckets: dict[int, dict[str, Any]] = {}
    for at, name, value in rows:
        buckets.setdefault(at, {})[name] = value
    found = [_record(at, values) for at, values in list(buckets.items())[: wanted.limit]]
    return Found(found, _count(connection, wanted, where, given))


def _where(wanted: Wanted) -> tuple[str, list[Any]]:
    bounds = [("time >= ?", wanted.start), ("time <= ?", wanted.end)]
    # The template's own timespan ends at the last second of the year 9999, which no driver has to bear.
    kept = [(part, at) for part, at in bounds if at is not None and at.year not in (1, 9999)]
    return " AND ".join(["time IS NOT NULL", *(part for part, _ in kept)]), [at for _, at in kept]


def _bucket(wanted: Wanted) -> str:
    step = int(wanted.step or 1)
    return f"epoch_us(time) // {step} * {step}"


def _count(connection: duckdb.DuckDBPyConnection, wanted: Wanted, where: str, given: Sequence[Any]) -> int:
    what = "*" if wanted.step is None else f"DISTINCT {_bucket(wanted)}"
    row = connection.execute(f"SELECT count({what}) FROM series WHERE {where}", [*given]).fetchone()  # noqa: S608
    return int(row[0]) if row else 0


def _record(microseconds: int, values: Mapping[str, Any]) -> Record:
    present = {name: value for name, value in values.items() if value is not None}
    return Record(from_ns(microseconds * 1000), present)
