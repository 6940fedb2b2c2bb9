"""Small files written together as large ones, beyond what merging does while rows come in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import pyarrow as pa

from aas_server.store.lake import merging, parquet_file
from aas_server.store.lake.files import LARGE, pieces, write_again
from aas_server.store.lake.table import Stored, Table, position, removed, stored

Alone = Callable[[], AbstractContextManager[None]]
_TRIES = 3


def compact(table: Table, alone: Alone) -> int:
    """See ``contract.Lake.compact``; ``alone`` holds the lake's lock, for the commit only."""
    for _ in range(_TRIES):
        handle = table.open()
        run = choose(stored(handle))
        if not run:
            return 0
        if _together(table, run, pa.schema(handle.schema().to_arrow()), alone):
            return len(run)
    return 0


def choose(files: Sequence[Stored]) -> Sequence[Stored]:
    """The first run of neighbours that make a file of at least half of ``LARGE`` and at most ``LARGE``: so a row
    is written once more, and what is at the table's end waits until there is enough of it."""
    run: list[Stored] = []
    for file in files:
        fits = file.size < LARGE // 2 and sum(one.size for one in run) + file.size <= LARGE
        if not fits and _is_enough(run):
            break
        run = [*run, file] if fits else [file] if file.size < LARGE // 2 else []
    return run if _is_enough(run) else ()


def _is_enough(run: Sequence[Stored]) -> bool:
    return len(run) > 1 and sum(file.size for file in run) >= LARGE // 2


def _together(table: Table, run: Sequence[Stored], schema: pa.Schema, alone: Alone) -> bool:
    """Whether the run became one file, in the place of its first one; not where the table has it no more."""
    paths = [table.folder / file.name for file in run]
    rows = (piece for path in paths for piece in pieces(path))
    place, level = parquet_file.place_of(paths[0]), max(map(merging.level, paths))
    try:
        added = write_again(table.folder, place, schema, rows, level, changed=False)
    except FileNotFoundError:
        return False
    with alone():
        table.mend()
        handle = table.open()
        if not set(paths) <= set(table.files(handle)):
            (table.folder / added.path).unlink()
            return False
        gone = [removed(path, changed=False) for path in paths]
        # What was added to the schema meanwhile stays: only rows are written anew.
        table.commit(handle, [*gone, added], pa.schema(handle.schema().to_arrow()), position(handle))
    return True
