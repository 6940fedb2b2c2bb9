"""Where in a text file the table stands: its separator, its header, and the lines before it."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from aas_server.errors import BadInput
from connectors.headings import unique

_SEPARATORS = (",", ";", "\t", "|")
_LOOKED_AT = 100
_HEAD = 2**22
_MOST_BEFORE = 30
MOST_COLUMNS = 1024
"""Beyond that the queries over all columns take DuckDB longer to plan than to run."""

_Row = tuple[int, int, list[str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """``skip``: records (blank lines, too) up to the header; the first row stands on ``first_line``. ``names`` are
    the header's, told apart; ``repeated``: those that came more than once."""

    separator: str
    skip: int
    first_line: int
    names: tuple[str, ...]
    repeated: tuple[str, ...]


def find(path: Path, file: Path) -> Layout:
    """Look at the first lines of a UTF-8 text (``file`` is what errors call it). Raises ``BadInput``."""
    head = _head(path)
    if not head:
        raise BadInput("quality-file-empty", file=str(file))
    separator, rows = max(((one, _rows(head, one)) for one in _SEPARATORS), key=_rank)
    begin = _header(rows)
    number, line, cells = rows[begin]
    if len(cells) > MOST_COLUMNS:
        raise BadInput("quality-file-too-wide", file=str(file), found=f"{len(cells):,}", most=f"{MOST_COLUMNS:,}")
    names = [name.strip() for name in cells]
    repeated = tuple(name for name, times in Counter(names).items() if name and times > 1)
    return Layout(separator, number, line + 1, tuple(unique(names)), repeated)


def _head(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as content:
        text = content.read(_HEAD)
    lines = text.splitlines(keepends=True)
    if len(text) == _HEAD and len(lines) > 1:
        lines.pop()
    return lines if text.strip() else []


def _rows(lines: list[str], separator: str) -> list[_Row]:
    """The first rows that hold anything: number of the record (from 1), its last line, its cells."""
    reader = csv.reader(lines, delimiter=separator)
    limit = csv.field_size_limit(_HEAD)
    rows: list[_Row] = []
    try:
        rows.extend(
            (number, reader.line_num, cells) for number, cells in enumerate(islice(reader, _LOOKED_AT), 1) if cells
        )
    except csv.Error:
        return rows
    finally:
        csv.field_size_limit(limit)
    return rows


def _rank(found: tuple[str, list[_Row]]) -> tuple[bool, float, int]:
    """The separator that makes most lines alike, and of these the one with most columns."""
    widths = Counter(len(cells) for _, _, cells in found[1])
    if not widths:
        return False, -1.0, 0
    width, alike = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    return width > 1, alike / len(found[1]), width


def _header(rows: list[_Row]) -> int:
    """Lines before the table are titles and remarks: one cell only, while the table has more."""
    widths = Counter(len(cells) for _, _, cells in rows)
    width = max(widths.items(), key=lambda pair: (pair[1], pair[0]))[0]
    for number, (_, _, cells) in enumerate(rows[:_MOST_BEFORE]):
        filled = sum(bool(cell.strip()) for cell in cells)
        remark = cells[0].lstrip().startswith("#") and len(cells) != width
        title = filled <= 1 and width > 1 and (len(cells) == 1 or width > 2)
        if not remark and not (title and number + 1 < len(rows)):
            return number
    return 0
