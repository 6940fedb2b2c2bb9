"""Rows that are equal to an earlier one: found by their hash, then compared value by value.

Memory stays bounded: only a hash a row is grouped, in parts where there are many rows, and only rows whose hash
comes twice are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aas_server.quality.subject import Seen, Subject

_PART = 30_000_000
"""Hashes grouped at once."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """``count`` rows equal an earlier one; ``rows``: SQL that selects ``row`` of each, empty where there is none.
    ``firsts``: SQL that selects ``row`` of the rows that they repeat."""

    count: int
    rows: str = ""
    firsts: str = ""


def of_rows(subject: Subject) -> Repeats:
    """Rows equal in all columns to an earlier row; missing equals missing."""
    return _find(subject, "whole", subject.columns)


def of_key(subject: Subject) -> Repeats:
    """Rows whose key equals an earlier one's; a missing part of it is a value like any other."""
    return _find(subject, "keyed", subject.key)


def identity(column: Seen) -> tuple[str, ...]:
    """The SQL values that make two cells of a column the same."""
    if column.misfit == "false":
        return (column.sql,)
    return column.sql, f"CASE WHEN {column.misfit} THEN {column.raw} END"


def _find(subject: Subject, name: str, columns: Sequence[Seen]) -> Repeats:
    parts = [part for column in columns for part in identity(column)]
    if not parts or subject.rows < 2:
        return Repeats(0)
    ask = subject.connection.execute
    hashed = f"hash({', '.join(parts)})"
    if not _doubles(subject, name, hashed):
        return Repeats(0)
    suspects = f"{subject.relation} WHERE {hashed} IN (SELECT h FROM {name}_doubles)"  # noqa: S608
    ask(
        f"CREATE OR REPLACE TEMP TABLE {name}_groups AS SELECT min(row) AS row, count(*) AS n "  # noqa: S608
        f"FROM {suspects} GROUP BY {', '.join(parts)}"
    )
    [(count,)] = ask(f"SELECT coalesce(sum(n - 1), 0)::BIGINT FROM {name}_groups").fetchall()  # noqa: S608
    if not count:
        return Repeats(0)
    ask(
        f"CREATE OR REPLACE TEMP TABLE {name}_repeats AS SELECT row FROM {suspects} "  # noqa: S608
        f"AND row NOT IN (SELECT row FROM {name}_groups)"
    )
    return Repeats(
        count,
        f"SELECT row FROM {name}_repeats",  # noqa: S608
        f"SELECT row FROM {name}_groups WHERE n > 1",  # noqa: S608
    )


def _doubles(subject: Subject, name: str, hashed: str) -> int:
    """Make the table of hashes that come more than once, and say how many they are."""
    ask = subject.connection.execute
    source = f"(SELECT {hashed} AS h FROM {subject.relation})"  # noqa: S608
    parts = -(-subject.rows // _PART)
    subject.progress(f"quality-{name}", 0, parts)
    if parts > 1:
        ask(f"CREATE OR REPLACE TEMP TABLE {name}_hashes AS SELECT * FROM {source}")  # noqa: S608
        source = f"{name}_hashes"
    ask(f"CREATE OR REPLACE TEMP TABLE {name}_doubles (h UBIGINT)")
    for part in range(parts):
        only = f"WHERE h % {parts} = {part}" if parts > 1 else ""
        ask(f"INSERT INTO {name}_doubles SELECT h FROM {source} {only} GROUP BY h HAVING count(*) > 1")  # noqa: S608
        subject.progress(f"quality-{name}", part + 1, parts)
    if parts > 1:
        ask(f"DROP TABLE {name}_hashes")
    [(count,)] = ask(f"SELECT count(*) FROM {name}_doubles").fetchall()  # noqa: S608
    return int(count)
