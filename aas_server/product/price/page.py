"""Sheets of a workbook, written row by row: texts, numbers, and formulas with the value that they come to."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from aas_server import messages
from aas_server.messages import Language
from aas_server.product import report
from submodels.text import Text

_FORMATS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 15},
    "head": {"bold": True, "bg_color": "#E7ECF3", "border": 1, "align": "center", "text_wrap": True,
             "valign": "vcenter"},
    "text": {"border": 1, "text_wrap": True, "valign": "top"},
    "plain": {"text_wrap": False},
    "won": {"border": 1, "num_format": "#,##0", "valign": "top"},
    "input": {"border": 1, "num_format": "#,##0.######", "bg_color": "#FFF9E5", "valign": "top"},
    "percent": {"border": 1, "num_format": "0.######%", "bg_color": "#FFF9E5", "valign": "top"},
    "limit": {"border": 1, "num_format": "0.######%", "valign": "top"},
    "factor": {"border": 1, "num_format": "0.000000", "valign": "top"},
    "sum": {"border": 1, "bold": True, "num_format": "#,##0", "bg_color": "#F3F3F3", "valign": "top"},
    "sum-text": {"border": 1, "bold": True, "bg_color": "#F3F3F3", "valign": "top", "text_wrap": True},
}  # fmt: skip


_LINE, _HIGHEST = 15, 409
"""Points of a line, and of the highest row that Excel takes."""
_WIDE = 1.9
"""A Korean letter in the digits that a column's width counts."""


@dataclass(frozen=True, slots=True)
class Live:
    """A formula (without ``=``) and the value it comes to."""

    formula: str
    value: int | float | str


Cell = str | int | float | Decimal | Live | None


class Page:
    """One sheet. Rows and columns count from 0."""

    def __init__(self, pages: Pages, name: str, sheet: Any) -> None:
        self._pages = pages
        self._sheet = sheet
        self.name = name
        self._widths: dict[int, float] = {}
        self.row = 0

    def title(self, text: str) -> None:
        self._sheet.write_string(self.row, 0, text, self._pages.format("title"))
        self.row += 2

    def note(self, text: str) -> None:
        """A sentence over the whole width."""
        self._sheet.write_string(self.row, 0, text, self._pages.format("plain"))
        self.row += 1

    def head(self, keys: Sequence[str], widths: Sequence[float] = ()) -> None:
        """A heading row of sentence keys (``costbook-…``); ``widths`` set the columns'."""
        for column, width in enumerate(widths):
            self._sheet.set_column(column, column, width)
            self._widths[column] = width
        self.write([self._pages.say(key) for key in keys], ["head"] * len(keys))

    def write(self, cells: Sequence[Cell], formats: Sequence[str]) -> int:
        """One row; its number is returned."""
        for column, (cell, style) in enumerate(zip(cells, formats, strict=True)):
            self._write(column, cell, self._pages.format(style))
        lines = max((self._lines(column, cell) for column, cell in enumerate(cells)), default=1)
        if lines > 1:
            self._sheet.set_row(self.row, min(lines * _LINE, _HIGHEST))
        self.row += 1
        return self.row - 1

    def at(self, row: int, column: int) -> str:
        """The absolute reference of a cell, for formulas on any sheet."""
        return f"'{self.name}'!{xl_rowcol_to_cell(row, column, True, True)}"

    def span(self, first: int, last: int, column: int) -> str:
        """The reference of a piece of a column."""
        return f"{self.at(first, column)}:{xl_rowcol_to_cell(last, column, True, True)}"

    def chart(self, chart: Any, row: int, column: int) -> None:
        self._sheet.insert_chart(row, column, chart)

    def printed(self, landscape: bool = False) -> None:
        """On A4, one page wide."""
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        if landscape:
            self._sheet.set_landscape()

    def _lines(self, column: int, cell: Cell) -> int:
        """How many lines a text takes in its column: not every spreadsheet fits the row to it."""
        if not isinstance(cell, str) or column not in self._widths:
            return 1
        letters = sum(_WIDE if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in cell)
        return math.ceil(letters / self._widths[column])

    def _write(self, column: int, cell: Cell, style: Any) -> None:
        if cell is None:
            self._sheet.write_blank(self.row, column, None, style)
        elif isinstance(cell, Live):
            self._sheet.write_formula(self.row, column, f"={cell.formula}", style, cell.value)
        elif isinstance(cell, str):
            self._sheet.write_string(self.row, column, cell, style)
        else:
            self._sheet.write_number(self.row, column, float(cell), style)


class Pages:
    """The workbook, in one language."""

    def __init__(self, book: xlsxwriter.Workbook, language: Language) -> None:
        self.book = book
        self.language = language
        self._formats = {name: book.add_format(how) for name, how in _FORMATS.items()}

    def page(self, key: str) -> Page:
        """A new sheet, named by a sentence."""
        name = self.say(key)
        return Page(self, name, self.book.add_worksheet(name))

    def format(self, name: str) -> Any:
        return self._formats[name]

    def say(self, key: str, **values: object) -> str:
        return messages.text(key, self.language, **values)

    def own(self, words: Text) -> str:
        """A text in the workbook's language, else in the one there is."""
        return report.own(words, self.language)


def rounded_down(formula: str, digits: int) -> str:
    """The formula of an amount cut to whole won.

    ``digits``: decimals of the exact result. Spreadsheets reckon in binary (0.29 × 100 = 28.999…), so the noise
    beyond them is taken off before the cut; four at least, for rates that are changed in the sheet.
    """
    return f"ROUNDDOWN(ROUND({formula},{max(digits, 4)}),0)"


def decimals(*numbers: Decimal) -> int:
    """Decimals that the product of these has at most."""
    return sum(max(0, -int(number.as_tuple().exponent)) for number in numbers)
