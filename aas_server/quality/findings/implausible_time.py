"""``implausible_time``: times that can hardly be true: before 2000, over a day ahead, or no time at all."""

from __future__ import annotations

from datetime import UTC, timedelta

from aas_server.messages import in_all
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding

_FIRST = "TIMESTAMP '2000-01-01'"
"""No gateway ran before; a clock that lost its battery starts at 1970 or 1980."""
_AHEAD = timedelta(days=1)


def find(facts: Facts) -> Finding | None:
    """Where a time column is named that holds times. What is no time (month 13, 30 February, a word) counts; a
    missing one does not. "Ahead" is told by the day of the check."""
    subject, time = facts.subject, facts.subject.time
    if time is None or time.kind != "timestamp":
        return None
    value = f"{time.sql}::TIMESTAMP"
    early = f"coalesce({value} < {_FIRST}, false)"
    late = "false"
    if facts.now is not None:
        latest = facts.now.astimezone(UTC) + _AHEAD
        late = f"coalesce({value} > TIMESTAMP '{latest:%Y-%m-%d %H:%M:%S}', false)"
    [(before, after, unread)] = subject.connection.execute(
        f"SELECT count_if({early}), count_if({late}), count_if({time.misfit}) FROM {subject.relation}"  # noqa: S608
    ).fetchall()
    count = before + after + unread
    if not count:
        return None
    condition = f"({early} OR {late} OR {time.misfit})"
    return Finding(
        "implausible_time",
        count,
        (time.name,),
        subject.examples(condition, time.raw),
        in_all(
            "quality-found-implausible-time",
            rows=f"{count:,}",
            before=f"{before:,}",
            after=f"{after:,}",
            unread=f"{unread:,}",
        ),
        f"SELECT row FROM {subject.relation} WHERE {condition}",  # noqa: S608
    )
