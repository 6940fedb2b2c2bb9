"""One stream's Delta table: its log, with the care that delta-rs leaves to its callers.

delta-rs 1.6 syncs nothing to the disk, does not refuse a second write under the same application transaction, does
not add columns on append and casts silently. So: Parquet files are written and synced first, then committed; the
log and the folders are synced before ``commit`` returns; the journal position read on the handle that commits.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Schema
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction, Transaction, create_table_with_add_actions

from aas_server.store.contract import COMMON
from aas_server.store.durable import sync

_APPLICATION = "aas-fold"
_KEEP = "interval 36500 days"
# Checkpoints are not made by the commit: it could not sync them before it names them.
_NO_CHECKPOINT = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
_CHECKPOINT_EVERY = 50
LOG = "_delta_log"


class Table:
    """A table in a folder. The caller holds the lake's lock while it changes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / LOG

    def exists(self) -> bool:
        """Whether a commit is there."""
        return self.commit_file(0).exists() or any(self.log.glob("[0-9]*.json"))

    def commit_file(self, version: int) -> Path:
        """Where the commit of a version is."""
        return self.log / f"{version:020d}.json"

    def open(self, version: int | None = None) -> DeltaTable:
        """A fresh handle. Raises ``DeltaError`` or ``OSError`` where the log can't be read: see ``mend``."""
        return DeltaTable(str(self.folder), version=version)

    def torn(self, handle: DeltaTable) -> bool:
        """Whether the handle's commit is empty: delta-rs takes that for a version."""
        return not self.commit_file(handle.version()).stat().st_size

    def mend(self) -> None:
        """Put aside what a power cut left torn: a last commit that was linked, but never synced nor counted on;
        checkpoints, newest first, as long as the commits they stand for are there. The caller holds the lake's
        lock."""
        last = max(self.log.glob("[0-9]*.json"), default=None)
        if last is not None and not _whole(last):
            _put_aside(last)
        while self.exists() and not self._readable():
            newest = max(self.checkpoints(), key=lambda file: file.name, default=None)
            if newest is None or not self._is_spare(newest):
                return
            _put_aside(newest)

    def create(self, schema: pa.Schema, actions: Sequence[AddAction], upto: int) -> None:
        """The first version. The folder is there."""
        create_table_with_add_actions(
            str(self.folder),
            Schema.from_arrow(schema),
            list(actions),
            mode="error",
            configuration={"delta.logRetentionDuration": _KEEP, "delta.deletedFileRetentionDuration": _KEEP},
            commit_properties=_properties(upto),
            post_commithook_properties=_NO_CHECKPOINT,
        )
        self.sync(0)

    def add_columns(self, handle: DeltaTable, schema: pa.Schema) -> None:
        """A commit of its own: without rows it says nothing but that the columns are there."""
        stored = {field.name for field in handle.schema().fields}
        new = [field for field in schema if field.name not in stored]
        if new:
            handle.alter.add_columns(
                list(Schema.from_arrow(pa.schema(new)).fields), post_commithook_properties=_NO_CHECKPOINT
            )
            self.sync(handle.version())

    def commit(
        self,
        handle: DeltaTable,
        actions: Sequence[AddAction | RemoveAction],
        schema: pa.Schema,
        upto: int,
        *,
        anew: bool = False,
    ) -> int:
        """One version more; with ``anew`` it has no file of those before, and any schema. Returns it."""
        handle.create_write_transaction(
            list(actions),
            "overwrite" if anew else "append",
            Schema.from_arrow(schema),
            commit_properties=_properties(upto),
            post_commithook_properties=_NO_CHECKPOINT,
        )
        # The handle stays at the version before its own commit.
        handle.update_incremental()
        self.sync(handle.version())
        if handle.version() % _CHECKPOINT_EVERY == 0:
            self.checkpoint(handle)
        return int(handle.version())

    def checkpoint(self, handle: DeltaTable) -> None:
        """Readers begin here instead of at the first commit. A torn one is put aside, see ``mend``."""
        handle.create_checkpoint()
        for file in self.checkpoints():
            if file.name.startswith((f"{handle.version():020d}", "_")):
                sync(file)
        sync(self.log)

    def files(self, handle: DeltaTable) -> list[Path]:
        """The files of the handle's version in the order they were folded: their names sort so."""
        return sorted(self.folder / Path(str(uri)).name for uri in handle.file_uris())

    def checkpoints(self) -> list[Path]:
        """Checkpoints, and the file that names the last one."""
        return [*self.log.glob("*.checkpoint*.parquet"), *self.log.glob("_last_checkpoint")]

    def sync(self, version: int) -> None:
        """Make a commit durable."""
        sync(self.commit_file(version))
        for folder in (self.log, self.folder, self.folder.parent):
            sync(folder)

    def _readable(self) -> bool:
        try:
            self.open()
        except (DeltaError, OSError):
            return False
        return True

    def _is_spare(self, checkpoint: Path) -> bool:
        """Whether the table can be read without it: by the first commit, or an older checkpoint."""
        first = min(self.log.glob("[0-9]*.json"))
        older = [file for file in self.log.glob("*.checkpoint*.parquet") if file.name < checkpoint.name]
        return checkpoint.name.startswith("_") or int(first.stem) == 0 or bool(older)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of a version as its log tells of it. Bounds are as they came: µs since 1970 for times; ``None`` where
    the file holds no value."""

    name: str
    size: int
    rows: int
    times: tuple[int, int] | None
    arrivals: tuple[int, int] | None
    positions: tuple[int, int] | None


def stored(handle: DeltaTable) -> list[Stored]:
    """The files of the handle's version, in the order they were folded."""
    actions = pa.table(handle.get_add_actions(flatten=True))

    def bounds(name: str) -> list[tuple[int, int] | None]:
        if f"min.{name}" not in actions.column_names:
            return [None] * actions.num_rows
        low, high = (actions.column(f"{end}.{name}").cast(pa.int64()).to_pylist() for end in ("min", "max"))
        return [None if a is None or b is None else (a, b) for a, b in zip(low, high, strict=True)]

    names = (Path(path).name for path in actions.column("path").to_pylist())
    sizes, rows = (actions.column(name).to_pylist() for name in ("size_bytes", "num_records"))
    parts = (names, sizes, rows, bounds("time"), bounds("arrival"), bounds("position"))
    return sorted((Stored(*one) for one in zip(*parts, strict=True)), key=lambda file: file.name)


