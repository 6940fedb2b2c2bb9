"""Measures over cells: row × data column.

Columns that are missing for the most part (see ``Profile.left_out_over``) are to be left out *before* completeness
and validity are asked (``Table.without``).

Source of the formulas: the KAMP guidebooks' quality chapter (완전성, 유효성). Where their sample code has faults
(operator order in consistency, completeness of the last table only), the formula holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from aas_server.messages import in_all
from aas_server.quality.measure import EXAMPLES, Measure, not_measured
from aas_server.quality.table import Column, Table
from aas_server.store.parquet import literal


def completeness(table: Table, left_out: Sequence[str] = ()) -> Measure:
    """1 − missing / total, over all cells of the data columns.

    Missing: null, not-a-number or infinite. A value that came but did not fit its column is invalid instead.
    ``left_out``: the columns left out beforehand; the rule names them.
    """
    rule = in_all("quality-completeness", columns=len(table.columns))
    if left_out:
        more = in_all("quality-left-out-first", names=", ".join(left_out))
        rule = {language: f"{rule[language]}. {more[language]}" for language in rule}
    total = table.rows * len(table.columns)
    if not total:
        return not_measured(rule, "quality-no-cells")
    missing = table.missing or {}
    gaps = sum(missing[column.name] for column in table.columns)
    examples = _cells(table, [(c, c.missing) for c in table.columns if missing[c.name]])
    return Measure(rule, total - gaps, total, examples=examples)


def validity(table: Table) -> Measure:
    """Cells of the right type, within their declared range (both ends included) and of their list of codes / cells
    that hold a value.

    Missing cells are no part of it: they are completeness' matter. Without any declared range or list only the
    type is measured, and the rule says so.
    """
    ranged = sum(column.ranged for column in table.columns)
    listed = sum(column.listed for column in table.columns)
    key = "quality-valid-list" if listed else "quality-valid-range" if ranged else "quality-valid-type"
    rule = in_all(key, columns=len(table.columns), ranged=ranged, listed=listed)
    missing = table.missing or {}
    present = sum(table.rows - missing[column.name] for column in table.columns)
    if not present:
        return not_measured(rule, "quality-no-cells")
    wrong = table.invalid or {}
    examples = _cells(table, [(c, c.invalid) for c in table.columns if wrong.get(c.name)])
    return Measure(rule, present - sum(wrong.get(c.name, 0) for c in table.columns), present, examples=examples)


def _cells(table: Table, faults: Sequence[tuple[Column, str]]) -> tuple[str, ...]:
    found: list[str] = []
    for column, condition in faults[:EXAMPLES]:
        shown = f"concat({literal(column.name)}, '=', coalesce({column.show}, ''))"
        found += table.examples(condition, shown, limit=1)
    return tuple(found)
