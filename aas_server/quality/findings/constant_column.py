"""``constant_column``: columns with exactly one distinct value."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding
from aas_server.quality.findings.pointing import listed


def find(facts: Facts) -> Finding | None:
    """The number of such columns. A file of one row says nothing of that."""
    subject = facts.subject
    if subject.rows < 2:
        return None
    found = [column for column in subject.columns if facts.columns[column.sql].distinct == 1]
    if not found:
        return None
    told = []
    for column in found:
        facts_of = facts.columns[column.sql]
        told.append(f"{column.name}={facts_of.least}" if facts_of.present else column.name)
    return Finding(
        "constant_column",
        len(found),
        tuple(column.name for column in found),
        (),
        in_all("quality-found-constant", columns=f"{len(found):,}", names=listed(told)),
    )
