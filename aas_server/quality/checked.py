"""A file checked: its figures, what was found, its indices, and all of it as plain values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aas_server.messages import Language, in_all
from aas_server.quality import profile as profiles
from aas_server.quality.assess import Assessment, assess_subject, told
from aas_server.quality.facts import Facts
from aas_server.quality.file.opened import Choices, opened
from aas_server.quality.file.running import Watch
from aas_server.quality.finding import Finding
from aas_server.quality.likeness import Sketch
from aas_server.quality.looked import Looked
from aas_server.quality.rules_file import blamed
from aas_server.quality.search import search
from aas_server.quality.subject import Seen
from submodels.text import Text

_LONGEST = 1000
"""Characters of a text that are shown as the least or greatest one."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything that is known of a file. ``notes``: what a reader should know beside the findings."""

    file: Path
    facts: Facts
    looked: Looked
    assessment: Assessment
    notes: tuple[Text, ...]

    def as_json(self, language: Language) -> dict[str, Any]:
        """``rows``, ``columns``, ``profile``, ``indices``, ``index``, ``findings``, ``notes``, sentences in one
        language."""
        return {
            "file": str(self.file),
            "rows": self.facts.subject.rows,
            "columns": [self._column(column) for column in self.facts.subject.columns],
            **told(self.assessment, language),
            "findings": [_finding(one, language) for one in self.looked.findings],
            "notes": [note[language] for note in self.notes],
            "statement": in_all("quality-statement")[language],
        }

    def _column(self, column: Seen) -> dict[str, Any]:
        found = self.facts.columns[column.sql]
        said: dict[str, Any] = {
            "name": column.name,
            "type": column.kind,
            "missing": found.missing,
            "distinct": found.distinct,
            "min": _plain(found.least),
            "max": _plain(found.greatest),
        }
        if not found.exact:
            said["distinct_approximate"] = True
        return said


@contextmanager
def checked(
    file: Path,
    choices: Choices,
    profile: str | None,
    now: datetime,
    watch: Watch,
    against: Mapping[str, Sketch] | None = None,
) -> Iterator[Checked]:
    """Read and check a file; its rows can be asked as long as the context is open. ``against``: what it may be a
    copy of, by name. Raises ``BadInput``."""
    chosen = profiles.load(profile or choices.declared.profile)
    with opened(file, choices, watch) as subject:
        with blamed(choices.rules):
            facts = Facts(subject, now)
            looked = search(facts, others=against or {})
            assessment = assess_subject(facts, chosen, looked, checked_on=now.date(), others=subject.others)
        yield Checked(file, facts, looked, assessment, tuple(_notes(facts)))


def _notes(facts: Facts) -> Iterator[Text]:
    subject = facts.subject
    if subject.repeated:
        yield in_all("quality-file-repeated-names", names=", ".join(subject.repeated))
    if subject.label is not None and facts.columns[subject.label.sql].distinct < 2:
        yield in_all("quality-file-one-class", column=subject.label.name)
    if subject.time is None:
        times = [column.name for column in subject.columns if column.kind == "timestamp"]
        if times:
            yield in_all("quality-file-time-unnamed", column=times[0])


def _finding(finding: Finding, language: Language) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "count": finding.count,
        "columns": list(finding.columns),
        "examples": list(finding.examples),
        "note": finding.note[language],
    }


def _plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, str):
        return value[:_LONGEST]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
