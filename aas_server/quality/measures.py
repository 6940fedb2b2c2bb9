"""The six indices of the KAMP guidebooks, one function each.

Every function counts over one table and answers numerator, denominator and rule, or that it was not measured and
why. ``cells`` are row × data column; the time of the record is no data column, a raw time column neither. Columns
that are missing for the most part (see ``Profile.left_out_over``) are to be left out *before* completeness and
validity are asked (``Table.without``); uniqueness and rules see every column.

Source of the formulas: the KAMP guidebooks' quality chapter (완전성, 유일성, 유효성, 일관성, 정확성, 무결성).
Where their sample code has faults (operator order in consistency, completeness of the last table only), the
formula holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.quality.declared import Rule
from aas_server.quality.measure import Measure, not_measured
from aas_server.quality.rules import check
from aas_server.quality.table import Column, Table
from aas_server.store.parquet import literal

_EXAMPLES = 3


def completeness(table: Table) -> Measure:
    """1 − missing / total, over all cells of the data columns.

    Missing: null, not-a-number or infinite. A value that came but did not fit its column is invalid instead.
    """
    rule = in_all("quality-completeness", columns=len(table.columns))
    total = table.rows * len(table.columns)
    if not total:
        return not_measured(rule, "quality-no-cells")
    missing = table.missing or {}
    gaps = sum(missing[column.name] for column in table.columns)
    examples = _cells(table, [(c, c.missing) for c in table.columns if missing[c.name]])
    return Measure(rule, total - gaps, total, examples=examples)


def uniqueness(table: Table, key: Sequence[str] = ()) -> Measure:
    """Different keys (or different whole rows) / rows. A row equal to five others counts once in six.

    A whole row is the record's time and all its fields, values that did not fit included; null equals null. With
    a key a missing part of it counts as a value like any other. Raises ``BadInput`` for an unknown key column.
    """
    for name in key:
        if name not in table.names:
            raise BadInput("quality-key-unknown", column=name, known=", ".join(table.names))
    parts = [table.names[name] for name in key] or list(table.whole)
    rule = in_all("quality-unique-key", names=", ".join(key)) if key else in_all("quality-unique-rows")
    if not table.rows:
        return not_measured(rule, "quality-no-rows")
    groups = f"SELECT max(row) AS row, count(*) AS times FROM {table.relation} GROUP BY {', '.join(parts)}"  # noqa: S608
    [(different,)] = table.connection.execute(f"SELECT count(*) FROM ({groups})").fetchall()  # noqa: S608
    if different == table.rows:
        return Measure(rule, different, table.rows)
    seen = f"row IN (SELECT row FROM ({groups}) WHERE times > 1 ORDER BY row LIMIT {_EXAMPLES})"  # noqa: S608
    return Measure(rule, different, table.rows, examples=table.examples(seen))


def validity(table: Table) -> Measure:
    """Cells of the right type and within their declared range (both ends included) / cells that hold a value.

    Missing cells are no part of it: they are completeness' matter. Without any declared range only the type is
    measured, and the rule says so.
    """
    ranged = sum(column.ranged for column in table.columns)
    key = "quality-valid-range" if ranged else "quality-valid-type"
    rule = in_all(key, columns=len(table.columns), ranged=ranged)
    missing = table.missing or {}
    present = sum(table.rows - missing[column.name] for column in table.columns)
    if not present:
        return not_measured(rule, "quality-no-cells")
    counts = table.one(", ".join(f"count_if({column.invalid})" for column in table.columns))
    examples = _cells(table, [(c, c.invalid) for c, count in zip(table.columns, counts, strict=True) if count])
    return Measure(rule, present - sum(counts), present, examples=examples)


def consistency(table: Table, rules: Sequence[Rule]) -> Measure:
    """Rule checks that hold / rule checks made; a check is one declared rule on one row for which it is not null.

    That the rows stand in time order is no rule here: step 2 sorts them, it would be a hundred by construction.
    """
    return _kept(table, rules, "quality-consistent", "quality-no-consistency-rule")


def accuracy(table: Table, rules: Sequence[Rule]) -> Measure:
    """1 − violations / checks of the declared cross-column rules; often not measured."""
    return _kept(table, rules, "quality-accurate", "quality-no-accuracy-rule")


def integrity(parts: Mapping[str, Measure]) -> Measure:
    """1 − (how many of uniqueness, validity, consistency are below 100 %) / 3.

    One that was not measured counts neither for nor against: with two of the three measured it is / 2.
    """
    three = [parts[name] for name in ("uniqueness", "validity", "consistency")]
    measured = [part for part in three if part.value is not None]
    rule = in_all("quality-integral", measured=len(measured))
    if not measured:
        return not_measured(rule, "quality-none-of-three")
    return Measure(rule, sum(part.value == 1 for part in measured), len(measured))


def _kept(table: Table, rules: Sequence[Rule], key: str, none: str) -> Measure:
    rule = in_all(key, rules="; ".join(f"{rule.name}: {rule.expression}" for rule in rules))
    if not rules:
        return not_measured(in_all(f"{key}-rules"), none)
    if table.rules is None:
        return not_measured(rule, "quality-rules-need-columns")
    checks = [check(table.connection, table.rules, each) for each in rules]
    made = sum(each.made for each in checks)
    if not made:
        return not_measured(rule, "quality-rules-null")
    examples = tuple(example for each in checks for example in each.examples)[:_EXAMPLES]
    return Measure(rule, made - sum(each.broken for each in checks), made, examples=examples)


def _cells(table: Table, faults: Sequence[tuple[Column, str]]) -> tuple[str, ...]:
    found: list[str] = []
    for column, condition in faults[:_EXAMPLES]:
        shown = f"concat({literal(column.name)}, '=', coalesce({column.show}, ''))"
        found += table.examples(condition, shown, limit=1)
    return tuple(found)
