"""What the report says, block by block: HTML and PDF show the same blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from aas_server.messages import Language, text
from aas_server.product.quality import charts
from aas_server.product.report import local
from aas_server.product.report.format import number, percent
from aas_server.quality.figures import Figures, IndexFigure
from aas_server.quality.finding import KINDS

COLUMNS = 300
"""Columns in the table of columns; more of them stand in ``aas quality --json``."""


@dataclass(frozen=True, slots=True)
class Heading:
    words: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    words: str
    note: bool = False
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Facts:
    rows: Sequence[tuple[str, str]]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class Grid:
    """``shares``: the columns' parts of the width; ``right``: which of them hold numbers."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[int]
    right: Sequence[bool]
    kind: Literal["grid"] = "grid"


@dataclass(frozen=True, slots=True)
class Charts:
    """Drawings in so many columns, with the sentence that says how to read them."""

    drawings: Sequence[str]
    words: str
    across: int = 1
    kind: Literal["charts"] = "charts"


Block = Heading | Paragraph | Facts | Grid | Charts


def title(figures: Figures, language: Language) -> str:
    return f"{text('quality-report', language)}: {figures.name[language]}"


def blocks(figures: Figures, language: Language, zone: str) -> list[Block]:
    """The whole report in one language. ``zone``: in which times of the check are told."""
    said = _Words(figures, language, zone)
    return [*said.summary(), *said.indices(), *said.findings(), *said.columns(), *said.distributions()]


