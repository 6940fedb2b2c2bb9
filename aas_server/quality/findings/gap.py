"""``gap``: intervals longer than 1.5 nominal ones, after sorting and dropping equal times."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding
from aas_server.quality.steps import LONG


def find(facts: Facts) -> Finding | None:
    """Where a time column is named and has two different times. An example is the first row after a gap."""
    steps, time = facts.steps, facts.subject.time
    if steps is None or time is None or not steps.gaps or steps.nominal is None or steps.longest is None:
        return None
    unit = " s" if time.kind == "timestamp" else ""
    shown = {
        name: f"{value / time.per_second if unit else value:,.10g}{unit}"
        for name, value in (("nominal", steps.nominal), ("longest", steps.longest))
    }
    key = "quality-found-gap-declared" if steps.declared else "quality-found-gap"
    return Finding(
        "gap",
        steps.gaps,
        (time.name,),
        facts.subject.examples(f"row IN ({steps.gap_rows})"),
        in_all(key, gaps=f"{steps.gaps:,}", intervals=f"{steps.intervals:,}", times=LONG, **shown),
        steps.gap_rows,
    )
