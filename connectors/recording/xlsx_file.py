"""A sheet of an Excel workbook (.xlsx) as a recording: one row of names, data below.

Formulas count as the values that Excel stored for them. Cells with a date or time are ISO 8601 texts; error cells
(``#N/A``) are null. What sits outside of one plain table (title rows, merged headings) is told, not guessed.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook

from connectors.errors import RecordingError
from connectors.headings import unique
from connectors.message import Scalar
from connectors.recording.columns import ColumnType, survey
from connectors.recording.hints import Hints

_WIDEST = 2000
"""Columns: a table of readings has fewer; a stray cell far to the right would make each row as long as that."""
_PROLOG = 4096
"""Bytes before a part's root element in which a document type would have to stand."""
_ERRORS = frozenset(("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"))
"""Error values of cells (ECMA-376, part 1, 18.17.3)."""
_ROOT = re.compile(rb"<[A-Za-z_]")


class XlsxFile:
    """``columns`` and ``rows`` of one sheet; names as in a CSV. Rows without any value are passed over."""

    format = "xlsx"
    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, file: Path, hints: Hints) -> None:
        self.file = file
        self._hints = hints
        self._sheet = hints.part or sheets(file, hints)[0]
        self._header: list[str] = []
        self.rows, found = survey(self.values())
        self.columns: Mapping[str, ColumnType] = {name: found.get(name, "string") for name in self._header}

    def values(self) -> Iterator[dict[str, Scalar]]:
        """The rows in the sheet's order, typed."""
        for row in self._rows():
            yield dict(zip(self._header, row, strict=True))

    def _rows(self) -> Iterator[list[Scalar]]:
        header: list[str] | None = None
        for number, cells in _cells(self.file, self._hints, self._sheet):
            if header is None:
                header = self._header = self._names(number, cells)
                continue
            if len(cells) > len(header):
                raise self._wrong("recording-outside-table", row=number, expected=len(header), found=len(cells))
            yield [_value(cell) for cell in cells] + [None] * (len(header) - len(cells))
        if header is None:
            raise self._wrong("recording-sheet-empty")

    def _names(self, number: int, cells: Sequence[Any]) -> list[str]:
        """The header. A row with gaps, or of one cell above wider rows, is a title or a merged heading."""
        gaps = sum(cell is None for cell in cells)
        if len(cells) > _WIDEST:
            raise self._wrong("recording-too-wide", found=len(cells), most=_WIDEST)
        if gaps or not all(isinstance(cell, str) for cell in cells):
            raise self._wrong("recording-heading-merged", row=number, filled=len(cells) - gaps, columns=len(cells))
        return unique(list(cells))

    def _wrong(self, key: str, **values: object) -> RecordingError:
        return RecordingError(key, file=str(self.file), sheet=self._sheet, **values)


def sheets(file: Path, hints: Hints) -> Sequence[str]:
    """The names of the sheets that hold anything. Raises ``RecordingError`` where none does."""
    with _opened(file, hints) as book:
        names = [sheet.title for sheet in book.worksheets]
    found = [name for name in names if next(_cells(file, hints, name), None) is not None]
    if not found:
        raise RecordingError("recording-empty", file=str(file))
    return found


def _cells(file: Path, hints: Hints, name: str) -> Iterator[tuple[int, list[Any]]]:
    """Row number and cells of each row that has any, without those behind its last one."""
    with _opened(file, hints) as book:
        if name not in book.sheetnames:
            raise RecordingError(
                "recording-sheet-missing", file=str(file), sheet=name, sheets=", ".join(book.sheetnames)
            )
        sheet = book[name]
        # What the file says of its size may be wrong, and would pad every row.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = list(row)
            while cells and (cells[-1] is None or cells[-1] == ""):
                cells.pop()
            if cells:
                yield number, cells


@contextmanager
def _opened(file: Path, hints: Hints) -> Iterator[Workbook]:
    try:
        _check(file, hints)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that don't matter here
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            try:
                yield book
            finally:
                book.close()
    except RecordingError:
        raise
    except (InvalidFileException, zipfile.BadZipFile, OSError, ValueError, LookupError, TypeError) as fault:
        raise _unreadable(file, fault) from None
    except (SyntaxError, AttributeError, EOFError, RuntimeError) as fault:  # XML's ParseError is a SyntaxError
        raise _unreadable(file, fault) from None


def _unreadable(file: Path, fault: Exception) -> RecordingError:
    told = str(fault).replace("\n", " ")[:200] or type(fault).__name__
    return RecordingError("recording-unreadable", file=str(file), format="XLSX", fault=told)


def _check(file: Path, hints: Hints) -> None:
    """Refuse what unpacks beyond the bounds, and parts with a document type (entities may unfold without end)."""
    with zipfile.ZipFile(file) as package:
        parts = package.infolist()
        total = sum(part.file_size for part in parts)
        packed = sum(part.compress_size for part in parts)
        if total > hints.unpacked or total > hints.ratio * max(packed, 2**14) or len(parts) > hints.parts:
            raise RecordingError("recording-bomb", file=str(file), size=total, limit=hints.unpacked)
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with package.open(part) as content:
                    prolog = content.read(_PROLOG)
                root = _ROOT.search(prolog)
                if root is None or b"<!DOCTYPE" in prolog[: root.start()]:
                    raise RecordingError("recording-entities", file=str(file), part=part.filename)


def _value(cell: object) -> Scalar:
    if cell is None or isinstance(cell, bool | int | float):
        return cell
    if isinstance(cell, str):
        return None if cell in _ERRORS or not cell.strip() else cell
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return cell.total_seconds() if isinstance(cell, timedelta) else str(cell)
