"""Many conditions counted over one relation, a block of them in a query."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

AT_ONCE = 64
"""Conditions asked in one query: the time to plan one grows with their square, and each reads only the columns
that it names."""


def count_each(connection: duckdb.DuckDBPyConnection, relation: str, conditions: Sequence[str]) -> list[int]:
    """For each SQL condition, how many rows of ``relation`` it holds for."""
    found: list[int] = []
    for begin in range(0, len(conditions), AT_ONCE):
        asked = ", ".join(f"count_if({condition})" for condition in conditions[begin : begin + AT_ONCE])
        [counts] = connection.execute(f"SELECT {asked} FROM {relation}").fetchall()  # noqa: S608
        found += (int(count or 0) for count in counts)  # of no rows DuckDB counts null
    return found
