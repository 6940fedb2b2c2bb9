"""Measures made of findings: the share that is free of what was found.

A finding says which rows or which columns are concerned. Where it leads to rows the share is one of rows, else
one of columns: ``stuck``, ``drift`` and a changed scale are faults of a column, a contradicting label is one of
rows.
"""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality.looked import Looked
from aas_server.quality.measure import EXAMPLES, Measure, not_measured
from aas_server.quality.table import Table


def free_rows(table: Table, looked: Looked, kind: str) -> Measure:
    """Rows that the finding ``kind`` does not concern / rows. Not measured where nobody looked."""
    rule = in_all("quality-free-rows", kind=in_all(f"quality-kind-{kind.replace('_', '-')}"))
    if (found := looked.count(kind)) is None:
        return not_measured(rule, "quality-not-looked-for")
    if not table.rows:
        return not_measured(rule, "quality-no-rows")
    finding = looked.found(kind)
    if finding is not None and finding.rows:
        [(found,)] = table.connection.execute(f"SELECT count(DISTINCT row) FROM ({finding.rows})").fetchall()  # noqa: S608
    return Measure(rule, table.rows - min(found, table.rows), table.rows, examples=looked.examples(kind))


def unlike_products(looked: Looked) -> Measure:
    """Products compared that the data are not like / products compared. Not measured where there was none."""
    rule = in_all("quality-unlike-products")
    if not looked.products:
        return not_measured(rule, "quality-no-products")
    found = looked.count("near_duplicate_product") or 0
    examples = looked.examples("near_duplicate_product")
    return Measure(rule, looked.products - found, looked.products, examples=examples)


def free_columns(table: Table, looked: Looked, kind: str) -> Measure:
    """Columns that the finding ``kind`` does not concern / data columns. Not measured where nobody looked."""
    rule = in_all("quality-free-columns", kind=in_all(f"quality-kind-{kind.replace('_', '-')}"))
    if looked.count(kind) is None:
        return not_measured(rule, "quality-not-looked-for")
    if not table.columns:
        return not_measured(rule, "quality-no-cells")
    finding = looked.found(kind)
    bad = len({name for name in finding.columns if name in table.called}) if finding is not None else 0
    total = len(table.columns)
    return Measure(rule, total - min(bad, total), total, examples=looked.examples(kind)[:EXAMPLES])
