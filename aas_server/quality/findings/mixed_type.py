"""``mixed_type``: words in a column of numbers (or of truths), and what is no date in one of dates."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality.counting import count_each
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding
from aas_server.quality.findings.codes import void
from aas_server.quality.findings.pointing import examples, listed, rows, shown
from aas_server.quality.subject import Seen


def find(facts: Facts) -> Finding | None:
    """Cells that hold something that is not of their column's kind. What is unreadable in the time column is its
    own finding (``implausible_time``), and so is a word that only says that there is no value
    (``suspected_code``)."""
    subject = facts.subject
    asked = [c for c in subject.columns if facts.columns[c.sql].misfits and c != subject.time]
    wrong = [_wrong(column) for column in asked]
    counts = count_each(subject.connection, subject.relation, wrong)
    found = [one for one in zip(asked, wrong, counts, strict=True) if one[2]]
    if not found:
        return None
    total = sum(count for _, _, count in found)
    return Finding(
        "mixed_type",
        total,
        tuple(column.name for column, _, _ in found),
        examples(subject, [(wrong, shown(column.name, column.raw)) for column, wrong, _ in found]),
        in_all(
            "quality-found-mixed-type",
            cells=f"{total:,}",
            columns=listed([f"{column.name} ({count:,})" for column, _, count in found]),
        ),
        rows(subject.relation, [wrong for _, wrong, _ in found]),
    )


def _wrong(column: Seen) -> str:
    return f"({column.misfit} AND NOT {void(column.raw)})" if column.is_number else column.misfit
