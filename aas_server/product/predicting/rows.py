"""Rows that a client sent, as columns of plain values: JSON, NDJSON or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from aas_server.errors import BadInput, TooLarge

Cell = float | int | bool | str | None

_MISSING = frozenset(("", "nan", "na", "null"))
"""Words of a CSV cell that say "no value", in any case (those that the quality check counts as missing)."""
_MOST_COLUMNS = 10_000
"""More names than any table of ours has: what a hostile body can make us remember is bounded."""


@dataclass(slots=True)
class Rows:
    """``cells`` by the name that the client gave, each as long as there are rows. ``text``: whether numbers come
    as text (CSV)."""

    count: int = 0
    cells: dict[str, list[Cell]] = field(default_factory=dict)
    text: bool = False


def read(kind: str, body: bytes, most: int, encoding: str = "utf-8-sig") -> Rows:
    """The rows of a body of the ``kind`` ``.json``, ``.ndjson``, ``.csv`` or ``.tsv``.

    Raises ``BadInput`` where it cannot be read or holds no row, ``TooLarge`` for over ``most`` rows.
    """
    try:
        content = body.decode(encoding)
    except UnicodeDecodeError as fault:
        raise BadInput("predict-not-text", encoding=encoding, at=fault.start) from None
    if kind in (".csv", ".tsv"):
        rows = _delimited(content, "," if kind == ".csv" else "\t", most)
    else:
        rows = _objects(_lines(content) if kind == ".ndjson" else _json(content), most)
    if not rows.count:
        raise BadInput("predict-no-row")
    return rows


def _json(content: str) -> Sequence[Any]:
    try:
        given = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as fault:
        raise BadInput("predict-not-json", line=1, fault=str(fault)[:200]) from None
    return given if isinstance(given, list) else [given]


def _lines(content: str) -> Iterable[Any]:
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            try:
                yield msgspec.json.decode(line)
            except (msgspec.DecodeError, RecursionError) as fault:
                raise BadInput("predict-not-json", line=number, fault=str(fault)[:200]) from None


def _objects(given: Iterable[Any], most: int) -> Rows:
    rows = Rows()
    for one in given:
        if rows.count >= most:
            raise TooLarge("predict-too-many-rows", limit=most)
        if not isinstance(one, dict):
            raise BadInput(
                "predict-no-object", row=rows.count + 1, given=str(one)[:40] if one is not None else "null"
            )
        _add(rows, one)
    return rows


def _add(rows: Rows, one: Mapping[str, Any]) -> None:
    cells = rows.cells
    for name, value in one.items():
        if isinstance(value, dict | list):
            raise BadInput("predict-nested", row=rows.count + 1, column=name[:100])
        if name not in cells:
            _check_width(len(cells))
            cells[name] = [None] * rows.count
        cells[name].append(value)
    rows.count += 1
    if len(one) < len(cells):
        for column in cells.values():
            if len(column) < rows.count:
                column.append(None)


def _delimited(content: str, delimiter: str, most: int) -> Rows:
    lines = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip() for name in next(lines, [])]
        _check_width(len(names))
        if twice := next((name for at, name in enumerate(names) if name in names[:at]), None):
            raise BadInput("predict-column-twice", row=1, column=twice, name=twice)
        found: list[list[str]] = []
        for line in lines:
            if not line:
                continue
            if len(found) >= most:
                raise TooLarge("predict-too-many-rows", limit=most)
            if len(line) != len(names):
                raise BadInput("predict-ragged", line=lines.line_num, cells=len(line), columns=len(names))
            found.append(line)
    except csv.Error as fault:
        raise BadInput("predict-not-csv", line=lines.line_num, fault=str(fault)) from None
    columns: dict[str, list[Cell]] = {name: [_cell(line[at]) for line in found] for at, name in enumerate(names)}
    return Rows(len(found), columns, text=True)


def _cell(said: str) -> str | None:
    said = said.strip()
    return None if said.lower() in _MISSING else said


def _check_width(columns: int) -> None:
    if columns >= _MOST_COLUMNS:
        raise TooLarge("predict-too-many-columns", limit=_MOST_COLUMNS)
