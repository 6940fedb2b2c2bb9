"""The measures by the names under which a profile asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from aas_server.messages import in_all
from aas_server.quality import measures
from aas_server.quality.case import Case
from aas_server.quality.declared import Rule
from aas_server.quality.measure import Measure, not_measured


def _rules(case: Case, index: str) -> list[Rule]:
    return [rule for rule in case.declared.rules if rule.index == index]


def _completeness(case: Case) -> Measure:
    return measures.completeness(case.dense, case.left_out)


def _uniqueness(case: Case) -> Measure:
    return measures.uniqueness(case.table, case.declared.key, case.looked)


def _validity(case: Case) -> Measure:
    return measures.validity(case.dense)


def _consistency(case: Case) -> Measure:
    said = case.declared
    return measures.consistency(case.table, _rules(case, "consistency"), said.references, said.orders)


def _accuracy(case: Case) -> Measure:
    return measures.accuracy(case.table, _rules(case, "accuracy"), case.declared.redundant)


def _integrity(case: Case) -> Measure:
    return measures.integrity(
        {"uniqueness": _uniqueness(case), "validity": _validity(case), "consistency": _consistency(case)}
    )


def _rows(kind: str, case: Case) -> Measure:
    return measures.free_rows(case.table, case.looked, kind)


def _columns(kind: str, case: Case) -> Measure:
    return measures.free_columns(case.table, case.looked, kind)


def _valid_times(case: Case) -> Measure:
    rule = in_all("quality-free-rows", kind=in_all("quality-kind-implausible-time"))
    return _rows("implausible_time", case) if case.table.ticks else not_measured(rule, "quality-no-time")


def _uncountable(_: Case) -> Measure:
    return not_measured(in_all("quality-uncountable"), "quality-nothing-tells")


MEASURES: Mapping[str, Callable[[Case], Measure]] = {
    "completeness": _completeness,
    "expected_points": lambda case: measures.expected_points(case.table, case.steps),
    "uniqueness": _uniqueness,
    "row_uniqueness": lambda case: measures.uniqueness(case.table, (), case.looked),
    "unlike_rows": partial(_rows, "near_duplicate_rows"),
    "validity": _validity,
    "valid_times": _valid_times,
    "consistency": _consistency,
    "reference": lambda case: measures.reference(case.table, case.declared.references),
    "order": lambda case: measures.order(case.table, case.declared.orders),
    "accuracy": _accuracy,
    "redundancy": lambda case: measures.redundancy(case.table, case.declared.redundant),
    "integrity": _integrity,
    "timeliness": lambda case: measures.timeliness(case.table, case.arrival, case.declared.late_after),
    "freshness": lambda case: measures.freshness(case.table, case.checked_on, case.declared.fresh_within),
    "monotonic_time": lambda case: measures.monotonic(case.steps, case.looked.examples("time_backwards")),
    "single_times": lambda case: measures.single_times(case.steps, case.looked.examples("duplicate_time")),
    "gap_free": lambda case: measures.gap_free(case.steps, case.looked.examples("gap")),
    "stuck_free": partial(_columns, "stuck"),
    "drift_free": partial(_columns, "drift"),
    "scale_kept": partial(_columns, "scale_change"),
    "code_free": partial(_columns, "suspected_code"),
    "unambiguous_labels": partial(_rows, "label_contradiction"),
    "unlike_products": lambda case: measures.unlike_products(case.looked),
    "usefulness": lambda case: measures.usefulness(case.described),
    "accessibility": lambda case: measures.accessibility(case.described),
    "uncountable": _uncountable,
}
"""``uncountable``: a characteristic that a standard names and that nothing in the data tells: never measured."""
