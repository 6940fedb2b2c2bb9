"""A workbook of others as mapping sheets. What the sheets say is kept cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from aas_server.errors import BadInput
from aas_server.standard.mapping.sheet import Book, Cell, Row, Sheet, Value, form
from aas_server.standard.workbook import Area, merged, opened

MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_CELLS = 500_000
"""The real sheets have 628 rows and formats out to column CM (91)."""
MOST_UNPACKED = 100_000_000
_HEAD_WITHIN = 10
_LONGEST = 32_767
"""Characters that a cell of Excel holds."""
Places = dict[int, str]
Grid = dict[int, list[Any]]


def read(file: Path) -> Book:
    """Every mapping sheet of the workbook. Raises ``BadInput`` with the cell: no sheet of this form, a column
    missing, a formula, too many rows; and as ``workbook.opened`` does."""
    sheets: list[Sheet] = []
    others: dict[str, Mapping[str, Value]] = {}
    with opened(file, most_unpacked=MOST_UNPACKED) as book:
        for page in book.worksheets:
            grid = _grid(page)
            found = _head(page.title, grid)
            if found is None:
                others[page.title] = {cell.coordinate: _value(cell.value) for row in grid.values() for cell in row}
            else:
                sheets.append(_sheet(page.title, grid, merged(file, page), *found))
    if not sheets:
        raise BadInput("mapping-no-sheet", file=file, sheets=", ".join(others))
    return Book(tuple(sheets), others)


def _grid(page: Any) -> Grid:
    """The filled cells by row, in bounded memory whatever the sheet claims to be."""
    grid: Grid = {}
    count = 0
    for number, cells in enumerate(page.iter_rows(max_col=MOST_COLUMNS + 1), 1):
        filled = [cell for cell in cells if cell.value is not None]
        count += len(filled)
        if number > MOST_ROWS or count > MOST_CELLS or (filled and filled[-1].column > MOST_COLUMNS):
            raise BadInput("workbook-too-many-rows", sheet=page.title, most=f"{MOST_ROWS:,}")
        if filled:
            grid[number] = filled
    return grid


def _head(title: str, grid: Grid) -> tuple[int, Places] | None:
    """The last row of the head and the key of each column; ``None`` where the sheet is no mapping sheet."""
    above: dict[int, str] = {}
    for number in range(1, _HEAD_WITHIN + 1):
        here = {cell.column: _squeezed(cell.value) for cell in grid.get(number, ())}
        places = _places({**above, **here})
        keys = {key.rstrip("0123456789") for key in places.values()}
        if "id_short" in keys and len(keys) >= len(form()) // 3:
            lacking = [column.head for column in form() if column.needed and column.key not in keys]
            if lacking:
                raise BadInput("mapping-columns-missing", sheet=title, row=number, columns=", ".join(lacking))
            return number, places
        above = here
    return None


def _places(heads: Mapping[int, str]) -> Places:
    """Which column is which. One without a head beside a level is a further level of the same hierarchy."""
    places: Places = {}
    counts: dict[str, int] = {}
    level = ""
    for place in range(1, max(heads, default=0) + 1):
        key = _key(heads.get(place, ""))
        if key is None and place in heads:
            level = ""
            continue
        key = key or level
        if not key:
            continue
        level = key if _levels(key) > 1 else ""
        if level:
            places[place] = f"{key}{counts.get(key, 0)}"
            counts[key] = counts.get(key, 0) + 1
        elif key not in counts:
            places[place] = key
            counts[key] = 1
    return places


def _key(head: str) -> str | None:
    plain = re.sub(r"\[level\d+\]", "", head)
    for column in form():
        titles = [column.title, *column.spelled] if column.title else [column.group, *column.spelled]
        if plain and plain in {re.sub(r"\[level\d+\]", "", _squeezed(title)) for title in titles}:
            return column.key
    return None


def _levels(key: str) -> int:
    return next(column.levels for column in form() if column.key == key)


def _sheet(title: str, grid: Grid, areas: Iterable[Area], head: int, places: Places) -> Sheet:
    spread = _spread(grid, areas, head)
    rows: list[Row] = []
    tallies: list[int] = []
    path: dict[str, str] = {}
    for number in sorted({number for number in {*grid, *spread} if number > head}):
        filled = grid.get(number, [])
        formulas = [cell for cell in filled if cell.data_type == "f" and _truth(cell.value) is None]
        if formulas and number not in spread and len(formulas) == len(filled):
            tallies.append(number)
            continue
        if formulas:
            raise BadInput("mapping-formula", cell=f"{title}!{formulas[0].coordinate}")
        values = {**{cell.column: cell.value for cell in filled}, **spread.get(number, {})}
        said = {
            places.get(place, f"other:{get_column_letter(place)}"): Cell(
                f"{title}!{get_column_letter(place)}{number}", _value(value)
            )
            for place, value in sorted(values.items())
        }
        path = _below(path, said)
        rows.append(Row(number, said, path))
    columns = {key: get_column_letter(place) for place, key in places.items()}
    return Sheet(title, columns, tuple(rows), tuple(tallies))


def _spread(grid: Grid, areas: Iterable[Area], head: int) -> dict[int, dict[int, Value]]:
    """By row and column, the value of cells merged downwards: Excel keeps it in the first only, a person means it
    for all."""
    spread: dict[int, dict[int, Value]] = {}
    for first, last, column in areas:
        value = next((cell.value for cell in grid.get(first, ()) if cell.column == column), None)
        if value is not None and head < first < last:
            for number in range(first, min(last, MOST_ROWS) + 1):
                spread.setdefault(number, {})[column] = value
    return spread


_ORDER = ("asset", "shell", "submodel", "collection")


def _below(path: Mapping[str, str], said: Mapping[str, Cell]) -> dict[str, str]:
    """The path of a row: what it names itself, below what the rows above named."""
    named = {key: cell.text for key, cell in said.items() if _rank(key) is not None and cell.text}
    if not named:
        return dict(path)
    highest = min(_known(key) for key in named)
    kept = {key: name for key, name in path.items() if _known(key) < highest}
    return {**kept, **named}


def _rank(key: str) -> tuple[int, int] | None:
    plain = key.rstrip("0123456789")
    return (_ORDER.index(plain), int(key[len(plain) :] or 0)) if plain in _ORDER else None


def _known(key: str) -> tuple[int, int]:
    return _rank(key) or (0, 0)


def _truth(value: Any) -> bool | None:
    """LibreOffice saves the value TRUE as the formula ``=TRUE()``."""
    return {"=TRUE()": True, "=FALSE()": False}.get(value) if isinstance(value, str) else None


def _value(value: Any) -> Value:
    if (truth := _truth(value)) is not None:
        return truth
    return value if isinstance(value, bool | int | float) else str(value)[:_LONGEST]


def _squeezed(value: object) -> str:
    return re.sub(r"\s+", "", str(value)).lower()
