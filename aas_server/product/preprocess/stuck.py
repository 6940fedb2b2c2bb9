"""Stuck values: one and the same reading for longer than the recipe believes."""

from __future__ import annotations

from aas_server.product.preprocess.bench import NOTHING, Bench, Column
from aas_server.product.preprocess.marking import mark
from aas_server.product.recipe.cleaning import Stuck


def find(bench: Bench) -> None:
    """Mark or empty the readings of each run of equal values that is too long, but for its first, which was one.

    A run: readings that follow each other in time with the same value; a missing cell ends it. Too long: more than
    ``rows`` readings, or more than ``seconds`` between its first and its last.
    """
    for number, (name, rule) in enumerate(bench.recipe.cleaning.stuck.items()):
        column = bench.column(name)
        if column is None:
            continue
        table = f"stuck{number}"
        bench.connection.execute(f"CREATE TEMP TABLE {table} AS {_runs(bench, column, rule)}")
        (cells,) = bench.counts("count(*)", table)
        short = column.field.id_short
        after = "NULL" if rule.action == "null" else column.sql
        these = f"(SELECT * FROM {bench.relation} SEMI JOIN {table} USING (row))"  # noqa: S608
        example = bench.changed(short, "true", column.sql, after, these) if cells else NOTHING
        bench.note(
            f"stuck-{rule.action}",
            cells,
            columns=(short,),
            example=example,
            column=short,
            rows="–" if rule.rows is None else rule.rows,
            seconds="–" if rule.seconds is None else f"{rule.seconds:g}",
        )
        found = "l.*, r.row IS NOT NULL AS found"
        source = f"(SELECT {found} FROM {bench.relation} l LEFT JOIN {table} r USING (row))"  # noqa: S608
        mark(bench, column, rule.action, "stuck", "found", source)


def _runs(bench: Bench, column: Column, rule: Stuck) -> str:
    value = column.sql
    long = []
    if rule.rows is not None:
        long.append(f"count(*) > {int(rule.rows)}")
    if rule.seconds is not None:
        long.append(f"epoch_us(max(time)) - epoch_us(min(time)) > {round(rule.seconds * 1e6)}")
    return f"""
        WITH steps AS (
            SELECT row, time, {value}, {value} IS DISTINCT FROM lag({value}) OVER (ORDER BY time, row) AS new
            FROM {bench.relation}),
        runs AS (
            SELECT row, time, {value}, sum(new::INT) OVER (ORDER BY time, row ROWS UNBOUNDED PRECEDING) AS run
            FROM steps),
        long AS (
            SELECT run, arg_min(row, (time, row)) AS first FROM runs WHERE {value} IS NOT NULL
            GROUP BY run HAVING count(*) > 1 AND ({" OR ".join(long)}))
        SELECT runs.row FROM runs JOIN long USING (run) WHERE runs.row <> first"""  # noqa: S608
