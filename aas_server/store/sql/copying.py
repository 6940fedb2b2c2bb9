"""A whole store from one engine to another: table by table, in batches, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from aas_server.errors import Conflict, Unavailable
from aas_server.store.sql.engine import Connection
from aas_server.store.sql.opening import Databases
from aas_server.store.sql.progress import COPY, forget, said, say
from aas_server.store.sql.tables import TABLES, Tables, counts

Show = Callable[[int, int], None]
_PARTS = ("journal", "twin")
"""In this order they are committed: the twin's commit takes the mark away that says that a copy is under way."""


def copy(source: Databases, target: Databases, show: Show) -> dict[str, int]:
    """Copy all rows of all tables into an empty target; both are of this version. Nobody writes meanwhile. Returns
    how many rows each table has; ``show`` is told how many rows are done, out of how many.

    Raises ``Conflict`` where the target has rows, ``Unavailable`` where not everything arrived. The target is
    empty then, or (after a crash) can't be opened until a copy into it has come to its end.
    """
    with _begun(target):
        copied: dict[str, int] = {}
        with ExitStack() as stack:
            pairs = {
                part: (
                    stack.enter_context(source.parts()[part].writing()),
                    stack.enter_context(target.parts()[part].writing()),
                )
                for part in reversed(_PARTS)
            }
            # Its own too: a target that was opened before has said that it is indexed.
            pairs["twin"][1].execute("DELETE FROM progress")
            wanted = {part: counts(pairs[part][0], part) for part in _PARTS}
            total = sum(sum(rows.values()) for rows in wanted.values())
            for part in _PARTS:
                before = sum(copied.values())
                steps = _rows(part, *pairs[part], source.tables[part], target.tables[part])
                for done in steps:
                    show(before + done, total)
                copied |= _checked(wanted[part], counts(pairs[part][1], part))
    return copied


@contextmanager
def _begun(target: Databases) -> Iterator[None]:
    """Say in the target that a copy is under way, and no longer when it was undone."""
    with target.twin.writing() as connection, target.journal.writing() as journal:
        if said(connection, COPY) != (0, 0):
            _clear(journal)
        _check_empty(target, connection, journal)
        say(connection, COPY, 1, 0)
    try:
        yield
    except BaseException:
        with target.twin.writing() as connection, target.journal.writing() as journal:
            _clear(journal)
            forget(connection, COPY)
        raise


def _clear(journal: Connection) -> None:
    """The journal is committed first; where the twin's commit did not follow, it goes again."""
    for name in TABLES["journal"]:
        journal.execute(f"DELETE FROM {name}")  # noqa: S608


def _check_empty(target: Databases, twin: Connection, journal: Connection) -> None:
    found = counts(twin, "twin") | counts(journal, "journal")
    found.pop("progress")
    filled = [f"{name}: {count}" for name, count in found.items() if count]
    if filled:
        raise Conflict("database-not-empty", database=target.twin.place, tables=", ".join(filled))


def _rows(part: str, source: Connection, target: Connection, out: Tables, into: Tables) -> Iterator[int]:
    """Copy the rows of a part; yields how many are done."""
    done = 0
    for name, table in TABLES[part].items():
        for rows in out.batches(source, f"SELECT {table.columns} FROM {name}", table.at_once):  # noqa: S608
            target.load(name, table.columns, rows)
            done += len(rows)
            yield done
        if table.counts:
            into.go_on(target, name, table, out.last_number(source, name, table))


def _checked(wanted: dict[str, int], found: dict[str, int]) -> dict[str, int]:
    wrong = [f"{name}: {found[name]} / {wanted[name]}" for name in wanted if found[name] != wanted[name]]
    if wrong:
        raise Unavailable("copy-incomplete", tables=", ".join(wrong))
    return found
