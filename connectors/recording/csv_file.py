"""A CSV as a recording: encoding, separator and types are found out in a first pass over the whole file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from connectors.errors import RecordingError
from connectors.headings import unique
from connectors.message import Scalar
from connectors.recording.columns import CellColumn, ColumnType, converter
from connectors.recording.encoding import find_encoding
from connectors.recording.hints import Hints

_SEPARATORS = (",", ";", "\t")
_LOOKED_AT = 50
_BLOCK = 2000


class CsvFile:
    """``columns``, ``rows``, ``encoding`` and ``delimiter`` of a CSV. Columns without a name or named twice get
    pandas' names (``Unnamed: 0``, ``x.1``); blank lines are passed over."""

    format = "csv"

    def __init__(self, file: Path, hints: Hints) -> None:
        self.file = file
        self.encoding: str | None = find_encoding(file, hints.encoding)
        self.delimiter: str | None = self._find_delimiter()
        self._header = self._read_header()
        self.rows, self.columns = self._survey()

    def values(self) -> Iterator[dict[str, Scalar]]:
        """The rows in file order, typed."""
        readers = [converter(kind) for kind in self.columns.values()]
        for cells in self._cells():
            yield {name: read(cell) for name, read, cell in zip(self._header, readers, cells, strict=True)}

    def _find_delimiter(self) -> str:
        best, best_rank = ",", (False, 0.0, 0)
        for separator in _SEPARATORS:
            with self.file.open(encoding=self.encoding, newline="") as content:
                lines = [cells for _, cells in islice(self._parsed(content, separator), _LOOKED_AT)]
            if not lines:
                raise RecordingError("recording-empty", file=str(self.file))
            width = len(lines[0])
            alike = sum(len(line) == width for line in lines) / len(lines)
            rank = (width > 1, alike, width)
            if rank > best_rank:
                best, best_rank = separator, rank
        return best

    def _read_header(self) -> list[str]:
        with self.file.open(encoding=self.encoding, newline="") as content:
            _, names = next(self._parsed(content, self.delimiter or ","))
        return unique(names)

    def _survey(self) -> tuple[int, Mapping[str, ColumnType]]:
        found = [CellColumn() for _ in self._header]
        rows = 0
        lines = self._cells()
        while block := list(islice(lines, _BLOCK)):
            rows += len(block)
            for column, cells in zip(found, zip(*block, strict=True), strict=True):
                column.look(cells)
        return rows, {name: column.type for name, column in zip(self._header, found, strict=True)}

    def _cells(self) -> Iterator[list[str]]:
        """The cells of each row below the header."""
        width = len(self._header)
        with self.file.open(encoding=self.encoding, newline="") as content:
            for line, cells in islice(self._parsed(content, self.delimiter or ","), 1, None):
                if len(cells) != width:
                    raise RecordingError(
                        "recording-ragged", file=str(self.file), line=line, found=len(cells), expected=width
                    )
                yield cells

    def _parsed(self, content: Iterator[str], separator: str) -> Iterator[tuple[int, list[str]]]:
        """Number and cells of each line that is not blank."""
        # strict: a quote that is never closed would make one value of all that follows
        reader = csv.reader(content, delimiter=separator, strict=True)
        try:
            for cells in reader:
                if cells:
                    yield reader.line_num, cells
        except csv.Error as fault:
            raise RecordingError(
                "recording-unreadable",
                file=str(self.file),
                format="CSV",
                fault=f"{fault} ({reader.line_num})",
            ) from None
