"""Missing cells, as the recipe says: columns left out, rows dropped, or everything kept."""

from __future__ import annotations

from decimal import Decimal

from aas_server.product.preprocess.bench import Bench


def leave_out(bench: Bench) -> None:
    """Leave out the columns of which a larger share than ``drop_missing_over`` is missing; never the label."""
    over = bench.recipe.cleaning.drop_missing_over
    if over is None or not bench.columns or not bench.rows:
        bench.note("leave-out-columns", sentence="preprocess-leave-out-none")
        return
    held = bench.counts(", ".join(f"count({column.sql})" for column in bench.columns))
    limit = Decimal(str(over)) * bench.rows
    sparse = [
        column
        for column, count in zip(bench.columns, held, strict=True)
        if bench.rows - count > limit and not bench.is_label(column.field)
    ]
    names = tuple(column.field.id_short for column in sparse)
    bench.columns = [column for column in bench.columns if column not in sparse]
    bench.note("leave-out-columns", columns=names, percent=f"{Decimal(str(over)) * 100:f}")


def drop_rows(bench: Bench) -> None:
    """Drop the rows with a missing cell, where the recipe says so."""
    if bench.recipe.cleaning.missing == "keep" or not bench.columns:
        bench.note("drop-missing-rows", sentence="preprocess-missing-kept")
        return
    hole = " OR ".join(f"{column.sql} IS NULL" for column in bench.columns)
    (holes,) = bench.counts(f"count_if({hole})")
    example = bench.example(hole) if holes else ""
    bench.note("drop-missing-rows", rows_out=bench.rows - holes, example=example)
    if holes:
        bench.become("filled", f"SELECT * FROM {bench.relation} WHERE NOT ({hole})")  # noqa: S608
