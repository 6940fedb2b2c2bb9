"""What kind of values a column holds, found out cell by cell with bounded memory."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from connectors import times
from connectors.message import Scalar
from connectors.payloads.stamps import may_be_time

ColumnType = Literal["bool", "int64", "double", "string", "timestamp"]

# a leading zero is kept: "007" is a code, not the number 7
_WHOLE = re.compile(r"[+-]?(0|[1-9]\d*)", re.ASCII)
REAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_CODE = re.compile(r"[+-]?0\d", re.ASCII)
_INT64 = range(-(2**63), 2**63)


class CellColumn:
    """A CSV column: a type stays possible until a cell contradicts it; the strictest that is left is the type."""

    def __init__(self) -> None:
        self._open: list[ColumnType] = ["bool", "int64", "double", "timestamp"]
        self._seen = False

    def look(self, cells: Iterable[str]) -> None:
        """Take further cells into account."""
        missing, _, _ = _special()
        different = set(cells) - missing
        if not different:
            return
        self._seen = True
        self._open = [kind for kind in self._open if all(map(_TESTS[kind], different))]

    @property
    def type(self) -> ColumnType:
        return self._open[0] if self._seen and self._open else "string"


def converter(kind: ColumnType) -> Callable[[str], Scalar]:
    """How a cell of a column is read; a missing one is null."""
    missing, true, _ = _special()
    read: Callable[[str], Scalar] = _READERS[kind]
    if kind == "bool":
        return lambda cell: None if cell in missing else cell in true
    return lambda cell: None if cell in missing else read(cell)


class ValueColumn:
    """A column of typed values, as JSONL has them."""

    def __init__(self) -> None:
        self._kinds: set[type] = set()
        self._times = True

    def look(self, value: object) -> None:
        """Take a further value into account."""
        if value is None:
            return
        self._kinds.add(type(value))
        if self._times and isinstance(value, str):
            self._times = is_time(value)

    @property
    def type(self) -> ColumnType:
        if self._kinds == {bool}:
            return "bool"
        if self._kinds == {int}:
            return "int64"
        if self._kinds and self._kinds <= {int, float}:
            return "double"
        return "timestamp" if self._kinds == {str} and self._times else "string"


def survey(rows: Iterable[Mapping[str, Scalar]]) -> tuple[int, Mapping[str, ColumnType]]:
    """How many rows of typed values there are, and the types of all columns that any of them has."""
    found: dict[str, ValueColumn] = {}
    count = 0
    for row in rows:
        count += 1
        for name, value in row.items():
            found.setdefault(name, ValueColumn()).look(value)
    return count, {name: column.type for name, column in found.items()}


class TimeCheck:
    """How many values of a column can be read as a time, and one that cannot."""

    def __init__(self) -> None:
        self.total = 0
        self.parsed = 0
        self.example: object = None

    def look(self, value: object) -> None:
        if value is None:
            return
        self.total += 1
        if is_time(value):
            self.parsed += 1
        elif self.example is None:
            self.example = value

    @property
    def holds_times(self) -> bool:
        """At least half: dirt is borne, a column of something else is not."""
        return self.total > 0 and 2 * self.parsed >= self.total


def is_time(value: object) -> bool:
    """Whether a value names a moment; bare numbers only where they can be an epoch."""
    return may_be_time(value) and times.parse(value) is not None


def _is_bool(cell: str) -> bool:
    _, true, false = _special()
    return cell in true or cell in false


def _is_int(cell: str) -> bool:
    return _WHOLE.fullmatch(cell) is not None and (len(cell) < 19 or int(cell) in _INT64)


def _is_double(cell: str) -> bool:
    if REAL.fullmatch(cell) is None or _CODE.match(cell):
        return False
    # whole numbers that a double would round are codes (serial numbers, bit fields): they stay text
    return len(cell) <= 16 or not _WHOLE.fullmatch(cell) or int(float(cell)) == int(cell)


_TESTS: dict[ColumnType, Callable[[str], bool]] = {
    "bool": _is_bool,
    "int64": _is_int,
    "double": _is_double,
    "timestamp": is_time,
}
_READERS: dict[ColumnType, Callable[[str], Scalar]] = {
    "bool": str,
    "int64": int,
    "double": float,
    "string": str,
    "timestamp": str,
}


@cache
def _special() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    cells = tomllib.loads(Path(__file__).with_name("cells.toml").read_text("utf-8"))
    return frozenset(cells["missing"]), frozenset(cells["true"]), frozenset(cells["false"])
