"""Everything that can be found in a subject: a file, a stream or a release. All kinds are asked here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from aas_server.quality.declared import Quality
from aas_server.quality.facts import Facts
from aas_server.quality.finding import KINDS, Finding
from aas_server.quality.findings import (
    ambiguous_date,
    constant_column,
    duplicate_key,
    duplicate_row,
    duplicate_time,
    encoding,
    gap,
    implausible_time,
    missing,
    mixed_type,
    near_duplicate_product,
    out_of_range,
    rule_broken,
    time_backwards,
)
from aas_server.quality.findings.deep import deep
from aas_server.quality.likeness import Sketch
from aas_server.quality.looked import Looked
from aas_server.quality.subject_table import table_of
from aas_server.quality.table import Table

_PLAIN: tuple[tuple[str, Callable[[Facts], Finding | None]], ...] = (
    ("missing", missing.find),
    ("duplicate_row", duplicate_row.find),
    ("duplicate_key", duplicate_key.find),
    ("duplicate_time", duplicate_time.find),
    ("time_backwards", time_backwards.find),
    ("gap", gap.find),
    ("implausible_time", implausible_time.find),
    ("ambiguous_date", ambiguous_date.find),
    ("out_of_range", out_of_range.find),
    ("constant_column", constant_column.find),
    ("mixed_type", mixed_type.find),
    ("encoding", encoding.find),
)
"""What is counted plainly, by definition."""
_DEEP = ("suspected_code", "stuck", "scale_change", "shifted_header", "near_duplicate_rows", "drift")
_NONE: Mapping[str, Sketch] = {}


def search(
    facts: Facts,
    table: Table | None = None,
    others: Mapping[str, Sketch] = _NONE,
    rules: Quality | None = None,
) -> Looked:
    """All findings in the order of ``finding.KINDS``, one per kind, only where there is something to find.
    ``table``: the subject's, for the rules that were declared of it; ``rules``: those, where they call its columns
    otherwise than the subject does. ``others``: products or files, by name, that
    the data may be a copy of."""
    subject = facts.subject
    findings: list[Finding] = []
    kinds = set(_asked(facts))
    for number, (_, find) in enumerate(_PLAIN):
        if (finding := find(facts)) is not None:
            findings.append(finding)
        subject.progress("quality-findings", number, len(_PLAIN))
    findings += deep(subject)
    if others:
        kinds.add("near_duplicate_product")
        if (like := near_duplicate_product.find(facts, others)) is not None:
            findings.append(like)
    said = rules or subject.declared
    if said.rules or said.references or said.orders or said.redundant:
        kinds.add("rule_broken")
        if (found := rule_broken.find(table or table_of(facts, subject.others), said)) is not None:
            findings.append(found)
    subject.progress("quality-findings", len(_PLAIN), len(_PLAIN))
    ordered = tuple(sorted(findings, key=lambda one: KINDS.index(one.kind)))
    return Looked(frozenset(kinds), ordered, len(others))


def _asked(facts: Facts) -> Iterator[str]:
    """The kinds that are looked for in this subject, whatever else it is compared with."""
    yield from (kind for kind, _ in _PLAIN if _askable(kind, facts))
    yield from _DEEP
    if facts.subject.label is not None:
        yield "label_contradiction"


def _askable(kind: str, facts: Facts) -> bool:
    """Whether a kind can be looked for at all: a time, a key or an encoding must be there."""
    subject = facts.subject
    match kind:
        case "duplicate_time" | "time_backwards" | "gap" | "implausible_time":
            return subject.time is not None
        case "duplicate_key":
            return bool(subject.key)
        case _:
            return True
