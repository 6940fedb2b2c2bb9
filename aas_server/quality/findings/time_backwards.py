"""``time_backwards``: steps in file order to an earlier time."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding


def find(facts: Facts) -> Finding | None:
    """Where a time column is named; rows without a readable time are passed over."""
    steps, time = facts.steps, facts.subject.time
    if steps is None or time is None or not steps.backwards:
        return None
    return Finding(
        "time_backwards",
        steps.backwards,
        (time.name,),
        facts.subject.examples(f"row IN ({steps.backwards_rows})"),
        in_all("quality-found-time-backwards", steps=f"{steps.backwards:,}"),
        steps.backwards_rows,
    )
