"""Doubtful cells marked in a column of their own, or emptied: never taken out in silence."""

from __future__ import annotations

from aas_server.product.preprocess.bench import Bench, Column
from aas_server.product.recipe.cleaning import Mark


def mark(bench: Bench, column: Column, action: Mark, suffix: str, condition: str, source: str = "") -> None:
    """Where ``condition`` holds (over ``source``, else the relation; never null) empty the cell, or say so in the
    column ``<idShort>_<suffix>``. Whatever ``source`` adds to the relation is left behind."""
    columns = ", ".join(["row", "time", *(one.sql for one in bench.columns if one is not column)])
    start = f"SELECT {columns}"
    if action == "null":
        value = f"CASE WHEN {condition} THEN NULL ELSE {column.sql} END AS {column.sql}"
        bench.step(f"{start}, {value} FROM {source or bench.relation}")
        return
    flag = bench.beside(column, suffix, f"preprocess-column-{suffix}", "bool", "xs:boolean")
    bench.step(f"{start}, {column.sql}, {condition} AS {flag.sql} FROM {source or bench.relation}")
    bench.columns.append(flag)
