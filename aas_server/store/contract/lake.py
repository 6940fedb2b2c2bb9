"""Records as typed columns, a table per stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol

import pyarrow as pa

from aas_server.errors import Unavailable

MOST_COLUMNS = 1000
"""A stream's own columns. A feed whose keys are ids would otherwise make columns without end."""

COMMON: Mapping[str, pa.DataType] = MappingProxyType(
    {
        "time": pa.timestamp("us", "UTC"),
        "arrival": pa.timestamp("us", "UTC"),
        "position": pa.int64(),
        "flags": pa.string(),
        "misfit": pa.string(),
    }
)
"""The lake's own columns: every stream has them, before those of its records (see ``Lake``)."""


class Damaged(Unavailable):
    """One stream's table can't be read or written; it says nothing of the other streams."""


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What is known of a stream without reading its records. Times are ns since 1970, UTC."""

    name: str
    topic: str
    source: str
    shape: Literal["wide", "narrow"]
    messages: int
    records: int
    flagged: int
    first: int | None
    last: int | None
    last_arrival: int | None


@dataclass(frozen=True, slots=True)
class Pin:
    """A table at one moment: it stays readable whatever is folded, widened or vacuumed later."""

    stream: str
    version: int
    files: tuple[str, ...]
    records: int


class Lake(Protocol):
    """Records as typed columns: a Delta table per stream.

    Columns: those in ``COMMON``: ``time`` (timestamp[us, UTC]; null where none), ``arrival`` (timestamp[us, UTC]),
    ``position`` (int64, the message in the journal), ``flags`` (string, comma-separated or null), ``misfit``
    (string: JSON of values that did not fit their column, or null); then the stream's own fields under the names
    their gateway uses. A *wide* stream has one column a field; a *narrow* one has ``tag``, ``number`` (double) and
    ``text``.

    Every method that is given a stream raises ``Damaged`` where its table is.
    """

    def streams(self) -> Sequence[str]: ...

    def fold(self, stream: str, rows: pa.Table, upto: int) -> int:
        """Append rows durably and say that the stream is folded up to journal position ``upto``; both become
        true together. New columns are added, ``int64`` widens to ``double``; every other change of type raises
        ``Conflict`` (the caller puts such values into ``misfit``). Returns the new version."""
        ...

    def folded(self, stream: str) -> int:
        """The journal position up to which the stream is folded; 0 for an unknown stream."""
        ...

    def schema(self, stream: str) -> pa.Schema:
        """A column that holds nothing but nulls so far has the type ``null`` (its file says ``string``); it takes
        any type later. Raises ``NotFound``."""
        ...

    def pin(self, stream: str, version: int | None = None) -> Pin:
        """A version (without one, the present) with its files, protected from vacuum. Raises ``NotFound``."""
        ...

    def paths(self, pin: Pin) -> Sequence[Path]:
        """The Parquet files of a pin, in the order they were folded."""
        ...

    def locked(self) -> AbstractContextManager[None]:
        """Only one process folds at a time; waits for its turn."""
        ...
