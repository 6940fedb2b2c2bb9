"""``duplicate_picture``: rows whose picture, bit for bit, is that of an earlier row."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality.finding import Finding
from aas_server.quality.subject import Seen, Subject

_DIGEST = "[0-9a-f]{64}"
"""A SHA-256 in hex: how a stream of pictures names each."""


def find(subject: Subject) -> Finding | None:
    """Counts the rows after the first of each picture. Time, shot and file's name may differ: then a camera sent
    one picture twice, or a folder holds a copy."""
    column = pictured(subject)
    if column is None:
        return None
    ask, name = subject.connection.execute, column.sql
    ask(
        f"CREATE OR REPLACE TEMP TABLE duplicate_pictures AS SELECT row FROM {subject.relation} "  # noqa: S608
        f"WHERE {name} IS NOT NULL QUALIFY row_number() OVER (PARTITION BY {name} ORDER BY row) > 1"
    )
    [(count,)] = ask("SELECT count(*) FROM duplicate_pictures").fetchall()
    if not count:
        return None
    rows = "SELECT row FROM duplicate_pictures"
    examples = subject.examples(f"row IN ({rows})", f"left({name}, 12) || '…'")
    note = in_all("quality-found-duplicate-picture", rows=f"{count:,}")
    return Finding("duplicate_picture", int(count), (column.name,), examples, note, rows)


def pictured(subject: Subject) -> Seen | None:
    """The column that names a picture by its digest, beside one of media types; ``None`` where there is none."""
    column = subject.column("image")
    if column is None or column.kind != "string" or subject.column("media_type") is None:
        return None
    [(other,)] = subject.connection.execute(
        f"SELECT count(*) FROM {subject.relation} "  # noqa: S608
        f"WHERE {column.sql} IS NOT NULL AND NOT regexp_full_match({column.sql}, '{_DIGEST}')"
    ).fetchall()
    return None if other else column
