"""Gaps: missing cells filled from their neighbours in time, as far as the recipe allows."""

from __future__ import annotations

from aas_server.product.preprocess.bench import NOTHING, Bench, Column
from aas_server.product.preprocess.marking import mark
from aas_server.product.recipe.cleaning import Fill

_BEFORE = "OVER (ORDER BY time, row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
_AFTER = "OVER (ORDER BY time, row ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"


def fill(bench: Bench) -> None:
    """Fill each declared column. ``previous``: the last reading, where it is at most ``within`` seconds old.
    ``linear``: on the line between the readings before and after, where these are at most ``within`` seconds apart
    (that looks ahead: no feature for a forecast). What is further stays missing."""
    for name, rule in bench.recipe.cleaning.gaps.items():
        place = f"cleaning.gaps.{name}"
        column = bench.number(name, place) if rule.fill == "linear" else bench.column(name)
        if column is None:
            continue
        if rule.fill == "none":
            bench.note("gap-kept", columns=(column.field.id_short,), column=column.field.id_short)
            continue
        bench.need_times(place)
        bench.step(_neighbours(bench, column, rule), "TABLE")
        _take(bench, column, rule)


def _neighbours(bench: Bench, column: Column, rule: Fill) -> str:
    """The rows with ``filled``: what the cell would be filled with, null where it is not to be."""
    value, known = column.sql, f"CASE WHEN {column.sql} IS NOT NULL THEN epoch_us(time) END"
    asked = (
        f"last_value({value} IGNORE NULLS) {_BEFORE} AS old, last_value({known} IGNORE NULLS) {_BEFORE} AS since"
    )
    within = round(rule.within * 1e6)
    if rule.fill == "previous":
        filled = f"CASE WHEN {value} IS NULL AND epoch_us(time) - since <= {within} THEN old END"
        left_behind = "old, since"
    else:
        asked += f", first_value({value} IGNORE NULLS) {_AFTER} AS new"
        asked += f", first_value({known} IGNORE NULLS) {_AFTER} AS till"
        line = "old + (new - old) * ((epoch_us(time) - since)::DOUBLE / greatest(till - since, 1))"
        filled = f"CASE WHEN {value} IS NULL AND till - since <= {within} THEN {line} END"
        left_behind = "old, since, new, till"
    return (
        f"SELECT * EXCLUDE ({left_behind}), {filled} AS filled "  # noqa: S608
        f"FROM (SELECT *, {asked} FROM {bench.relation})"
    )


def _take(bench: Bench, column: Column, rule: Fill) -> None:
    short, table = column.field.id_short, bench.relation
    (cells,) = bench.counts("count(filled)")
    example = bench.changed(short, "filled IS NOT NULL", column.sql, "filled") if cells else NOTHING
    bench.note(
        f"fill-{rule.fill}", cells, columns=(short,), example=example, column=short, seconds=f"{rule.within:g}"
    )
    if rule.fill == "linear":
        bench.as_number(column)
    columns = [one.sql for one in bench.columns if one is not column]
    rest = ", ".join(["row", "time", *columns])
    value = f"coalesce({column.sql}, filled) AS {column.sql}"
    if rule.mark:
        source = f"(SELECT {rest}, {value}, filled FROM {table})"  # noqa: S608
        mark(bench, column, "flag", "filled", "filled IS NOT NULL", source)
    else:
        bench.step(f"SELECT {rest}, {value} FROM {table}")  # noqa: S608
