"""``missing``: cells that are null, empty, or NaN/NA/null/NULL, and what was declared to mean nothing."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding
from aas_server.quality.findings.pointing import examples, listed, rows, shown
from aas_server.store.parquet import literal


def find(facts: Facts) -> Finding | None:
    """All missing cells of the file, in total over all columns."""
    subject = facts.subject
    counts = {column: facts.columns[column.sql].missing for column in subject.columns}
    concerned = [column for column, count in counts.items() if count]
    if not concerned:
        return None
    count = sum(counts.values())
    told = listed([f"{column.name} ({counts[column]:,})" for column in concerned])
    return Finding(
        "missing",
        count,
        tuple(column.name for column in concerned),
        examples(subject, [(column.gone, shown(column.name, literal(""))) for column in concerned]),
        in_all("quality-found-missing", cells=f"{count:,}", columns=told),
        rows(subject.relation, [column.gone for column in concerned]),
    )
