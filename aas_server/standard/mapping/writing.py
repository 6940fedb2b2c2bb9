"""The mapping sheet written in the form of the real ones: two rows of head, merged as there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from aas_server.standard.mapping.sheet import Column, Value, form

_WIDTHS = {
    "id_short": 32,
    "id": 48,
    "iri": 48,
    "irdi": 30,
    "definition": 60,
    "tag": 32,
    "variable": 30,
    "note": 40,
}
_WIDTH = 16
_LONGEST = 32_000


def write(file: Path, title: str, rows: Iterable[Mapping[str, Value]]) -> None:
    """A workbook with one sheet. ``rows`` hold values by column key (``collection0``). No text of others is ever
    a formula: it is stored as text, and marked so that it stays text when the cell is edited."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = ILLEGAL_CHARACTERS_RE.sub("", title).translate(str.maketrans("", "", "[]:*?/\\'"))[:31] or "AAS"
    places = _head(page)
    for number, row in enumerate(rows, 3):
        for key, value in row.items():
            if value != "":
                _fill(page.cell(number, places[key]), value)
    page.freeze_panes = "A3"
    target = file.with_name(f".{file.name}.part")
    try:
        book.save(target)
        target.replace(file)
    finally:
        target.unlink(missing_ok=True)


def _head(page: Any) -> dict[str, int]:
    places: dict[str, int] = {}
    start = 1
    previous: Column | None = None
    group = 1
    for column in form():
        if previous is None or column.group != previous.group:
            group = start
            page.cell(1, start, column.group)
        for level in range(column.levels):
            key = f"{column.key}{level}" if column.levels > 1 else column.key
            places[key] = start + level
            page.column_dimensions[get_column_letter(start + level)].width = _WIDTHS.get(column.key, _WIDTH)
            if column.title:
                page.cell(2, start + level, column.title.replace("Level 0", f"Level {level}"))
        end = start + column.levels - 1
        if not column.title:
            page.merge_cells(start_row=1, end_row=2, start_column=start, end_column=end)
        elif previous is not None and column.group == previous.group and column.levels == 1:
            _join(page, group, end)
        elif column.levels > 1:
            _join(page, start, end)
        previous, start = column, end + 1
    for number in (1, 2):
        for cell in page[number]:
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="DDE6F0")
            cell.alignment = Alignment(wrap_text=True, vertical="center")
    return places


def _join(page: Any, start: int, end: int) -> None:
    """The group's head over all its columns, grown as they come."""
    for area in list(page.merged_cells.ranges):
        if area.min_row == area.max_row == 1 and area.min_col == start:
            page.unmerge_cells(str(area))
    page.merge_cells(start_row=1, end_row=1, start_column=start, end_column=end)


def _fill(cell: Any, value: Value) -> None:
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST]
        cell.data_type = "s"
        cell.quotePrefix = cell.value.lstrip("'")[:1] in ("=", "+", "-", "@")
        cell.alignment = Alignment(wrap_text="\n" in value, vertical="top")
    else:
        cell.value = value