class _Words:
    def __init__(self, figures: Figures, language: Language, zone: str) -> None:
        self._figures = figures
        self._language = language
        self._zone = zone
        self._titles = {column.name: charts.titled(column, language) for column in figures.columns}

    def _say(self, key: str, **values: object) -> str:
        return text(key, self._language, **values)

    def summary(self) -> Iterator[Block]:
        told = self._figures
        lang = self._language
        yield Paragraph(told.statement[lang], note=True)
        score = self._say("quality-not-measured") if told.index is None else f"{number(told.index, 4)} / 100"
        size = self._say("quality-size-counts", rows=number(told.rows), columns=number(told.width))
        source = f"{told.profile_source}, {told.profile_date}" if told.profile_date else told.profile_source
        period = f"{self._local(told.start)} – {self._zoned(told.end)}" if told.start else "–"
        rows = [
            (self._say("quality-index"), score),
            (self._say("qreport-subject"), told.name[lang]),
            (self._say("quality-size"), size),
            (self._say("qreport-period"), period),
            (self._say("quality-profile"), f"{told.profile_title[lang]} ({told.profile})"),
            (self._say("qreport-source"), source),
            (self._say("quality-left-out"), ", ".join(self._named(told.left_out)) or "–"),
            (self._say("quality-measured-at"), self._zoned(told.checked) if told.checked else "–"),
            ("SHA-256", told.sha256 or "–"),
        ]
        yield Facts(rows)

    def indices(self) -> Iterator[Block]:
        told = self._figures.indices
        yield Heading(self._say("quality-indices"))
        shared = [self._say("quality-weights-shared")] if any(one.value is None for one in told) else []
        yield Charts([charts.indices(self._figures, self._language)], " ".join(shared))
        keys = ("item", "value", "numerator", "denominator", "before", "weight", "effective-weight")
        yield Grid(
            [self._say(f"quality-{key}") for key in keys],
            [self._index(one) for one in told],
            (5, 3, 3, 3, 3, 2, 3),
            (False, True, True, True, True, True, True),
        )
        yield Grid(
            [self._say("quality-item"), self._say("quality-rule"), self._say("quality-examples")],
            [self._rule(one) for one in told],
            (2, 6, 4),
            (False, False, False),
        )

    def findings(self) -> Iterator[Block]:
        told = self._figures
        yield Heading(self._say("qreport-findings"))
        if told.findings:
            heads = ("qreport-kind", "qreport-count", "qreport-note", "qreport-columns", "quality-examples")
            yield Grid(
                [self._say(key) for key in heads],
                [
                    (
                        one.title[self._language],
                        number(one.count),
                        one.note[self._language],
                        _some(self._named(one.columns)),
                        "\n".join(self._example(example) for example in one.examples),
                    )
                    for one in told.findings
                ],
                (4, 2, 6, 4, 6),
                (False, True, False, False, False),
            )
        else:
            yield Paragraph(self._say("qreport-nothing"))
        yield from self._not_found()
        yield from self._before()
        if any(any(one.along) for one in told.findings):
            ends = (self._local(told.start), self._local(told.end)) if told.by_time else ("#1", f"#{told.rows:,}")
            how = self._say("qreport-along-time" if told.by_time else "qreport-along-rows")
            yield Charts([charts.along(told, self._language, ends)], how)

    def columns(self) -> Iterator[Block]:
        told = self._figures
        if not told.columns:
            return
        yield Heading(self._say("qreport-columns-head"))
        more = len(told.columns) - charts.BARS
        words = [self._say("qreport-emptiest", shown=charts.BARS, more=more)] if more > 0 else []
        words += [self._say("qreport-left-out-colour")] if told.left_out else []
        yield Charts([charts.completeness(told, self._language)], " ".join(words))
        heads = ("column", "type", "missing", "share", "distinct", "least", "greatest")
        yield Grid(
            [self._say(f"qreport-{key}") for key in heads],
            [
                (
                    self._column(column.name),
                    self._say(f"qreport-type-{column.kind}"),
                    number(column.missing),
                    percent(column.missing / told.rows if told.rows else None),
                    ("" if column.exact else "≈ ") + number(column.distinct),
                    column.least or "–",
                    column.greatest or "–",
                )
                for column in told.columns[:COLUMNS]
            ],
            (5, 2, 3, 3, 3, 4, 4),
            (False, False, True, True, True, True, True),
        )
        if len(told.columns) > COLUMNS:
            yield Paragraph(self._say("qreport-more-columns", more=len(told.columns) - COLUMNS))

    def distributions(self) -> Iterator[Block]:
        drawn = [column for column in self._figures.columns if column.bins or column.words]
        if drawn:
            yield Heading(self._say("qreport-distributions"))
            drawings = [charts.distribution(column, self._language) for column in drawn]
            yield Charts(drawings, self._say("qreport-distributions-how"), across=2)

    def _not_found(self) -> Iterator[Block]:
        told = self._figures
        found = {one.kind for one in told.findings}
        nothing = [kind for kind in told.looked_for if kind not in found]
        if nothing:
            names = [self._kind(kind) for kind in nothing]
            yield Paragraph(self._say("qreport-not-found", kinds=", ".join(names)))

    def _before(self) -> Iterator[Block]:
        """What was found before and after cleaning, kind by kind."""
        before = dict(self._figures.found_before)
        after = {one.kind: one.count for one in self._figures.findings}
        if before:
            heads = ("qreport-kind", "quality-before", "qreport-after")
            kinds = [kind for kind in KINDS if kind in before or kind in after]
            yield Grid(
                [self._say(key) for key in heads],
                [(self._kind(kind), number(before.get(kind, 0)), number(after.get(kind, 0))) for kind in kinds],
                (4, 2, 2),
                (False, True, True),
            )

    def _kind(self, kind: str) -> str:
        return self._say(f"quality-kind-{kind.replace('_', '-')}")

    def _index(self, one: IndexFigure) -> Sequence[str]:
        return (
            one.title[self._language],
            self._say("quality-not-measured") if one.value is None else percent(one.value, 4),
            number(one.numerator),
            number(one.denominator),
            percent(one.before, 4),
            number(one.weight, 4),
            number(one.effective_weight, 4),
        )

    def _rule(self, one: IndexFigure) -> Sequence[str]:
        rule = one.rule[self._language]
        if one.reason is not None:
            rule = f"{rule}\n{one.reason[self._language]}"
        return one.title[self._language], rule, "\n".join(self._example(example) for example in one.examples)

    def _example(self, example: str) -> str:
        shown = self._local(example)
        return f"{shown} {self._say('quality-empty')}" if shown.endswith("=") else shown

    def _column(self, name: str) -> str:
        called = self._titles.get(name, name)
        return name if called == name else f"{called} ({name})"

    def _named(self, names: Sequence[str]) -> list[str]:
        return [self._titles.get(name, name) for name in names]

    def _zoned(self, moment: str) -> str:
        """A time with the zone in which it is told; one without a zone as it stands."""
        shown = self._local(moment)
        return f"{shown} ({self._zone})" if shown != moment else shown

    def _local(self, words: str) -> str:
        return local(words, self._zone)


def _some(names: Sequence[str], most: int = 12) -> str:
    shown = ", ".join(names[:most])
    return f"{shown}, … (+{len(names) - most})" if len(names) > most else shown
