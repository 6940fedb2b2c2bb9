"""One stream's Delta table: every change of it, with the care that delta-rs leaves to its callers.

delta-rs 1.6 syncs nothing to the disk, does not refuse a second write under the same application transaction, does
not add columns on append and casts silently. So: Parquet files are written and synced first, then committed; the
log and the folders are synced before ``append`` returns; the journal position read on the handle that commits.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Schema
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction, Transaction, create_table_with_add_actions

from aas_server.store.contract import COMMON
from aas_server.store.durable import sync
from aas_server.store.lake import columns, merging, parquet_file

_APPLICATION = "aas-fold"
_KEEP = "interval 36500 days"
# Checkpoints are not made by the commit: it could not sync them before it names them.
_NO_CHECKPOINT = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
_CHECKPOINT_EVERY = 50
_LOG = "_delta_log"


class Table:
    """A table in a folder. The caller holds the lake's lock while it appends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def exists(self) -> bool:
        """Whether a first commit is there."""
        return (self.folder / _LOG / f"{0:020d}.json").exists()

    def open(self, version: int | None = None) -> DeltaTable:
        """A fresh handle. Raises ``DeltaError`` or ``OSError`` where the log can't be read: see ``mend``."""
        return DeltaTable(str(self.folder), version=version)

    def torn(self, handle: DeltaTable) -> bool:
        """Whether the handle's commit is empty: delta-rs takes that for a version."""
        return not (self.folder / _LOG / f"{handle.version():020d}.json").stat().st_size

    def mend(self) -> None:
        """Put aside what a power cut left torn: a last commit that was linked, but never synced nor counted on;
        checkpoints, since the commits are all there. The caller holds the lake's lock."""
        last = max((self.folder / _LOG).glob("[0-9]*.json"), default=None)
        if last is not None and not _whole(last):
            _put_aside(last)
        if not self.exists():
            return
        try:
            self.open()
        except (DeltaError, OSError):
            for file in self._checkpoints():
                _put_aside(file)

    def append(self, rows: pa.Table, upto: int) -> int:
        """See ``contract.Lake.fold``. Rows of messages folded already are left out. Returns the version."""
        rows = columns.checked(rows)
        self.mend()
        if not self.exists():
            self._create(rows, upto)
            return 0
        handle = self.open()
        folded = position(handle)
        if folded < upto:
            rows = rows.filter(pc.greater(rows.column("position"), folded))
            self._commit(handle, rows, upto)
        self._sync(handle.version())
        return int(handle.version())

    def _create(self, rows: pa.Table, upto: int) -> None:
        rows = columns.fitted(rows, columns.written(rows.schema))
        self.folder.mkdir(exist_ok=True)
        create_table_with_add_actions(
            str(self.folder),
            Schema.from_arrow(rows.schema),
            [parquet_file.write(self.folder, 0, 0, rows)],
            mode="error",
            configuration={"delta.logRetentionDuration": _KEEP, "delta.deletedFileRetentionDuration": _KEEP},
            commit_properties=_properties(upto),
            post_commithook_properties=_NO_CHECKPOINT,
        )
        self._sync(0)

    def _commit(self, handle: DeltaTable, rows: pa.Table, upto: int) -> None:
        stored = pa.schema(handle.schema().to_arrow())
        wanted = columns.written(columns.widened(schema(handle), rows))
        rows = columns.fitted(rows, wanted)
        if any(wanted.field(field.name).type != field.type for field in stored):
            self._rewrite(handle, rows, wanted, upto)
            return
        new = [field for field in wanted if field.name not in stored.names]
        if new:
            # A commit of its own: without the rows it says nothing but that the columns are there.
            handle.alter.add_columns(
                list(Schema.from_arrow(pa.schema(new)).fields), post_commithook_properties=_NO_CHECKPOINT
            )
            self._sync(handle.version())
        small, level = merging.choose(self.files(handle))
        rows = pa.concat_tables([*(columns.fitted(pq.read_table(path), wanted) for path in small), rows])
        added = parquet_file.write(self.folder, handle.version() + 1, 0, rows, level)
        self._write(handle, [*map(_removed, small), added], "append", wanted, upto)

    def _rewrite(self, handle: DeltaTable, rows: pa.Table, wanted: pa.Schema, upto: int) -> None:
        """Every file again under the wider schema, as one commit; the old files stay for those who pinned them."""
        version = handle.version() + 1
        actions = [
            parquet_file.write(self.folder, version, part, columns.fitted(pq.read_table(path), wanted))
            for part, path in enumerate(self.files(handle))
        ]
        actions.append(parquet_file.write(self.folder, version, len(actions), rows))
        self._write(handle, actions, "overwrite", wanted, upto)

    def _write(
        self,
        handle: DeltaTable,
        actions: Sequence[AddAction | RemoveAction],
        mode: str,
        schema: pa.Schema,
        upto: int,
    ) -> None:
        handle.create_write_transaction(
            list(actions),
            mode,
            Schema.from_arrow(schema),
            commit_properties=_properties(upto),
            post_commithook_properties=_NO_CHECKPOINT,
        )
        # The handle stays at the version before its own commit.
        handle.update_incremental()
        self._sync(handle.version())
        if handle.version() % _CHECKPOINT_EVERY == 0:
            self._checkpoint(handle)

    def _checkpoint(self, handle: DeltaTable) -> None:
        """Readers begin here instead of at the first commit. A torn one is thrown away, see ``open``."""
        handle.create_checkpoint()
        for file in self._checkpoints():
            if file.name.startswith((f"{handle.version():020d}", "_")):
                sync(file)
        sync(self.folder / _LOG)

    def files(self, handle: DeltaTable) -> list[Path]:
        """The files of the handle's version in the order they were folded: their names sort so."""
        return sorted(self.folder / Path(str(uri)).name for uri in handle.file_uris())

    def _checkpoints(self) -> list[Path]:
        log = self.folder / _LOG
        return [*log.glob("*.checkpoint*.parquet"), *log.glob("_last_checkpoint")]

    def _sync(self, version: int) -> None:
        log = self.folder / _LOG
        sync(log / f"{version:020d}.json")
        for folder in (log, self.folder, self.folder.parent):
            sync(folder)


