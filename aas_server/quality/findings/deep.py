"""The findings that need a look at how the columns behave, in as few passes as they can share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from aas_server.quality.finding import Finding
from aas_server.quality.findings import (
    drift,
    duplicate_picture,
    label_contradiction,
    near_duplicate_rows,
    scale_change,
    shifted_header,
    stuck,
    suspected_code,
)
from aas_server.quality.findings.numbers import suspected
from aas_server.quality.findings.shape import look
from aas_server.quality.subject import Subject


def deep(subject: Subject) -> tuple[Finding, ...]:
    """All deep findings of one subject, one per kind, only where there is something to find.

    Costs one pass for the bounded look (``findings.shape``), and over a longer file one exact pass per kind.
    """
    subject.progress("quality-deep", 0, 1)
    shape = look(subject)
    numbers = suspected(subject, shape)
    read = shape.without({name: tuple(codes) for name, codes in numbers.items()})
    asked: tuple[Callable[[], Finding | None], ...] = (
        partial(suspected_code.find, subject, numbers),
        partial(stuck.find, subject, read),
        partial(scale_change.find, subject, read),
        partial(shifted_header.find, subject),
        partial(near_duplicate_rows.find, subject, read),
        partial(label_contradiction.find, subject),
        partial(duplicate_picture.find, subject),
        partial(drift.find, subject, read),
    )
    found = []
    for number, find in enumerate(asked):
        subject.progress("quality-deep", number, len(asked))
        found.append(find())
    subject.progress("quality-deep", len(asked), len(asked))
    return tuple(finding for finding in found if finding is not None)
