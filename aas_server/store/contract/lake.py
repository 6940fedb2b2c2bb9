"""Records as typed columns, a table per stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    """What is known of a stream without reading its records. Times are ns since 1970, UTC. ``first`` and ``last``
    leave out times that are flagged as implausible."""

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


REFLAG = pa.schema([("file", pa.string()), ("row", pa.int64()), ("flags", pa.string())])
"""Stored rows whose flags change: where they are, as ``Lake.recent`` tells, and all their flags from then on."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What went: rows, and the files (with their bytes) that held nothing else."""

    files: int
    bytes: int
    records: int


class Lake(Protocol):
    """Records as typed columns: a Delta table per stream.

    Columns: those in ``COMMON``: ``time`` (timestamp[us, UTC]; null where none), ``arrival`` (timestamp[us, UTC]),
    ``position`` (int64, the message in the journal), ``flags`` (string, comma-separated or null), ``misfit``
    (string: JSON of values that did not fit their column, or null); then the stream's own fields under the names
    their gateway uses. A *wide* stream has one column a field; a *narrow* one has ``tag``, ``number`` (double) and
    ``text``.

    Rows stand in the order in which they were folded, in a file and from file to file, whatever is compacted,
    flagged or cut later.

    Every method that is given a stream raises ``Damaged`` where its table is.
    """

    def streams(self) -> Sequence[str]: ...

    def fold(self, stream: str, rows: pa.Table, upto: int, reflag: pa.Table | None = None) -> int:
        """Append rows durably and say that the stream is folded up to journal position ``upto``; both become
        true together. New columns are added, ``int64`` widens to ``double``; every other change of type raises
        ``Conflict`` (the caller puts such values into ``misfit``). Returns the new version.

        ``reflag`` (``REFLAG``) changes flags of rows stored before, in the same version. Between ``recent`` and
        this the caller holds ``locked``; a file that is not part of the table raises ``Conflict``. Where the
        stream is folded up to ``upto`` already nothing changes."""
        ...

    def recent(self, stream: str, low: int, high: int, columns: Sequence[str]) -> pa.Table:
        """The stored rows whose ``time`` (µs since 1970, UTC) lies in ``[low, high]``, in their order: ``columns``
        (one that the stream has not is null), then where each row is: ``file`` (string) and ``row`` (int64).
        Files and parts of files that can hold none are not read. No rows of an unknown stream."""
        ...

    def replace(self, stream: str, batches: Iterable[pa.Table], after: int, upto: int) -> int:
        """Put the rows of ``batches`` (in the order of the journal, positions above ``after``) in the place of all
        rows whose position is above ``after``, as one version that is folded up to ``upto``; returns it. Before
        that nothing changes, and a crash leaves nothing but files that ``vacuum`` takes away. Memory is bounded.

        Types may become any others where no row stays; rows that stay are widened as in ``fold``. Raises
        ``Conflict`` where they can't be, where the batches' types don't go together, and (``lake-moved-on``) where
        the stream was folded beyond ``upto`` meanwhile: hold ``locked`` for the last piece."""
        ...

    def drop(self, stream: str, keep: Sequence[Pin] = ()) -> Gone:
        """Take the stream away, with all its files but those of the pins in ``keep``, which stay readable. After a
        crash it is no stream any more, and another call takes away what is left. Raises ``NotFound`` where nothing
        is there."""
        ...

    def compact(self, stream: str) -> int:
        """Write one run of small files as one large file, and tell how many files it took the place of; 0 where
        nothing is left to do. Rows keep their order. Folding needn't wait for it."""
        ...

    def vacuum(self, stream: str, keep: Sequence[Pin], grace_hours: float) -> Gone:
        """Delete files that neither the present version nor a pin in ``keep`` nor any version younger than the
        grace period needs, and shorten the log to that. ``records`` is 0: no row of the present version goes."""
        ...

    def cut(self, stream: str, before: int) -> Gone:
        """Take out the rows that arrived before a moment (ns since 1970, UTC), as a new version. Older versions
        keep them until ``vacuum``."""
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
