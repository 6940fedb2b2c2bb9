"""``duplicate_key``: rows whose key equals an earlier row's."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding


def find(facts: Facts) -> Finding | None:
    """Where a key is given; a missing part of it is a value like any other."""
    found, subject = facts.key, facts.subject
    if found is None or not found.count:
        return None
    names = tuple(column.name for column in subject.key)
    shown = f"concat_ws(', ', {', '.join(column.raw for column in subject.key)})"
    return Finding(
        "duplicate_key",
        found.count,
        names,
        subject.examples(f"row IN ({found.rows})", shown),
        in_all("quality-found-duplicate-key", rows=f"{found.count:,}", names=", ".join(names)),
        found.rows,
    )
