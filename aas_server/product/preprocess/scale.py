"""A changed scale put right: values of a stretch multiplied by the factor that the recipe names."""

from __future__ import annotations

from aas_server.product.preprocess.bench import NOTHING, Bench
from aas_server.product.preprocess.stretch import within


def put_right(bench: Bench) -> None:
    """Multiply the values of each declared column in its stretches ``[start, end)`` of the (corrected) time."""
    cases: dict[str, list[str]] = {}
    for number, change in enumerate(bench.recipe.cleaning.scale, 1):
        place = f"cleaning.scale.{number}"
        column = bench.number(change.column, f"{place}.column")
        if column is None:
            continue
        inside = f"({within(bench.zone, change.start, change.end, place)} AND {column.sql} IS NOT NULL)"
        value = f"{column.sql} * {float(change.factor)!r}::DOUBLE"
        short = column.field.id_short
        (cells,) = bench.counts(f"count_if({inside})")
        bench.note(
            "change-scale",
            cells,
            columns=(short,),
            example=bench.changed(short, inside, column.sql, value) if cells else NOTHING,
            column=short,
            values=f"{change.factor:.15g}",
            start=change.start or "…",
            end=change.end or "…",
        )
        cases.setdefault(column.sql, []).append(f"WHEN {inside} THEN {value}")
        bench.as_number(column)
    if cases:
        bench.put({sql: f"CASE {' '.join(when)} ELSE {sql}::DOUBLE END" for sql, when in cases.items()})
