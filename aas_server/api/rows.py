"""Reading Parquet files page by page: a page costs the same wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from aas_server import ids
from aas_server.clock import us
from aas_server.errors import BadInput

SCAN = 1_000_000
"""Rows looked at for one page: a filter that finds little gives short pages (and a cursor), not long waits."""

_CURSOR = re.compile(r"(\d{1,9})\.(\d{1,15})@(.*)", re.DOTALL)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """The next row to read: in which file, and there. ``scope`` says of what it is a place (table, version)."""

    scope: str
    file: int = 0
    row: int = 0

    def cursor(self) -> str:
        """As it travels; opaque to clients."""
        return ids.encode(f"{self.file}.{self.row}@{self.scope}")

    @staticmethod
    def of(cursor: str) -> Place:
        """Raises ``BadInput`` for what is no cursor of ours."""
        match = _CURSOR.fullmatch(id_of(cursor))
        if match is None:
            raise BadInput("cursor-wrong", cursor=cursor[:100])
        return Place(match[3], int(match[1]), int(match[2]))


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows whose time (the column ``by``) lies in ``[start, end)`` and whose ``tag`` is one of those named."""

    start: datetime | None = None
    end: datetime | None = None
    tags: tuple[str, ...] = ()
    by: str = "time"

    def columns(self) -> set[str]:
        timed = {self.by} if self.start or self.end else set()
        return timed | ({"tag"} if self.tags else set())

    def may_hold(self, file: pq.ParquetFile, group: int) -> bool:
        """Whether a row group can hold such a row, by its statistics."""
        if not (self.start or self.end):
            return True
        part = file.metadata.row_group(group)
        chunks = [part.column(at) for at in range(part.num_columns)]
        for chunk in chunks:
            if chunk.path_in_schema == self.by and chunk.statistics is not None and chunk.statistics.has_min_max:
                low, high = chunk.statistics.min_raw, chunk.statistics.max_raw
                return not ((self.start and high < us(self.start)) or (self.end and low >= us(self.end)))
        return True

    def positions(self, rows: pa.Table) -> Sequence[int]:
        """The rows that pass."""
        mask: Any = None
        for compare, bound in ((pc.greater_equal, self.start), (pc.less, self.end)):
            if bound is not None:
                column = rows.column(self.by)
                passed = compare(column, pa.scalar(bound, column.type))
                mask = passed if mask is None else pc.and_(mask, passed)
        if self.tags:
            passed = pc.is_in(rows.column("tag"), pa.array(self.tags, pa.string()))
            mask = passed if mask is None else pc.and_(mask, passed)
        if mask is None:
            return range(rows.num_rows)
        positions: list[int] = pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist()
        return positions


def page(
    paths: Sequence[Path], place: Place, limit: int, columns: Sequence[str], wanted: Filter | None = None
) -> tuple[list[Row], Place | None]:
    """At most ``limit`` rows from ``place`` on, and where to go on (``None`` at the end).

    A column that a file does not have is null there. Raises ``BadInput`` where ``place`` lies outside the files.
    """
    wanted = wanted or Filter()
    found: list[Row] = []
    scanned = 0
    for number, file, group, start in _groups(paths, place):
        size = file.metadata.row_group(group).num_rows
        if scanned + size > SCAN and scanned:
            return _complete(found, columns), Place(place.scope, number, start)
        if not wanted.may_hold(file, group):
            continue
        scanned += size
        skipped = place.row - start if number == place.file and start < place.row else 0
        rows = _read(file, group, {*columns, *wanted.columns()}).slice(skipped)
        passed = list(wanted.positions(rows)[: limit - len(found)])
        found += rows.take(passed).to_pylist()
        if len(found) == limit:
            after = Place(place.scope, number, start + skipped + passed[-1] + 1)
            return _complete(found, columns), _unless_end(paths, after)
    return _complete(found, columns), None


def _groups(paths: Sequence[Path], place: Place) -> Iterator[tuple[int, pq.ParquetFile, int, int]]:
    """Row groups that hold rows from ``place`` on: file number, file, group, the group's first row."""
    if place.file and place.file >= len(paths):
        raise BadInput("cursor-wrong", cursor=place.cursor())
    for number in range(place.file, len(paths)):
        with pq.ParquetFile(paths[number]) as file:
            if number == place.file and place.row > file.metadata.num_rows:
                raise BadInput("cursor-wrong", cursor=place.cursor())
            start = 0
            for group in range(file.num_row_groups):
                end = start + file.metadata.row_group(group).num_rows
                if number > place.file or end > place.row:
                    yield number, file, group, start
                start = end


def _read(file: pq.ParquetFile, group: int, columns: set[str]) -> pa.Table:
    """Of a file that has none of the columns the first one is read: its rows count all the same."""
    names = file.schema_arrow.names
    return file.read_row_group(group, columns=[name for name in names if name in columns] or names[:1])


def _complete(rows: list[Row], columns: Sequence[str]) -> list[Row]:
    return [{name: row.get(name) for name in columns} for row in rows]


def _unless_end(paths: Sequence[Path], place: Place) -> Place | None:
    rest = place.file + 1 < len(paths)
    return place if rest or place.row < pq.read_metadata(paths[place.file]).num_rows else None


def chosen(given: Sequence[str], known: Sequence[str]) -> list[str]:
    """The columns asked for (repeated, or with commas between them), all without a choice. Raises ``BadInput``."""
    wanted: list[str] = []
    for part in given:
        wanted += [part] if part in known else [name.strip() for name in part.split(",") if name.strip()]
    for name in wanted:
        if name not in known:
            raise BadInput("column-unknown", column=name, known=", ".join(known))
    return list(dict.fromkeys(wanted)) or list(known)


def encode(value: object) -> bytes:
    """JSON in UTF-8; times in ISO 8601 UTC, NaN and infinity as null."""
    return msgspec.json.encode(value)


def names(path: Path) -> list[str]:
    """A file's columns."""
    columns: list[str] = pq.read_schema(path).names
    return columns


def id_of(cursor: str) -> str:
    """The id after which a list of records goes on. Raises ``BadInput``."""
    try:
        return ids.decode(cursor)
    except BadInput:
        raise BadInput("cursor-wrong", cursor=cursor[:100]) from None
