"""A file of readings (CSV, Parquet, JSONL, XLSX, line protocol): published as a machine would, or taken in."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from connectors.errors import RecordingError
from connectors.message import Scalar
from connectors.payloads.stamps import time_rank
from connectors.recording.columns import ColumnType, TimeCheck
from connectors.recording.csv_file import CsvFile
from connectors.recording.hints import Hints
from connectors.recording.jsonl_file import JsonlFile
from connectors.recording.line_protocol import LineProtocolFile, measurements
from connectors.recording.parquet_file import ParquetFile
from connectors.recording.xlsx_file import XlsxFile, sheets


class Table(Protocol):
    """What each kind of file is read as."""

    format: str
    encoding: str | None
    delimiter: str | None
    rows: int
    columns: Mapping[str, ColumnType]

    def values(self) -> Iterator[dict[str, Scalar]]: ...


_UNSAID = Hints()
_KINDS: Mapping[str, Callable[[Path, Hints], Table]] = {
    ".csv": CsvFile,
    ".tsv": CsvFile,
    ".txt": CsvFile,
    ".parquet": ParquetFile,
    ".pq": ParquetFile,
    ".jsonl": JsonlFile,
    ".ndjson": JsonlFile,
    ".xlsx": XlsxFile,
    ".lp": LineProtocolFile,
    ".influx": LineProtocolFile,
}
_PARTS: Mapping[str, Callable[[Path, Hints], Sequence[str]]] = {
    ".xlsx": sheets,
    ".lp": measurements,
    ".influx": measurements,
}


class Recording:
    """An opened file. ``columns`` maps each name to its type; ``time`` is the column that bears the records' time,
    ``None`` where there is none; ``encoding`` and ``delimiter`` are ``None`` where the format has none."""

    def __init__(self, file: Path, table: Table, time: str | None, label: str | None) -> None:
        self.file = file
        self.format = table.format
        self.encoding = table.encoding
        self.delimiter = table.delimiter
        self.columns = table.columns
        self.rows = table.rows
        self.time = time
        self.label = label
        self._table = table

    def messages(self, topic: str) -> Iterator[tuple[str, bytes]]:
        """``(topic, payload)`` per row in file order: one flat JSON object, every column in it, missing ones null.

        Times stand in it as they stand in the file (ISO 8601 for typed ones; without a zone where it has none).
        """
        encoder = msgspec.json.Encoder()
        for row in self.values():
            yield topic, encoder.encode(row)

    def values(self) -> Iterator[dict[str, Scalar]]:
        """The rows in file order, typed."""
        return self._table.values()


def open_recording(
    file: Path, *, time: str | None = None, label: str | None = None, hints: Hints = _UNSAID
) -> Recording:
    """Look a file through and say what it holds. Raises ``RecordingError`` with what is wrong and where.

    ``time`` names the column of times; without it one is looked for by name, then by type. ``label`` names the
    column that tells good from bad; it must be another one and hold a value somewhere.
    """
    table = open_table(file, hints)
    if table.rows == 0:
        raise RecordingError("recording-header-only", file=str(file))
    for column in (time, label):
        if column is not None and column not in table.columns:
            raise _missing(file, column, list(table.columns))
    if label is not None:
        _check_label(file, table, label, time)
    if time is None:
        time = _find_time(table)
    else:
        check = _check_time(table, time)
        if not check.holds_times:
            raise RecordingError(
                "recording-no-times",
                file=str(file),
                column=time,
                parsed=check.parsed,
                total=check.total,
                example=str(check.example),
            )
    return Recording(file, table, time, label)


def open_table(file: Path, hints: Hints = _UNSAID) -> Table:
    """The same without looking for a column of times; the file may have no rows below its header."""
    _check_there(file)
    kind = _KINDS.get(hints.kind or file.suffix.lower())
    if kind is None:
        raise RecordingError("recording-kind-unknown", file=str(file), suffix=file.suffix or "-")
    _check_filled(file)
    try:
        return kind(file, hints)
    except OSError as fault:
        raise RecordingError(
            "recording-unreadable", file=str(file), format=file.suffix[1:].upper(), fault=str(fault)
        ) from None


def parts(file: Path, hints: Hints = _UNSAID) -> Sequence[str]:
    """The tables that a file holds, by name: a workbook's sheets, a line protocol's measurements; one without a
    name in files of one table. Raises ``RecordingError``."""
    find = _PARTS.get(hints.kind or file.suffix.lower())
    _check_there(file)
    _check_filled(file)
    return ("",) if find is None else find(file, hints)


def is_known(file: Path) -> bool:
    """Whether a file's name says that it can be read here."""
    return file.suffix.lower() in _KINDS


def _check_there(file: Path) -> None:
    if not file.is_file():
        raise RecordingError("recording-missing", file=str(file))


def _check_filled(file: Path) -> None:
    if not file.stat().st_size:
        raise RecordingError("recording-empty", file=str(file))


def _missing(file: Path, column: str, columns: list[str]) -> RecordingError:
    by_lower = {name.lower(): name for name in columns}
    close = difflib.get_close_matches(column.lower(), by_lower, n=1)
    listed = ", ".join(columns)
    if close:
        return RecordingError(
            "recording-column-misspelt",
            file=str(file),
            column=column,
            similar=by_lower[close[0]],
            columns=listed,
        )
    return RecordingError("recording-column-missing", file=str(file), column=column, columns=listed)


def _check_label(file: Path, table: Table, label: str, time: str | None) -> None:
    if label == time:
        raise RecordingError("recording-label-is-time", file=str(file), column=label)
    if all(row.get(label) is None for row in table.values()):
        raise RecordingError("recording-label-empty", file=str(file), column=label, rows=table.rows)


def _find_time(table: Table) -> str | None:
    """A column with a well-known name that holds times, else the first of the type."""
    named = [(rank, name) for name in table.columns if (rank := time_rank(name)) is not None]
    for _, name in sorted(named):
        if table.columns[name] == "timestamp" or _check_time(table, name).holds_times:
            return name
    return next((name for name, kind in table.columns.items() if kind == "timestamp"), None)


def _check_time(table: Table, column: str) -> TimeCheck:
    check = TimeCheck()
    for row in table.values():
        check.look(row.get(column))
    return check


__all__ = ["Hints", "Recording", "Table", "is_known", "open_recording", "open_table", "parts"]
