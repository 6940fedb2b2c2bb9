"""All rows behind a figure, as they stand in the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from aas_server.quality.subject import Subject

_BATCH = 10_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def count(subject: Subject, rows: str) -> int:
    """How many rows the query ``rows`` (a finding's) selects."""
    [(found,)] = subject.connection.execute(f"SELECT count(DISTINCT row) FROM ({rows})").fetchall()  # noqa: S608
    return int(found)


def some(subject: Subject, rows: str, most: int) -> list[dict[str, object]]:
    """The first of them, by column; ``#``: the row from 1."""
    found = subject.connection.execute(f"{_select(subject, rows)} LIMIT {most}").fetchall()
    names = _names(subject)
    return [dict(zip(names, row, strict=True)) for row in found]


def write(subject: Subject, rows: str, file: Path) -> None:
    """All of them as CSV (UTF-8 with a mark, so that spreadsheets read it); nothing is left half-written."""
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("w", encoding="utf-8-sig", newline="") as target:
            writer = csv.writer(target)
            writer.writerow([_harmless(name) for name in _names(subject)])
            writer.writerows(_rows(subject, rows))
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _rows(subject: Subject, rows: str) -> Iterator[list[object]]:
    asked = subject.connection.execute(_select(subject, rows))
    while found := asked.fetchmany(_BATCH):
        for row in found:
            yield [_harmless(cell) for cell in row]


def _select(subject: Subject, rows: str) -> str:
    line = [f"row + {subject.first_line}"] if _has_lines(subject) else []
    cells = ", ".join(["row + 1", *line, *(column.raw for column in subject.columns)])
    return f"SELECT {cells} FROM {subject.relation} WHERE row IN ({rows}) ORDER BY row"  # noqa: S608


def _names(subject: Subject) -> list[str]:
    line = ["#line"] if _has_lines(subject) else []
    return ["#row", *line, *(column.name for column in subject.columns)]


def _has_lines(subject: Subject) -> bool:
    return subject.lines and subject.first_line > 0


def _harmless(cell: object) -> object:
    """A text that a spreadsheet would take for a formula is shown as text; a number stays a number."""
    if not isinstance(cell, str) or not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
