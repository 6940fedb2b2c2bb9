"""Values far off the rest, by a declared method: marked or emptied, never taken out in silence."""

from __future__ import annotations

from aas_server.product.preprocess.bench import NOTHING, Bench, Column
from aas_server.product.preprocess.marking import mark
from aas_server.product.recipe.cleaning import Outliers

LIMITS = {"iqr": 1.5, "mad": 3.5, "z": 3.0}
"""Tukey 1977 (fences), Iglewicz and Hoaglin 1993 (modified z-score), and the three-sigma rule."""
_NORMAL = 1.4826
"""A normal distribution's standard deviation in units of its MAD."""


def find(bench: Bench) -> None:
    """Mark or empty the outliers of each declared column of this stream.

    ``iqr``: below Q1 − k·IQR or above Q3 + k·IQR (quantiles interpolated linearly). ``mad``: further from the
    median than k · 1.4826 · MAD. ``z``: further from the mean than k standard deviations (of the population).
    Where the spread is 0 there are none.
    """
    for name, rule in bench.recipe.cleaning.outliers.items():
        column = bench.number(name, f"cleaning.outliers.{name}")
        if column is None:
            continue
        limit = LIMITS[rule.method] if rule.limit is None else rule.limit
        bounds = _bounds(bench, column, rule, limit)
        value = column.sql
        far = "false"
        if bounds is not None:
            low, high = bounds
            far = f"coalesce({value} < {low!r}::DOUBLE OR {value} > {high!r}::DOUBLE, false)"
        (cells,) = bench.counts(f"count_if({far})")
        short = column.field.id_short
        after = "NULL" if rule.action == "null" else value
        bench.note(
            f"outlier-{rule.action}",
            cells,
            columns=(short,),
            example=bench.changed(short, far, value, after) if cells else NOTHING,
            column=short,
            method=rule.method,
            limit=f"{limit:g}",
            values="–" if bounds is None else f"{bounds[0]:.6g} … {bounds[1]:.6g}",
        )
        mark(bench, column, rule.action, "outlier", far)


def _bounds(bench: Bench, column: Column, rule: Outliers, limit: float) -> tuple[float, float] | None:
    """The least and the greatest value that is believed; ``None`` where nothing can be said."""
    value = f"{column.sql}::DOUBLE"
    if rule.method == "z":
        with bench.in_order() as source:
            middle, spread = _pair(bench, f"avg({value}), stddev_pop({value})", source)
        low_side = high_side = middle
    elif rule.method == "mad":
        middle, spread = _pair(bench, f"median({value}), mad({value})")
        low_side, high_side = middle, middle
        spread = None if spread is None else spread * _NORMAL
    else:
        low_side, high_side = _pair(bench, f"quantile_cont({value}, 0.25), quantile_cont({value}, 0.75)")
        spread = None if low_side is None or high_side is None else high_side - low_side
    if low_side is None or high_side is None or not spread:
        return None
    return low_side - limit * spread, high_side + limit * spread


def _pair(bench: Bench, select: str, source: str = "") -> tuple[float | None, float | None]:
    [(one, other)] = bench.connection.execute(f"SELECT {select} FROM {source or bench.relation}").fetchall()  # noqa: S608
    return one, other
