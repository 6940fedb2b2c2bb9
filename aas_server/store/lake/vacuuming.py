"""What nobody needs any more is deleted: files of old versions, what a crash left, the beginning of the log."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from aas_server.errors import NotFound
from aas_server.store.contract import Gone, Pin
from aas_server.store.durable import sync
from aas_server.store.lake.table import Table, records

_WRITING_SECONDS = 24 * 3600.0
"""A file that no version ever named may still be written, or wait for its commit: a replay takes hours."""
_LOG_LEFT = ".dropped-"


def vacuum(table: Table, keep: Sequence[Pin], grace_hours: float) -> Gone:
    """See ``contract.Lake.vacuum``. The caller holds the lake's lock."""
    table.mend()
    handle = table.open()
    since = time.time() - grace_hours * 3600
    removals = _removals(table)
    needed = {path.name for path in table.files(handle)} | _pinned(keep)
    going = [
        file
        for file in table.folder.glob("*.parquet")
        if file.name not in needed and _is_over(file, removals, since)
    ]
    gone = Gone(len(going), sum(file.stat().st_size for file in going), 0)
    for file in going:
        file.unlink()
    _shorten(table, handle, since)
    return gone


def drop(table: Table, keep: Sequence[Pin]) -> Gone:
    """See ``contract.Lake.drop``. The caller holds the lake's lock."""
    left = list(table.folder.glob(f"{_LOG_LEFT}*"))
    if not table.exists() and not left:
        _remove_empty(table.folder)  # all but this was done before a crash
        raise NotFound("stream-not-found", stream=table.folder.name)
    rows = 0
    if table.exists():
        with suppress(DeltaError, OSError):
            rows = records(table.open())
        # From here on it is no stream: whatever of it a crash leaves, the next call takes away.
        left.append(table.log.rename(table.folder / f"{_LOG_LEFT}{time.time_ns()}"))
        sync(table.folder)
    going = [file for file in table.folder.glob("*.parquet") if file.name not in _pinned(keep)]
    size = sum(file.stat().st_size for file in going)
    for file in going:
        file.unlink()
    for log in left:
        shutil.rmtree(log)
    sync(table.folder)
    _remove_empty(table.folder)
    return Gone(len(going), size, rows)


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):  # it is not there, or has files of pins
        folder.rmdir()
        sync(folder.parent)


def _pinned(keep: Sequence[Pin]) -> set[str]:
    return {Path(name).name for pin in keep for name in pin.files}


def _is_over(file: Path, removals: Mapping[str, float], since: float) -> bool:
    """Whether a file that the present version has not was needed by none since a moment (s since 1970)."""
    if file.name in removals:
        return removals[file.name] <= since
    return file.stat().st_mtime <= min(since, time.time() - _WRITING_SECONDS)


def _removals(table: Table) -> dict[str, float]:
    """When (s since 1970) which files were taken out, as far as the log goes back."""
    return dict(removal for log in table.log.glob("[0-9]*.json") for removal in _removals_of(log))


def _removals_of(log: Path) -> Iterator[tuple[str, float]]:
    with log.open() as lines:
        for line in lines:
            if '"remove"' in line and (action := json.loads(line).get("remove")):
                yield str(action["path"]), float(action.get("deletionTimestamp") or 0) / 1000


def _shorten(table: Table, handle: DeltaTable, since: float) -> None:
    """Delete the commits before the newest checkpoint that was made before a moment (s since 1970): versions from
    then on can be opened."""
    last = table.log / f"{handle.version():020d}.checkpoint.parquet"
    if not last.exists():
        table.checkpoint(handle)
        _without_removals(table, last, since)
    standing = [file for file in table.log.glob("*.checkpoint.parquet") if file.stat().st_mtime <= since]
    # A table of which nothing but a broken checkpoint is left could not be mended.
    if not standing or table.open().version() != handle.version():
        return
    first = max(standing).name.partition(".")[0]
    for file in (*table.log.glob("[0-9]*.json"), *table.log.glob("[0-9]*.checkpoint.parquet")):
        if file.name.partition(".")[0] < first:
            file.unlink()
    sync(table.log)


def _without_removals(table: Table, checkpoint: Path, since: float) -> None:
    """Take out of a checkpoint what was removed from the table before a moment: by the table's own setting, which
    keeps other tools from the files of pins, it would name all that for a hundred years."""
    actions = pq.read_table(checkpoint)
    removal = pc.struct_field(actions.column("remove"), "deletionTimestamp")
    actions = actions.filter(pc.invert(pc.fill_null(pc.less(removal, int(since * 1000)), False)))
    _put(checkpoint, lambda file: pq.write_table(actions, file))
    pointer = table.log / "_last_checkpoint"
    told = json.loads(pointer.read_text()) | {"size": actions.num_rows, "sizeInBytes": checkpoint.stat().st_size}
    _put(pointer, lambda file: file.write_text(json.dumps(told)))


def _put(file: Path, write: Callable[[Path], object]) -> None:
    """Write a file anew: it is the old one or the new one, whenever the power goes."""
    new = file.with_name(f".{file.name}.new")
    write(new)
    sync(new)
    new.rename(file)
    sync(file.parent)
