"""``mixed_type``: words in a column of numbers (or of truths), and what is no date in one of dates."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding
from aas_server.quality.findings.pointing import examples, listed, rows, shown


def find(facts: Facts) -> Finding | None:
    """Cells that hold something that is not of their column's kind. What is unreadable in the time column is its
    own finding (``implausible_time``)."""
    subject = facts.subject
    found = [
        (column, facts.columns[column.sql].misfits)
        for column in subject.columns
        if facts.columns[column.sql].misfits and column != subject.time
    ]
    if not found:
        return None
    total = sum(count for _, count in found)
    return Finding(
        "mixed_type",
        total,
        tuple(column.name for column, _ in found),
        examples(subject, [(column.misfit, shown(column.name, column.raw)) for column, _ in found]),
        in_all(
            "quality-found-mixed-type",
            cells=f"{total:,}",
            columns=listed([f"{column.name} ({count:,})" for column, count in found]),
        ),
        rows(subject.relation, [column.misfit for column, _ in found]),
    )
