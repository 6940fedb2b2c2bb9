"""``ambiguous_date``: dates with the year last of which nothing tells day and month apart (``5/4/20``)."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality.counting import count_each
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding
from aas_server.quality.findings.pointing import examples, rows, shown


def find(facts: Facts) -> Finding | None:
    """Cells whose date could be read both ways, in columns where no other cell and no rule tells which way."""
    subject = facts.subject
    unsure = [
        (column, subject.dates[column.name])
        for column in subject.columns
        if column.name in subject.dates and not subject.dates[column.name].told
    ]
    if not unsure:
        return None
    counts = count_each(subject.connection, subject.relation, [dates.either for _, dates in unsure])
    found = [(column, dates, count) for (column, dates), count in zip(unsure, counts, strict=True) if count]
    if not found:
        return None
    conditions = [dates.either for _, dates, _ in found]
    total = sum(count for _, _, count in found)
    return Finding(
        "ambiguous_date",
        total,
        tuple(column.name for column, _, _ in found),
        examples(subject, [(dates.either, shown(column.name, column.raw)) for column, dates, _ in found]),
        in_all(
            "quality-found-ambiguous-date",
            cells=f"{total:,}",
            reading=in_all(f"quality-dates-{found[0][1].order}"),
        ),
        rows(subject.relation, conditions),
    )
