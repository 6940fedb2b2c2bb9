"""Each column before and after step 2, in figures for people to look at."""

from __future__ import annotations

from collections.abc import Mapping

from aas_server.product.column_change import ColumnChange, ColumnSummary
from aas_server.product.preprocess.bench import Bench
from aas_server.product.preprocess.figures import Figures, rounded
from aas_server.product.preprocess.pivot import NUMBER, TAG, TEXT
from aas_server.product.work import PreparedTable
from aas_server.store.parquet import literal

_BATCH = 100_000

Wide = Mapping[str, tuple[float, float]]


def columns(bench: Bench, table: PreparedTable, sold: Figures) -> tuple[ColumnChange, ...]:
    """Every column that came or is ``sold``. Of what is kept back nothing of before is told; what is dropped, not
    at all."""
    raw = {name: sql for name, sql in _raw(bench).items() if name not in bench.veil.hidden}
    came = _came(bench, raw)
    after = sold.told()
    before = _readings(bench) if bench.stream.shape == "narrow" else came.told()
    before = {name: one for name, one in before.items() if name in raw}
    wide = _wide(bench, table, before, after)
    before, after = _with_bars(came, before, wide), _with_bars(sold, after, wide)
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


def _came(bench: Bench, raw: Mapping[str, str]) -> Figures:
    """The figures of the columns as they came; of a narrow stream only of the rows that histograms are made of."""
    figures = Figures(raw, bench.counts("count(*)", "collected")[0])
    values = "".join(f", {sql}" for sql in raw.values())
    some = f" WHERE row % {figures.every} = 0" if bench.stream.shape == "narrow" else ""
    for batch in bench.connection.sql(f"SELECT row{values} FROM collected{some}").to_arrow_reader(_BATCH):  # noqa: S608
        figures.add(batch.column(0).to_numpy(), batch.columns[1:])
    return figures


def _with_bars(figures: Figures, told: Mapping[str, ColumnSummary], wide: Wide) -> dict[str, ColumnSummary]:
    """``told`` with the histograms of those that hold numbers: over ``wide``, else over their own range."""
    return {
        name: one
        if one.minimum is None or one.maximum is None
        else figures.with_bars(name, one, *wide.get(name, (one.minimum, one.maximum)))
        for name, one in told.items()
    }


def _wide(
    bench: Bench, table: PreparedTable, before: Mapping[str, ColumnSummary], after: Mapping[str, ColumnSummary]
) -> Wide:
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


def _raw(bench: Bench) -> Mapping[str, str]:
    """The SQL of the columns (tags) as they came, by idShort."""
    stream = bench.stream
    places = {name: place for place, name in enumerate(stream.columns)}
    if stream.shape == "narrow":
        tag, number = (f"c{places[name]}" for name in (TAG, NUMBER))
        return {
            field.id_short: f"CASE WHEN {tag} = {literal(field.name)} THEN {number} END" for field in stream.fields
        }
    return {
        field.id_short: f"c{places[field.name]}"
        for field in stream.fields
        if field.name in places and field.role != "time" and field.name != bench.recipe.time
    }


def _readings(bench: Bench) -> dict[str, ColumnSummary]:
    """Of a narrow stream, tag by tag: its readings, those that bear neither number nor text missing."""
    tag, number, text = (f"c{list(bench.stream.columns).index(name)}" for name in (TAG, NUMBER, TEXT))
    real = f"CASE WHEN isfinite({number}) THEN {number} END"
    found = bench.connection.execute(
        f"SELECT {tag}, count(*), count(*) - count(coalesce({real}::VARCHAR, {text})), "  # noqa: S608
        f"min({real}), max({real}), favg({real}) FROM collected WHERE {tag} IS NOT NULL GROUP BY 1"
    ).fetchall()
    names = {field.name: field.id_short for field in bench.stream.fields}
    told = {
        names[row[0]]: ColumnSummary(row[1], row[2], rounded(row[3]), rounded(row[4]), rounded(row[5]))
        for row in found
        if row[0] in names
    }
    return {field.id_short: told[field.id_short] for field in bench.stream.fields if field.id_short in told}
