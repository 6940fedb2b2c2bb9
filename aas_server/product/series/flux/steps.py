"""What is done with series after they were read: limited, sorted, filtered, put together, shown."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from aas_server.clock import from_us
from aas_server.errors import BadInput
from aas_server.product.series.flux.planning import FUNCTIONS, flag, number, texts
from aas_server.product.series.flux.predicates import holds
from aas_server.product.series.flux.syntax import Call, Expression
from aas_server.product.series.flux.table import MOST_ROWS, PICKING, Column, Row, Series, Table, made_by
from aas_server.store.series import Method

_SHOWN = ("_start", "_stop", "_time", "_value", "_measurement", "_field")
Step = Callable[[Series], Series]


def step(call: Call) -> Step:
    """What a call does with each series. Raises ``BadInput``."""
    name = call.name
    if name == "filter":
        return lambda one: filtered(one, [call.arguments["fn"]])
    if name == "limit":
        skipped, most = number(call, "offset", 0), number(call, "n")
        return lambda one: replace(one, rows=islice(one.rows, skipped, skipped + most))
    if name == "tail":
        skipped, most = number(call, "offset", 0), number(call, "n")
        if skipped + most > MOST_ROWS:
            raise BadInput("flux-rows", most=MOST_ROWS)
        return lambda one: replace(one, rows=_tail(one.rows, most, skipped))
    if name == "sort":
        columns, descending = texts(call, "columns") or ("_value",), flag(call, "desc", False)
        return lambda one: replace(one, rows=_sorted(one.rows, columns, descending))
    if name in FUNCTIONS:
        return lambda one: whole(one, FUNCTIONS[name])
    raise BadInput("flux-order", name=name, before="∅")


def filtered(one: Series, parts: Iterable[Expression]) -> Series:
    """The records of which all parts hold."""
    wanted = list(parts)
    key = {"_measurement": one.stream, "_field": one.field}

    def passes(row: Row) -> bool:
        time = None if row[0] is None else from_us(row[0])
        return all(holds(part, {**key, "_value": row[1], "_time": time}) for part in wanted)

    return replace(one, rows=filter(passes, one.rows)) if wanted else one


def whole(one: Series, method: Method) -> Series:
    """A series put together to one value; those that are one of its records keep their time."""
    kind = made_by(method, one.kind)
    return replace(one, kind=kind, timed=method in PICKING, rows=_whole(one.rows, method))


def shown(series: Iterable[Series], calls: Iterable[Call]) -> Iterator[Table]:
    """Series as tables. ``calls``: ``keep``, ``drop``, ``group`` and ``pivot``, in their order."""
    kept, merged, turned = list(_SHOWN), False, False
    for call in calls:
        columns = texts(call, "columns")
        if call.name == "keep":
            kept = [name for name in kept if name in columns]
        elif call.name == "drop":
            kept = [name for name in kept if name not in columns]
        elif call.name == "group":
            merged = "_field" not in columns
        else:
            if texts(call, "rowKey") != ("_time",) or texts(call, "columnKey") != ("_field",):
                raise BadInput("flux-argument-wrong", name="pivot", argument="rowKey")
            turned = True
    if turned:
        yield from _turned(_each_held(series), kept)
    elif merged or "_field" not in kept:
        yield from _merged(_each_held(series), kept)
    else:
        for one in series:
            yield _table(one, kept)


def _table(one: Series, kept: list[str]) -> Table:
    values = _values(one)
    columns = [name for name in kept if name != "_time" or one.timed]
    return Table(
        tuple(Column(name, _kind(name, one), name not in ("_time", "_value")) for name in columns),
        (tuple(values(row)[name] for name in columns) for row in one.rows),
    )


def _values(one: Series) -> Callable[[Row], Mapping[str, Any]]:
    key = {"_start": one.start, "_stop": one.stop, "_measurement": one.stream, "_field": one.field}
    return lambda row: {**key, "_time": row[0], "_value": row[1]}


def _kind(name: str, one: Series) -> Any:
    kinds = {"_value": one.kind, "_measurement": "string", "_field": "string"}
    return kinds.get(name, "dateTime:RFC3339")


def _merged(series: list[Series], kept: list[str]) -> Iterator[Table]:
    """One table for each type of value."""
    for kind in dict.fromkeys(one.kind for one in series):
        alike = [one for one in series if one.kind == kind]
        columns = [name for name in kept if name != "_time" or all(one.timed for one in alike)]
        rows = [tuple(_values(one)(row)[name] for name in columns) for one in alike for row in one.rows]
        yield Table(tuple(Column(name, _kind(name, alike[0]), False) for name in columns), rows)


def _turned(series: list[Series], kept: list[str]) -> Iterator[Table]:
    """A row a time, a column a field."""
    for stream in dict.fromkeys(one.stream for one in series):
        alike = [one for one in series if one.stream == stream]
        found: dict[int | None, dict[str, Any]] = {}
        for one in alike:
            for time, value in one.rows:
                found.setdefault(time, {})[one.field] = value
                if len(found) > MOST_ROWS:
                    raise BadInput("flux-rows", most=MOST_ROWS)
        keys = [name for name in ("_start", "_stop", "_time", "_measurement") if name in kept]
        columns = [Column(name, _kind(name, alike[0]), name != "_time") for name in keys]
        columns += [Column(one.field, one.kind, False) for one in alike]
        of_key = {"_start": alike[0].start, "_stop": alike[0].stop, "_measurement": stream}
        rows = [
            tuple({**of_key, "_time": time}[name] for name in keys)
            + tuple(found[time].get(one.field) for one in alike)
            for time in sorted(found, key=lambda at: at or 0)
        ]
        yield Table(tuple(columns), rows)


def _each_held(series: Iterable[Series]) -> list[Series]:
    """A series' rows are gone once the next one is asked for."""
    return [replace(one, rows=_held(one.rows)) for one in series]


def _held(rows: Iterable[Row]) -> list[Row]:
    found = list(islice(rows, MOST_ROWS + 1))
    if len(found) > MOST_ROWS:
        raise BadInput("flux-rows", most=MOST_ROWS)
    return found


def _tail(rows: Iterable[Row], most: int, skipped: int) -> Iterator[Row]:
    last = deque(rows, most + skipped)
    return islice(last, max(0, len(last) - skipped))


def _sorted(rows: Iterable[Row], columns: tuple[str, ...], descending: bool) -> Iterator[Row]:
    places = [("_time", "_value").index(name) for name in columns if name in ("_time", "_value")]

    def key(row: Row) -> list[tuple[bool, Any]]:
        return [(row[place] is not None, row[place]) for place in places]

    yield from sorted(_held(rows), key=key, reverse=descending)


def _whole(rows: Iterable[Row], method: Method) -> Iterator[Row]:
    found = [row for row in _held(rows) if row[1] is not None]
    numbers = [value for _, value in found if isinstance(value, int | float) and not isinstance(value, bool)]
    if method == "count":
        yield None, len(found)
    elif method in ("mean", "sum") and numbers:
        yield None, float(sum(numbers)) / (len(numbers) if method == "mean" else 1)
    elif found and method in ("first", "last"):
        yield found[0 if method == "first" else -1]
    elif numbers and method in ("min", "max"):
        pick = min if method == "min" else max
        yield pick((row for row in found if row[1] in numbers), key=lambda row: row[1])
