"""Each column before and after step 2, in figures for people to look at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from aas_server.product.column_change import ColumnChange, ColumnSummary
from aas_server.product.preprocess.bench import Bench
from aas_server.product.preprocess.pivot import NUMBER, TAG, TEXT
from aas_server.product.preprocess.writing import TIME
from aas_server.product.work import PreparedTable
from aas_server.store import records
from aas_server.store.parquet import literal

BARS = 20
MOST = 100_000
"""Rows that histograms are made of, about."""
_DIGITS = 9
_NUMBERS = ("double", "int64")
Column = tuple[str, str]
"""The SQL of a column and its lake type."""


def columns(bench: Bench, table: PreparedTable) -> tuple[ColumnChange, ...]:
    """Every column that came or is sold. Of what is kept back nothing of before is told; what is dropped, not at
    all."""
    kinds = records.own_columns(records.facts(table.path).schema)
    kinds = {name: kind for name, kind in kinds.items() if name != TIME}
    records.view(bench.connection, "sold", (table.path,), kinds, beside={})
    sold = {name: (f"c{number}", kind) for number, (name, kind) in enumerate(kinds.items())}
    raw = {name: column for name, column in _raw(bench).items() if name not in bench.veil.hidden}
    after = _seen(bench, "sold", sold)
    before = _readings(bench) if bench.stream.shape == "narrow" else _seen(bench, "collected", raw)
    before = {name: one for name, one in before.items() if name in raw}
    wide = _wide(bench, table, before, after)
    before = _with_bars(bench, "collected", raw, before, wide)
    after = _with_bars(bench, "sold", sold, after, wide)
    names = {field.id_short: field.name for field in (*bench.stream.fields, *table.fields)}
    return tuple(
        ColumnChange(
            bench.stream.name,
            name,
            names.get(name, name),
            before.get(name),
            after.get(name),
            withheld=name in bench.veil.hidden,
        )
        for name in [*after, *(name for name in before if name not in after)]
    )


def _wide(
    bench: Bench, table: PreparedTable, before: Mapping[str, ColumnSummary], after: Mapping[str, ColumnSummary]
) -> Mapping[str, tuple[float, float]]:
    """From where to where both histograms of a column reach; not for one that is told in another unit by now."""
    units = {field.id_short: field.unit for field in bench.stream.fields}
    found = {}
    for field in table.fields:
        name = field.id_short
        if name in units and units[name] == field.unit:
            both = [one for one in (before.get(name), after.get(name)) if one is not None]
            ends = [end for one in both for end in (one.minimum, one.maximum) if end is not None]
            if ends:
                found[name] = (min(ends), max(ends))
    return found


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


def _readings(bench: Bench) -> dict[str, ColumnSummary]:
    """Of a narrow stream, tag by tag: its readings, those that bear neither number nor text missing."""
    tag, number, text = (f"c{list(bench.stream.columns).index(name)}" for name in (TAG, NUMBER, TEXT))
    real = f"CASE WHEN isfinite({number}) THEN {number} END"
    found = bench.connection.execute(
        f"SELECT {tag}, count(*), count(*) - count(coalesce({real}::VARCHAR, {text})), "  # noqa: S608
        f"min({real}), max({real}), avg({real}) FROM collected WHERE {tag} IS NOT NULL GROUP BY 1"
    ).fetchall()
    names = {field.name: field.id_short for field in bench.stream.fields}
    told = {
        names[row[0]]: ColumnSummary(row[1], row[2], _round(row[3]), _round(row[4]), _round(row[5]))
        for row in found
        if row[0] in names
    }
    return {field.id_short: told[field.id_short] for field in bench.stream.fields if field.id_short in told}


def _seen(bench: Bench, source: str, asked: Mapping[str, Column]) -> dict[str, ColumnSummary]:
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
        told[name] = ColumnSummary(cells, cells - count, _round(low), _round(high), _round(mean))
    return told


def _with_bars(
    bench: Bench,
    source: str,
    asked: Mapping[str, Column],
    seen: Mapping[str, ColumnSummary],
    wide: Mapping[str, tuple[float, float]],
) -> dict[str, ColumnSummary]:
    """``seen`` with the histograms of those that hold numbers: over ``wide``, else over their own range."""
    chosen = [name for name in asked if name in seen and seen[name].minimum is not None]
    every = max(1, bench.counts("count(*)", source)[0] // MOST)
    values = "".join(f", {_finite(*asked[name])} AS v{number}" for number, name in enumerate(chosen))
    bench.make(f"some_{source}", f"SELECT row{values} FROM {source} WHERE row % {every} = 0")  # noqa: S608
    told = dict(seen)
    for number, name in enumerate(chosen):
        low, high = wide.get(name) or (seen[name].minimum or 0.0, seen[name].maximum or 0.0)
        value, part = f"v{number}", (high - low) / BARS
        place = f"least(greatest(floor(({value} - {low!r}::DOUBLE) / {part!r}::DOUBLE), 0), {BARS - 1})"
        found = dict(
            bench.connection.execute(
                f"SELECT ({place if part > 0 else '0'})::INT, count(*) FROM some_{source} "  # noqa: S608
                f"WHERE {value} IS NOT NULL GROUP BY 1"
            ).fetchall()
        )
        bars = tuple(found.get(bar, 0) for bar in range(BARS))
        told[name] = replace(seen[name], low=float(low), high=float(high), bars=bars)
    return told


def _finite(sql: str, kind: str) -> str:
    return f"CASE WHEN isfinite({sql}) THEN {sql} END" if kind == "double" else sql


def _round(value: float | None) -> float | None:
    """Nine digits: the order of threads tells in the last ones of a mean."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.{_DIGITS}g}")
