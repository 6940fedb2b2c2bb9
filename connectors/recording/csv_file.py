"""A CSV as a recording: encoding, separator and types are found out in a first pass over the whole file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from connectors.errors import RecordingError
from connectors.message import Scalar
from connectors.recording.columns import CellColumn, ColumnType, converter
from connectors.recording.encoding import find_encoding
from connectors.recording.hints import Hints
from connectors.recording.naming import unique

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
        for _, cells in self._lines():
            yield {name: read(cell) for name, read, cell in zip(self._header, readers, cells, strict=True)}

    def _find_delimiter(self) -> str:
        best, best_rank = ",", (False, 0.0, 0)
        for separator in _SEPARATORS:
            with self.file.open(encoding=self.encoding, newline="") as content:
                lines = [line for line in islice(self._parsed(content, separator), _LOOKED_AT) if line]
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
            names = next(line for line in self._parsed(content, self.delimiter or ",") if line)
        return unique(names)

    def _survey(self) -> tuple[int, Mapping[str, ColumnType]]:
        found = [CellColumn() for _ in self._header]
        rows = 0
        lines = self._lines()
        while block := [cells for _, cells in islice(lines, _BLOCK)]:
            rows += len(block)
            for column, cells in zip(found, zip(*block, strict=True), strict=True):
                column.look(cells)
        return rows, {name: column.type for name, column in zip(self._header, found, strict=True)}

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """Line number and cells of each row below the header."""
        width = len(self._header)
        with self.file.open(encoding=self.encoding, newline="") as content:
            reader = csv.reader(content, delimiter=self.delimiter or ",")
            header = True
            try:
                for cells in reader:
                    if not cells:
                        continue
                    if header:
                        header = False
                        continue
                    if len(cells) != width:
                        raise RecordingError(
                            "recording-ragged",
                            file=str(self.file),
                            line=reader.line_num,
                            found=len(cells),
                            expected=width,
                        )
                    yield reader.line_num, cells
            except csv.Error as fault:
                raise RecordingError(
                    "recording-unreadable",
                    file=str(self.file),
                    format="CSV",
                    fault=f"{fault} ({reader.line_num})",
                ) from None

    def _parsed(self, content: Iterator[str], separator: str) -> Iterator[list[str]]:
        try:
            yield from csv.reader(content, delimiter=separator)
        except csv.Error as fault:
            raise RecordingError(
                "recording-unreadable", file=str(self.file), format="CSV", fault=str(fault)
            ) from None
