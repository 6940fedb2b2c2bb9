"""What several findings and measures ask of a subject, counted once: columns, equal rows, steps of time.

Every part is computed when it is first asked for, in one pass over the columns that it needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from aas_server.quality.column_facts import ColumnFacts, of_columns
from aas_server.quality.likeness import Sketch, sketch
from aas_server.quality.repeats import Repeats, of_key, of_rows
from aas_server.quality.steps import Steps, of_time
from aas_server.quality.subject import Subject


class Facts:
    """Figures of one subject. ``now``: the day of the check; without it nothing is said to lie in the future."""

    def __init__(self, subject: Subject, now: datetime | None = None) -> None:
        self.subject = subject
        self.now = now

    @cached_property
    def columns(self) -> Mapping[str, ColumnFacts]:
        """By the column's ``sql``."""
        return of_columns(self.subject)

    @cached_property
    def rows(self) -> Repeats:
        """Rows equal in all columns to an earlier one."""
        return of_rows(self.subject)

    @cached_property
    def key(self) -> Repeats | None:
        """Rows whose key equals an earlier one's; ``None`` without a key."""
        return of_key(self.subject) if self.subject.key else None

    @cached_property
    def steps(self) -> Steps | None:
        """The steps of the time column; ``None`` without one."""
        return of_time(self.subject) if self.subject.time else None

    @cached_property
    def sketch(self) -> Sketch:
        """By what the data are known again in another file or product."""
        return sketch(self.subject)
