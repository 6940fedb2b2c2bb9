"""Units: a column told in another unit of the same quantity."""

from __future__ import annotations

from dataclasses import replace

from aas_server.product.conversion import planned
from aas_server.product.preprocess.bench import NOTHING, Bench
from submodels.field import Unit


def convert(bench: Bench) -> None:
    """Convert each declared column of this stream; the field's unit and valid range follow."""
    done: dict[str, str] = {}
    notes = []
    for name, declared in bench.recipe.cleaning.units.items():
        place = f"cleaning.units.{name}"
        column = bench.number(name, place)
        if column is None:
            continue
        given, wanted, linear = planned(column.field, declared, place)
        notes.append((column, given, wanted, linear))
        done[column.sql] = linear.sql(column.sql)
    counted = bench.counts(", ".join(f"count({column.sql})" for column, *_ in notes)) if notes else ()
    for (column, given, wanted, linear), cells in zip(notes, counted, strict=True):
        short = column.field.id_short
        told = f"{column.sql} IS NOT NULL"
        example = bench.changed(short, told, column.sql, linear.sql(column.sql)) if cells else NOTHING
        bench.note(
            "convert-unit", cells, columns=(short,), example=example,
            column=short, given=given.symbol, wanted=wanted.symbol,
        )  # fmt: skip
        bench.as_number(column)
        column.field = replace(
            column.field,
            unit=Unit(wanted.symbol, wanted.code, wanted.irdi),
            minimum=linear.of(column.field.minimum),
            maximum=linear.of(column.field.maximum),
        )
    if done:
        bench.put(done)
