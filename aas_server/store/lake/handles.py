"""Tables kept open by whoever holds the lake's lock: opening one reads its log from the last checkpoint on, and
each fold asks several times."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from deltalake import DeltaTable

from aas_server.store.lake.table import Table

_MOST = 500
"""Tables kept open; those used last."""
_REOPEN_EVERY = 50
"""Versions after which one is opened anew, from the checkpoint made then: a handle keeps all it has read."""

Stamp = tuple[int, int, int] | None


class Handles:
    """Each handle with what the commits since its last checkpoint look like on the disk. As long as they look so,
    and none follows, the handle tells the present, whoever else writes, drops or damages the table."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, tuple[DeltaTable, list[Stamp]]] = OrderedDict()

    def get(self, table: Table) -> DeltaTable | None:
        """The table's handle where it tells the present."""
        kept = self._kept.get(table.folder)
        if kept is None:
            return None
        handle, stamps = kept
        if _stamps(table, int(handle.version())) != stamps:
            del self._kept[table.folder]
            return None
        self._kept.move_to_end(table.folder)
        return handle

    def take(self, table: Table) -> DeltaTable | None:
        """The same, and it is not kept while something is done to it."""
        handle = self.get(table)
        self._kept.pop(table.folder, None)
        return handle

    def put(self, table: Table, handle: DeltaTable) -> None:
        """Keep a handle of the present version."""
        version = int(handle.version())
        if version % _REOPEN_EVERY:
            self._kept[table.folder] = handle, _stamps(table, version)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)


def _stamps(table: Table, version: int) -> list[Stamp]:
    """What the commits look like up to the one that would be next."""
    first = version - version % _REOPEN_EVERY
    return [_stamp(table.commit_file(each)) for each in range(first, version + 2)]


def _stamp(file: Path) -> Stamp:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
