"""Gathers the figures of a report from what was counted, found and assessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aas_server.messages import in_all
from aas_server.quality.assess import Assessment
from aas_server.quality.column_facts import ColumnFacts
from aas_server.quality.facts import Facts
from aas_server.quality.figures import ColumnFigure, Figures, FindingFigure, IndexFigure
from aas_server.quality.finding import Finding
from aas_server.quality.looked import Looked
from aas_server.quality.subject import Seen, Subject
from submodels.text import Text

PARTS = 60
"""Stretches of a file in the drawing of findings: one a few pixels wide on a phone."""
_BINS = 40
_WORDS = 10
_DRAWN = 12
"""Columns whose values are drawn; the worst come first."""


def gather(
    facts: Facts,
    assessment: Assessment,
    looked: Looked,
    name: Text,
    sha256: str,
    checked: str = "",
    titles: Mapping[str, Text] | None = None,
) -> Figures:
    """``titles``: what people call the columns; ``checked``: the stated day or moment of the check."""
    subject = facts.subject
    drawn = _concerned(looked)
    start, end = _span(facts)
    return Figures(
        name=name,
        sha256=sha256,
        checked=checked,
        profile=assessment.profile.name,
        profile_title=assessment.profile.title,
        profile_source=assessment.profile.source,
        profile_date=assessment.profile.date,
        index=None if assessment.index is None else float(assessment.index),
        indices=_indices(assessment),
        left_out=assessment.left_out,
        rows=subject.rows,
        width=assessment.columns,
        columns=tuple(
            _column(subject, column, facts.columns[column.sql], titles or {}, column.name in drawn)
            for column in subject.columns
        ),
        findings=tuple(_finding(subject, one) for one in looked.findings),
        looked_for=tuple(sorted(looked.kinds)),
        start=start,
        end=end,
        by_time=_by_time(subject),
        statement=in_all("quality-statement"),
    )


def _indices(assessment: Assessment) -> tuple[IndexFigure, ...]:
    found = []
    for one, weight in zip(assessment.profile.index, assessment.weights, strict=True):
        measure = assessment.measures[one.name]
        value = None if measure.value is None else float(measure.value)
        found.append(
            IndexFigure(
                one.name, one.title, measure.numerator, measure.denominator, value, measure.rule,
                float(one.share), float(weight), measure.reason, None, measure.examples,
            )
        )  # fmt: skip
    return tuple(found)


def _concerned(looked: Looked) -> frozenset[str]:
    """The columns whose values are drawn: those that most findings concern."""
    times: dict[str, int] = {}
    for finding in looked.findings:
        for name in finding.columns:
            times[name] = times.get(name, 0) + 1
    return frozenset(sorted(times, key=lambda name: (-times[name], name))[:_DRAWN])


def _column(
    subject: Subject, seen: Seen, facts: ColumnFacts, titles: Mapping[str, Text], drawn: bool
) -> ColumnFigure:
    figure = ColumnFigure(
        name=seen.name,
        title=titles.get(seen.name, {}),
        kind=seen.kind,
        missing=facts.missing,
        distinct=facts.distinct,
        exact=facts.exact,
        least=_shown(facts.least),
        greatest=_shown(facts.greatest),
    )
    if not drawn or not facts.present:
        return figure
    if seen.is_number:
        return replace(figure, bins=_bins(subject, seen))
    return replace(figure, words=_words(subject, seen)) if seen.kind in ("string", "bool") else figure


def _bins(subject: Subject, seen: Seen) -> tuple[int, ...]:
    value = f"{seen.sql}::DOUBLE"
    [(low, high)] = subject.connection.execute(
        f"SELECT min({value}), max({value}) FROM {subject.relation} WHERE isfinite({value})"  # noqa: S608
    ).fetchall()
    if low is None or low == high:
        return ()
    place = f"least(floor(({value} - {low!r}) / ({high!r}::DOUBLE - {low!r}) * {_BINS}), {_BINS - 1})::INTEGER"
    parts = f"SELECT {place} AS part FROM {subject.relation} WHERE isfinite({value})"  # noqa: S608
    return _counted(subject, parts, _BINS)


def _words(subject: Subject, seen: Seen) -> tuple[tuple[str, int], ...]:
    found = subject.connection.execute(
        f"SELECT left({seen.sql}::VARCHAR, 60) AS word, count(*) AS times FROM {subject.relation} "  # noqa: S608
        f"WHERE {seen.sql} IS NOT NULL GROUP BY 1 ORDER BY times DESC, word LIMIT {_WORDS}"
    ).fetchall()
    return tuple((str(word), int(times)) for word, times in found)


def _finding(subject: Subject, finding: Finding) -> FindingFigure:
    title = in_all(f"quality-kind-{finding.kind.replace('_', '-')}")
    return FindingFigure(
        finding.kind, title, finding.count, finding.note, finding.columns, finding.examples,
        _along(subject, finding),
    )  # fmt: skip


def _along(subject: Subject, finding: Finding) -> tuple[int, ...]:
    """How many of the rows concerned lie in each part of the file."""
    if not finding.rows or not subject.rows:
        return ()
    if not _by_time(subject) or subject.time is None:
        part = f"row * {PARTS} // {subject.rows}"
        return _counted(subject, f"SELECT {part} AS part FROM ({finding.rows})", PARTS)  # noqa: S608
    at = subject.time.ticks
    [(low, high)] = subject.connection.execute(
        f"SELECT min({at}), max({at}) FROM {subject.relation}"  # noqa: S608
    ).fetchall()
    if low is None or low == high:
        return ()
    part = f"(({at})::HUGEINT - {low}) * {PARTS} // {high - low + 1}"
    return _counted(
        subject,
        f"SELECT {part} AS part FROM {subject.relation} "  # noqa: S608
        f"WHERE {at} IS NOT NULL AND row IN (SELECT row FROM ({finding.rows}))",
        PARTS,
    )


def _counted(subject: Subject, parts: str, many: int) -> tuple[int, ...]:
    found = dict(
        subject.connection.execute(f"SELECT part::INTEGER, count(*) FROM ({parts}) GROUP BY 1").fetchall()  # noqa: S608
    )
    return tuple(int(found.get(part, 0)) for part in range(many))


def _by_time(subject: Subject) -> bool:
    return subject.time is not None and subject.time.kind == "timestamp"


def _span(facts: Facts) -> tuple[str, str]:
    time = facts.subject.time
    if time is None or time.kind != "timestamp":
        return "", ""
    found = facts.columns[time.sql]
    return _shown(found.least), _shown(found.greatest)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)[:60]
