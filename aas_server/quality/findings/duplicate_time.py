"""``duplicate_time``: rows whose time equals an earlier row's."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding


def find(facts: Facts) -> Finding | None:
    """Where a time column is named. Missing and unreadable times are equal to nothing."""
    steps, time = facts.steps, facts.subject.time
    if steps is None or time is None or not steps.repeated:
        return None
    return Finding(
        "duplicate_time",
        steps.repeated,
        (time.name,),
        facts.subject.examples(f"row IN ({steps.repeated_rows})"),
        in_all("quality-found-duplicate-time", rows=f"{steps.repeated:,}"),
        steps.repeated_rows,
    )
