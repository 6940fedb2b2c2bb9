"""Each column before and after step 2, in figures for people to look at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from aas_server.product.changes import ColumnChange, Seen
from aas_server.product.preprocess.bench import Bench
from aas_server.product.preprocess.pivot import NUMBER, TAG, TEXT
from aas_server.product.preprocess.writing import TIME
from aas_server.product.work import PreparedTable
from aas_server.store import records
from aas_server.store.parquet import literal

BARS = 20
_DIGITS = 9
_NUMBERS = ("double", "int64")
Column = tuple[str, str]
"""The SQL of a column and its lake type."""


def columns(bench: Bench, table: PreparedTable) -> tuple[ColumnChange, ...]:
    """Every column that came or is sold. Of what is kept back nothing of before is told; what is dropped, not at
    all."""
    source = f"sold_{len(bench.operations)}"
    kinds = {
        name: kind for name, kind in records.own_columns(records.facts(table.path).schema).items() if name != TIME
    }
    records.view(bench.connection, source, (table.path,), kinds, beside={})
    after = _seen(bench, source, {name: (f"c{n}", kind) for n, (name, kind) in enumerate(kinds.items())})
    before = {
        name: one
        for name, one in _before(bench).items()
        if name not in bench.veil.hidden and name not in bench.veil.dropped
    }
    shared = {name: _range(before.get(name), one) for name, one in after.items()}
    units = {field.id_short: field.unit for field in bench.stream.fields}
    names = {field.id_short: field.name for field in (*bench.stream.fields, *table.fields)}
    told = []
    for name in [*after, *(name for name in before if name not in after)]:
        old, new = before.get(name), after.get(name)
        field = next((one for one in table.fields if one.id_short == name), None)
        together = field is not None and name in units and field.unit == units[name]
        wide = shared.get(name) if together else None
        told.append(
            ColumnChange(
                bench.stream.name,
                name,
                names.get(name, name),
                None if old is None else _bars(bench, "collected", _raw(bench)[name], old, wide),
                None
                if new is None
                else _bars(bench, source, (f"c{list(kinds).index(name)}", kinds[name]), new, wide),
                withheld=name in bench.veil.hidden,
            )
        )
    return tuple(told)


def _raw(bench: Bench) -> Mapping[str, Column]:
    """The columns (tags) as they came, by idShort."""
    stream = bench.stream
    places = {name: place for place, name in enumerate(stream.columns)}
    if stream.shape == "narrow":
        tag, number = (f"c{places[name]}" for name in (TAG, NUMBER))
        return {
            field.id_short: (f"CASE WHEN {tag} = {literal(field.name)} THEN {number} END", "double")
            for field in stream.fields
        }
    return {
        field.id_short: (f"c{places[field.name]}", stream.columns[field.name])
        for field in stream.fields
        if field.name in places and field.role != "time" and field.name != bench.recipe.time
    }


def _before(bench: Bench) -> dict[str, Seen]:
    if bench.stream.shape == "narrow":
        return _readings(bench)
    return _seen(bench, "collected", _raw(bench))


def _readings(bench: Bench) -> dict[str, Seen]:
    """Of a narrow stream, tag by tag: its readings, those that bear neither number nor text missing."""
    tag, number, text = (f"c{list(bench.stream.columns).index(name)}" for name in (TAG, NUMBER, TEXT))
    real = f"CASE WHEN isfinite({number}) THEN {number} END"
    found = bench.connection.execute(
        f"SELECT {tag}, count(*), count(*) - count(coalesce({real}::VARCHAR, {text})), "  # noqa: S608
        f"min({real}), max({real}), avg({real}) FROM collected WHERE {tag} IS NOT NULL GROUP BY 1"
    ).fetchall()
    names = {field.name: field.id_short for field in bench.stream.fields}
    told = {
        names[row[0]]: Seen(row[1], row[2], _round(row[3]), _round(row[4]), _round(row[5]))
        for row in found
        if row[0] in names
    }
    return {field.id_short: told[field.id_short] for field in bench.stream.fields if field.id_short in told}


def _seen(bench: Bench, source: str, asked: Mapping[str, Column]) -> dict[str, Seen]:
    """Cells, missing ones, least, greatest and mean of each column, in one pass."""
    select = ["count(*)"]
    for sql, kind in asked.values():
        value = _finite(sql, kind)
        select.append(f"count({value})")
        select += [f"min({value})", f"max({value})", f"avg({value})"] if kind in _NUMBERS else ["NULL"] * 3
    [row] = bench.connection.execute(f"SELECT {', '.join(select)} FROM {source}").fetchall()  # noqa: S608
    cells, told = row[0], {}
    for place, name in enumerate(asked):
        count, low, high, mean = row[4 * place + 1 : 4 * place + 5]
        told[name] = Seen(cells, cells - count, _round(low), _round(high), _round(mean))
    return told


def _bars(bench: Bench, source: str, column: Column, seen: Seen, wide: tuple[float, float] | None) -> Seen:
    """``seen`` with its histogram over ``wide``, else over its own range."""
    low, high = wide or (seen.minimum, seen.maximum)
    if seen.minimum is None or low is None or high is None:
        return seen
    value = _finite(*column)
    part = (high - low) / BARS
    place = (
        f"least(greatest(floor(({value} - {low!r}::DOUBLE) / {part!r}::DOUBLE), 0), {BARS - 1})"
        if part > 0
        else "0"
    )
    found = dict(
        bench.connection.execute(
            f"SELECT {place}::INT, count({value}) FROM {source} WHERE {value} IS NOT NULL GROUP BY 1"  # noqa: S608
        ).fetchall()
    )
    return replace(seen, low=low, high=high, bars=tuple(found.get(bar, 0) for bar in range(BARS)))


def _range(before: Seen | None, after: Seen) -> tuple[float, float] | None:
    ends = [end for one in (before, after) if one for end in (one.minimum, one.maximum) if end is not None]
    return (min(ends), max(ends)) if ends else None


def _finite(sql: str, kind: str) -> str:
    return f"CASE WHEN isfinite({sql}) THEN {sql} END" if kind == "double" else sql


def _round(value: float | None) -> float | None:
    """Nine digits: the order of threads tells in the last ones of a mean."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.{_DIGITS}g}")
