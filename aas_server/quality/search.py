"""Everything that can be found in a subject: a file, a stream or a release."""

from __future__ import annotations

from aas_server.quality import broken
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding
from aas_server.quality.findings.deep import deep
from aas_server.quality.looked import Looked
from aas_server.quality.table import Table

_DEEP = ("suspected_code", "stuck", "scale_change", "drift")


def search(facts: Facts, table: Table | None = None) -> Looked:
    """All findings, one per kind, only where there is something to find. ``table``: the subject's, for the rules
    that were declared of it."""
    subject = facts.subject
    findings: list[Finding] = [*deep(subject)]
    kinds = set(_DEEP)
    said = subject.declared
    if table is not None and (said.rules or said.references or said.orders or said.redundant):
        kinds.add("rule_broken")
        if (found := broken.find(table, said)) is not None:
            findings.append(found)
    return Looked(frozenset(kinds), tuple(findings))