def position(handle: DeltaTable) -> int:
    """The journal position up to which the handle's version is folded."""
    return handle.transaction_version(_APPLICATION) or 0


def records(handle: DeltaTable) -> int:
    """How many rows the handle's version has, from the log alone."""
    return sum(pa.table(handle.get_add_actions(flatten=True)).column("num_records").to_pylist())


def schema(handle: DeltaTable, only: Set[str] | None = None) -> pa.Schema:
    """The handle's columns and their types; ``null`` where there is nothing but nulls, in all of its files or
    ``only`` in some."""
    actions = pa.table(handle.get_add_actions(flatten=True))
    names = [Path(path).name for path in actions.column("path").to_pylist()]
    sizes = actions.column("num_records").to_pylist()

    def has_values(name: str) -> bool:
        column = f"null_count.{name}"
        counts = actions.column(column).to_pylist() if column in actions.column_names else [None] * len(sizes)
        told = [one for one in zip(names, counts, sizes, strict=True) if only is None or one[0] in only]
        if any(count is not None and count < size for _, count, size in told):
            return True
        return any(_holds_values(files[file], name) for file, count, _ in told if count is None)

    files = {path.name: path for path in map(Path, handle.file_uris())}
    fields = pa.schema(handle.schema().to_arrow())
    return pa.schema(
        [
            (field.name, field.type if field.name in COMMON or has_values(field.name) else pa.null())
            for field in fields
        ]
    )


def _holds_values(file: Path, name: str) -> bool:
    """Whether a column of a file has a value, by the file's own statistics: a checkpoint keeps the counts of the
    first columns alone, and a file written before the column existed has none."""
    metadata = pq.read_metadata(file)
    if name not in metadata.schema.names:
        return False
    at = metadata.schema.names.index(name)
    groups = (metadata.row_group(group).column(at) for group in range(metadata.num_row_groups))
    return any(one.statistics is None or one.statistics.null_count < one.num_values for one in groups)


def removed(file: Path, *, changed: bool = True) -> RemoveAction:
    """Delta's action that takes a file out of the table. ``changed``: whether it has other rows then."""
    return RemoveAction(file.name, changed, time.time_ns() // 1_000_000, file.stat().st_size, {})


def _put_aside(file: Path) -> None:
    file.rename(file.with_name(f"{file.stem}.torn-{time.time_ns()}"))
    sync(file.parent)


def _properties(upto: int) -> CommitProperties:
    return CommitProperties(app_transactions=[Transaction(_APPLICATION, upto)])


def _whole(log: Path) -> bool:
    lines = log.read_bytes().splitlines()
    try:
        return bool(lines) and all(isinstance(json.loads(line), dict) for line in lines)
    except ValueError:
        return False
