"""``out_of_range``: values outside the range or list that was declared for their column; never guessed."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality.counting import count_each
from aas_server.quality.declared import Quality
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding
from aas_server.quality.findings.pointing import examples, listed, rows, shown
from aas_server.quality.subject import Seen
from aas_server.quality.table import outside, unlisted


def find(facts: Facts) -> Finding | None:
    """Cells outside; both ends of a range are inside, missing cells and words are not asked."""
    subject = facts.subject
    asked = [(column, wrong) for column in subject.columns if (wrong := _wrong(column, subject.declared))]
    if not asked:
        return None
    counts = count_each(subject.connection, subject.relation, [wrong for _, wrong in asked])
    found = [(column, wrong, count) for (column, wrong), count in zip(asked, counts, strict=True) if count]
    if not found:
        return None
    total = sum(count for _, _, count in found)
    told = listed([f"{column.name}: {_said(column, subject.declared)} ({count:,})" for column, _, count in found])
    return Finding(
        "out_of_range",
        total,
        tuple(column.name for column, _, _ in found),
        examples(subject, [(wrong, shown(column.name, column.raw)) for column, wrong, _ in found]),
        in_all("quality-found-out-of-range", cells=f"{total:,}", columns=told),
        rows(subject.relation, [wrong for _, wrong, _ in found]),
    )


def _wrong(column: Seen, declared: Quality) -> str:
    """The condition, never null; empty where nothing is declared for the column."""
    limits = declared.ranges[column.name].ends if column.name in declared.ranges else (None, None)
    number = column.sql if column.is_number else f"TRY_CAST({column.sql}::VARCHAR AS DOUBLE)"
    wrong = [*outside(number, limits), *unlisted(column.sql, declared.lists.get(column.name, ()))]
    return f"coalesce({' OR '.join(f'coalesce({one}, false)' for one in wrong)}, false)" if wrong else ""


def _said(column: Seen, declared: Quality) -> str:
    if column.name in declared.ranges:
        low, high = declared.ranges[column.name].ends
        return f"{'' if low is None else f'{low:g}'}…{'' if high is None else f'{high:g}'}"
    return ", ".join(map(str, declared.lists.get(column.name, ())))
