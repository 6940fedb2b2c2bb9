"""``duplicate_row``: rows equal in all columns to an earlier row."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding


def find(facts: Facts) -> Finding | None:
    """Each repetition counts; the first of equal rows does not."""
    found = facts.rows
    if not found.count:
        return None
    return Finding(
        "duplicate_row",
        found.count,
        (),
        facts.subject.examples(f"row IN ({found.rows})"),
        in_all("quality-found-duplicate-row", rows=f"{found.count:,}"),
        found.rows,
    )
