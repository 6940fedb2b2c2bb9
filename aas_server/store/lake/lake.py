"""The lake: a folder with a Delta table per stream."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from aas_server.errors import BadInput, NotFound, Unavailable
from aas_server.store.contract import Damaged, Gone, Pin
from aas_server.store.durable import is_full
from aas_server.store.filelock import FileLock
from aas_server.store.lake import compacting, cutting, folding, reading, vacuuming
from aas_server.store.lake.handles import Handles
from aas_server.store.lake.replacing import Replacing
from aas_server.store.lake.table import Table, position, records, schema

_LONGEST_NAME = 200
"""Bytes; file systems end at 255, and a file's own additions need room."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""delta-rs writes its reasons for a terminal."""


class DeltaLake:
    """Implements ``contract.Lake`` on a local folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(folder.with_name(folder.name + ".lock"))
        self._handles = Handles()

    def streams(self) -> Sequence[str]:
        return sorted(entry.name for entry in self._folder.iterdir() if Table(entry).exists())

    def fold(self, stream: str, rows: pa.Table, upto: int, reflag: pa.Table | None = None) -> int:
        table = self._table(stream)
        with self._lock.held(), self._translated(stream):
            handle = self._handles.take(table)
            if handle is None:
                table.mend()
                handle = table.open() if table.exists() else None
            handle = folding.append(table, handle, rows, upto, reflag)
            self._handles.put(table, handle)
            return int(handle.version())

    def recent(self, stream: str, low: int, high: int, columns: Sequence[str]) -> pa.Table:
        table = self._table(stream)
        with self._translated(stream):
            handle: DeltaTable | None = None
            with suppress(NotFound):
                handle = self._opened(stream)
            return reading.recent(table, handle, low, high, columns)

    def replace(self, stream: str, batches: Iterable[pa.Table], after: int, upto: int) -> int:
        table = self._table(stream)
        with self._translated(stream):
            return Replacing(table, after, upto).run(batches, self._lock.held())

    def drop(self, stream: str, keep: Sequence[Pin] = ()) -> Gone:
        table = self._table(stream)
        with self._lock.held(), self._translated(stream):
            return vacuuming.drop(table, keep)

    def compact(self, stream: str) -> int:
        self._check(stream)
        with self._translated(stream):
            return compacting.compact(self._table(stream), self._lock.held)

    def vacuum(self, stream: str, keep: Sequence[Pin], grace_hours: float) -> Gone:
        self._check(stream)
        with self._lock.held(), self._translated(stream):
            return vacuuming.vacuum(self._table(stream), keep, grace_hours)

    def cut(self, stream: str, before: int) -> Gone:
        self._check(stream)
        with self._lock.held(), self._translated(stream):
            return cutting.cut(self._table(stream), -(-before // 1000))

    def folded(self, stream: str) -> int:
        try:
            with self._translated(stream):
                return position(self._opened(stream))
        except NotFound:
            return 0

    def schema(self, stream: str) -> pa.Schema:
        with self._translated(stream):
            return schema(self._opened(stream))

    def pin(self, stream: str, version: int | None = None) -> Pin:
        """``vacuum`` is told of the pins to keep; the table's own settings keep other tools from its files for a
        hundred years."""
        table = self._table(stream)
        with self._translated(stream):
            handle = self._opened(stream)
            if version is not None and version != handle.version():
                if not 0 <= version <= handle.version():
                    raise NotFound("stream-version-not-found", stream=stream, version=version)
                handle = table.open(version)
            names = tuple(path.name for path in table.files(handle))
            return Pin(stream, handle.version(), names, records(handle))

    def paths(self, pin: Pin) -> Sequence[Path]:
        folder = self._table(pin.stream).folder
        paths = [folder / Path(name).name for name in pin.files]
        for path in paths:
            if not path.is_file():
                raise NotFound("lake-file-gone", stream=pin.stream, version=pin.version, file=str(path))
        return paths

    def locked(self) -> AbstractContextManager[None]:
        return self._lock.held()

    def _check(self, stream: str) -> None:
        """Raises ``NotFound`` for an unknown stream."""
        if not self._table(stream).exists():
            raise NotFound("stream-not-found", stream=stream)

    def _opened(self, stream: str) -> DeltaTable:
        """The present version. What a power cut left torn is mended first, when no other process is writing."""
        table = self._table(stream)
        if self._lock.mine and (kept := self._handles.get(table)):
            return kept
        with suppress(DeltaError, OSError):
            if table.exists() and not table.torn(handle := table.open()):
                if self._lock.mine:
                    self._handles.put(table, handle)
                return handle
        with self._lock.held():
            table.mend()
            if not table.exists():
                raise NotFound("stream-not-found", stream=stream)
            return table.open()

    def _table(self, stream: str) -> Table:
        if not is_stream_name(stream):
            raise BadInput("stream-name-wrong", stream=stream)
        return Table(self._folder / stream)

    @contextmanager
    def _translated(self, stream: str) -> Iterator[None]:
        folder = str(self._folder / stream)
        try:
            yield
        except OSError as fault:
            if is_full(fault):
                raise Unavailable("store-disk-full", file=folder) from fault
            reason = os.strerror(fault.errno) if fault.errno else str(fault)
            raise Damaged("lake-damaged", stream=stream, folder=folder, fault=reason) from fault
        except (DeltaError, pa.ArrowException) as fault:
            raise Damaged("lake-damaged", stream=stream, folder=folder, fault=_reason(fault)) from fault
        except BaseException as fault:
            # A panic of delta-rs passes by ``except Exception`` and would end the thread.
            if type(fault).__name__ != "PanicException":
                raise
            raise Damaged("lake-damaged", stream=stream, folder=folder, fault=_reason(fault)) from fault


def _reason(fault: BaseException) -> str:
    return _COLOUR.sub("", str(fault)).partition("\n")[0]


def is_stream_name(name: str) -> bool:
    """Whether a name can be a folder of the lake: one path segment, not hidden, nothing unprintable."""
    return (
        0 < len(name.encode()) <= _LONGEST_NAME
        and name.isprintable()
        and not name.startswith(".")
        and not set(name) & set("/\\")
    )
