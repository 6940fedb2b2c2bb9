"""Parquet files that are one table, and what its columns hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from aas_server.store import records
from aas_server.store.contract import COMMON, Lake

TAGGED = ("tag", "number", "text")
"""The columns of a narrow stream (``store.contract.Lake``)."""


@dataclass(frozen=True, slots=True)
class Source:
    """A table in files that don't change. ``columns``: all of them in their order, with their kinds (a key of
    ``records.SQL_TYPES``). ``time`` is the column that bears the time, ``None`` where there is none."""

    paths: tuple[Path, ...]
    columns: Mapping[str, str]
    time: str | None = "time"

    @staticmethod
    def of_stream(lake: Lake, stream: str, version: int | None = None) -> tuple[int, Source]:
        """A stream's version (without one, the present) and its table. Raises ``NotFound``."""
        pin = lake.pin(stream, version)
        paths = tuple(lake.paths(pin))
        schemas = [records.facts(path).schema for path in paths] or [lake.schema(stream)]
        return pin.version, Source(paths, _kinds(schemas))

    @staticmethod
    def of_files(paths: Sequence[Path], time: str | None = "time") -> Source:
        """A table in files; ``time`` counts only where a column of that name bears times."""
        columns = _kinds([records.facts(path).schema for path in paths])
        return Source(tuple(paths), columns, time if columns.get(time or "") == "timestamp" else None)

    def bounds(self, axis: str) -> tuple[int, int] | None:
        """The least and the greatest time (µs) in a column, as the files say; ``None`` where one doesn't."""
        found = [records.facts(path).bounds.get(axis) for path in self.paths]
        known = [one for one in found if one is not None]
        if not known or len(known) < len(found):
            return None
        return min(low for low, _ in known), max(high for _, high in known)

    @property
    def own(self) -> Mapping[str, str]:
        """The columns that are not the lake's."""
        return {name: kind for name, kind in self.columns.items() if name not in COMMON and name != self.time}

    @property
    def is_narrow(self) -> bool:
        """Whether each row is one value of one tag."""
        return set(self.own) == set(TAGGED)


def _kinds(schemas: Sequence[pa.Schema]) -> dict[str, str]:
    """In the order in which they came. The lake writes all files anew where a type changes, but for a column in
    which nothing has come yet: that one is written as texts."""
    found: dict[str, str] = {}
    for schema in schemas:
        for field in schema:
            found.setdefault(field.name, records.kind_of(field.type))
    return found
