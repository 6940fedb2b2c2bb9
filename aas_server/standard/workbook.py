"""xlsx files of others, opened without trust: bounded in bytes, parts, rows and columns; no DTD."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException

from aas_server.errors import BadInput

MOST_BYTES = 100_000_000
"""Of the file. The largest real mapping sheet has 0.2 MB, an export of all of IEC CDD some 10 MB."""
MOST_UNPACKED = 1_000_000_000
MOST_PARTS = 2_000
MOST_RATIO = 200
"""Unpacked to packed bytes of a part; XML of sheets packs to about a tenth, a bomb to a thousandth."""
_RATIO_FROM = 1_000_000
MOST_ROWS = 1_000_000
MOST_COLUMNS = 1_000
_CHUNK = 1 << 20
MOST_MERGED = 20_000
_MERGED = re.compile(rb'<mergeCell[^>]{0,40}ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
Area = tuple[int, int, int]


@contextmanager
def opened(file: Path, most_unpacked: int = MOST_UNPACKED) -> Iterator[Any]:
    """The workbook to be read row by row (openpyxl's other way lays out every cell that a merge or a dimension
    claims, which a hostile file claims by billions), with formulas as they are written. Raises
    ``BadInput`` for what is no xlsx, too large, a bomb, or bears a DTD."""
    _check(file, most_unpacked)
    try:
        with warnings.catch_warnings():
            # It warns of what it drops (validation lists, pictures); none of it is read here.
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        OSError,
        SyntaxError,
    ) as fault:
        raise BadInput("workbook-unreadable", file=file, fault=fault) from None
    with closing(book):
        if not book.worksheets:
            raise BadInput("workbook-unreadable", file=file, fault="no sheet")
        try:
            yield book
        except (SyntaxError, zipfile.BadZipFile, zlib.error, EOFError) as fault:
            # Sheets are parsed as their rows are asked for. A broken one is a SyntaxError to the XML reader.
            raise BadInput("workbook-unreadable", file=file, fault=fault) from None


def rows(sheet: Any, most_rows: int = MOST_ROWS) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Each row's number (from 1) and its values. Raises ``BadInput`` for more rows than ``most_rows``."""
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), 1):
        if number > most_rows:
            raise BadInput("workbook-too-many-rows", sheet=sheet.title, most=f"{most_rows:,}")
        yield number, cells


def merged(file: Path, sheet: Any) -> list[Area]:
    """Which cells of a sheet are merged, as first row, last row, first column; at most ``MOST_MERGED``."""
    found: list[Area] = []
    with zipfile.ZipFile(file) as parts, parts.open(sheet._worksheet_path.lstrip("/")) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            for match in _MERGED.finditer(text):
                first_column, first, last = match[1].decode(), int(match[2]), int(match[3])
                found.append((first, last, column_index_from_string(first_column)))
                if len(found) > MOST_MERGED:
                    raise BadInput("workbook-too-many-rows", sheet=sheet.title, most=f"{MOST_MERGED:,}")
            end = max((match.end() for match in _MERGED.finditer(text)), default=0)
            rest = text[max(end, len(text) - 100) :]
    return found


def _check(file: Path, most_unpacked: int) -> None:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise BadInput("workbook-too-large", file=file, most=f"{MOST_BYTES:,}")
        with zipfile.ZipFile(file) as parts:
            entries = parts.infolist()
            if len(entries) > MOST_PARTS or sum(one.file_size for one in entries) > most_unpacked:
                raise BadInput("workbook-too-large", file=file, most=f"{most_unpacked:,}")
            for one in entries:
                if one.file_size > max(_RATIO_FROM, one.compress_size * MOST_RATIO):
                    raise BadInput("workbook-bomb", file=file, part=one.filename)
                if one.filename.endswith((".xml", ".rels")):
                    _refuse_dtd(parts, one, file)
    except FileNotFoundError:
        raise BadInput("workbook-missing", file=file) from None
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as fault:
        raise BadInput("workbook-unreadable", file=file, fault=fault) from None


def _refuse_dtd(parts: zipfile.ZipFile, one: zipfile.ZipInfo, file: Path) -> None:
    """A DTD stands before the first element; no part of an xlsx has one, and only with it come entities."""
    with parts.open(one) as stream:
        head = stream.read(_CHUNK)
    if b"<!DOCTYPE" in head.replace(b"\0", b"") or b"<!ENTITY" in head.replace(b"\0", b""):
        raise BadInput("workbook-bomb", file=file, part=one.filename)
