"""Measures over what people declared: rules between columns, references, orders, columns that say the same.

Source of the formulas: the KAMP guidebooks' quality chapter (일관성, 정확성, 무결성).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from aas_server.messages import in_all
from aas_server.quality import relations
from aas_server.quality.declared import Order, Redundant, Reference, Rule
from aas_server.quality.measure import EXAMPLES, Measure, not_measured
from aas_server.quality.rules import Check, check
from aas_server.quality.table import Table

_Named = tuple[str, Callable[[], Check]]


def consistency(
    table: Table, rules: Sequence[Rule], references: Sequence[Reference] = (), orders: Sequence[Order] = ()
) -> Measure:
    """Checks that hold / checks made; a check is one declared rule, reference or order on one row for which it can
    be judged.

    That the rows stand in time order is no rule here: step 2 sorts them, it would be a hundred by construction.
    """
    asked = [*_rules(table, rules), *_references(table, references), *_orders(table, orders)]
    return _kept(table, asked, "quality-consistent", "quality-no-consistency-rule")


def reference(table: Table, references: Sequence[Reference]) -> Measure:
    """Values that stand in the column they refer to / values."""
    return _kept(table, _references(table, references), "quality-referenced", "quality-no-reference")


def order(table: Table, orders: Sequence[Order]) -> Measure:
    """Steps that don't fall / steps, of the columns for which an order is declared."""
    return _kept(table, _orders(table, orders), "quality-ordered", "quality-no-order")


def accuracy(table: Table, rules: Sequence[Rule], redundant: Sequence[Redundant] = ()) -> Measure:
    """1 − violations / checks of the declared cross-column rules and of the columns declared to say the same;
    often not measured."""
    asked = [*_rules(table, rules), *_redundant(table, redundant)]
    return _kept(table, asked, "quality-accurate", "quality-no-accuracy-rule")


def redundancy(table: Table, redundant: Sequence[Redundant]) -> Measure:
    """Rows on which two columns that should say the same do / rows on which both say something."""
    return _kept(table, _redundant(table, redundant), "quality-redundant", "quality-no-redundant")


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


def _kept(table: Table, asked: Sequence[_Named], key: str, none: str) -> Measure:
    rule = in_all(key, rules="; ".join(name for name, _ in asked))
    if not asked:
        return not_measured(in_all(f"{key}-rules"), none)
    if table.rules is None:
        return not_measured(rule, "quality-rules-need-columns")
    checks = [ask() for _, ask in asked]
    made = sum(each.made for each in checks)
    if not made:
        return not_measured(rule, "quality-rules-null")
    examples = tuple(example for each in checks for example in each.examples)[:EXAMPLES]
    return Measure(rule, made - sum(each.broken for each in checks), made, examples=examples)


def _rules(table: Table, rules: Sequence[Rule]) -> list[_Named]:
    relation = table.rules or ""
    return [
        (f"{one.name}: {one.expression}", partial(check, table.connection, relation, one, table.zoned))
        for one in rules
    ]


def _references(table: Table, references: Sequence[Reference]) -> list[_Named]:
    return [(relations.told(one), partial(relations.reference, table, one)) for one in references]


def _orders(table: Table, orders: Sequence[Order]) -> list[_Named]:
    return [(relations.told(one), partial(relations.order, table, one)) for one in orders]


def _redundant(table: Table, redundant: Sequence[Redundant]) -> list[_Named]:
    return [(relations.told(one), partial(relations.redundant, table, one)) for one in redundant]