def position(handle: DeltaTable) -> int:
    """The journal position up to which the handle's version is folded."""
    return handle.transaction_version(_APPLICATION) or 0


def records(handle: DeltaTable) -> int:
    """How many rows the handle's version has, from the log alone."""
    return sum(pa.table(handle.get_add_actions(flatten=True)).column("num_records").to_pylist())


def schema(handle: DeltaTable) -> pa.Schema:
    """The handle's columns and their types; ``null`` where the log counts nothing but nulls."""
    actions = pa.table(handle.get_add_actions(flatten=True))
    sizes = actions.column("num_records").to_pylist()

    def has_values(name: str) -> bool:
        column = f"null_count.{name}"
        # A file written before the column existed has no count for it: it is all null there.
        counts = actions.column(column).to_pylist() if column in actions.column_names else [None] * len(sizes)
        return any(count is not None and count < size for count, size in zip(counts, sizes, strict=True))

    fields = pa.schema(handle.schema().to_arrow())
    return pa.schema(
        [
            (field.name, field.type if field.name in COMMON or has_values(field.name) else pa.null())
            for field in fields
        ]
    )


def _put_aside(file: Path) -> None:
    file.rename(file.with_name(f"{file.stem}.torn-{time.time_ns()}"))
    sync(file.parent)


def _removed(file: Path) -> RemoveAction:
    return RemoveAction(file.name, True, time.time_ns() // 1_000_000, file.stat().st_size, {})


def _properties(upto: int) -> CommitProperties:
    return CommitProperties(app_transactions=[Transaction(_APPLICATION, upto)])


def _whole(log: Path) -> bool:
    lines = log.read_bytes().splitlines()
    try:
        return bool(lines) and all(isinstance(json.loads(line), dict) for line in lines)
    except ValueError:
        return False
