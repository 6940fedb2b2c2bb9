"""What a transaction does to the tables, one statement after the other on its connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aas_server.errors import NotFound
from aas_server.store.contract import Document, Keys, Kind, etag_of
from aas_server.store.sql import texts
from aas_server.store.sql.engine import Connection, Row
from aas_server.store.sql.rows import ATTACHMENTS, BY_ID, attached, document

Outcome = Literal["created", "updated", "same"]
What = Literal["created", "updated", "deleted"]

SKEW = 60_000_000
"""µs by which the clocks of servers on one database may differ: the log stays in order of time. A clock that was
further ahead was wrong; nobody waits for its time to come."""

_BODY = 3
_KEEP = """
INSERT INTO version (kind, id, body, etag, id_short, created, updated, replaced)
SELECT kind, id, body, etag, id_short, created, updated, ? FROM document WHERE kind = ? AND seq = ?
"""
_CREATE = """
INSERT INTO document (kind, id, body, etag, id_short, semantic_id, created, updated, metadata)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq
"""
_UPDATE = """
UPDATE document SET body = ?, etag = ?, id_short = ?, semantic_id = ?, updated = ?, metadata = ?
WHERE kind = ? AND seq = ?
"""
_LOG = "INSERT INTO change (position, kind, id, what, time) VALUES (?, ?, ?, ?, ?)"
_FIRST = """
INSERT INTO latest (kind, id, position, what, created, time)
SELECT ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM latest WHERE kind /*unindexed*/ = ? AND id = ?)
"""
_FORGET = """
DELETE FROM version WHERE seq IN (SELECT seq FROM version WHERE replaced < ? ORDER BY replaced LIMIT ?)
"""
_LINK = "kind, name, value, seq, id"
_FACT = "seq, number, kind, field, shape, value"
_ELEMENT = "seq, number, path, shape, id_short, semantic_id, semantic, value_type, value, number_value, language"


@dataclass(slots=True)
class Log:
    """The end of the change log as this transaction sees it; nobody else writes meanwhile."""

    connection: Connection
    position: int
    now: int
    _last: tuple[Kind, str, Row | None] | None = None

    @classmethod
    def opened(cls, connection: Connection, now: int) -> Log:
        """``now`` is µs since 1970, moved on to the last change's time where that is a little ahead."""
        last = connection.execute("SELECT position, time FROM change ORDER BY position DESC LIMIT 1").fetchall()
        position, time = last[0] if last else (0, 0)
        return cls(connection, position, time if now < time < now + SKEW else now)

    def found(self, kind: Kind, id: str) -> Row | None:
        """A document's row (``rows.columns``). What was asked for last is known: who writes has mostly looked."""
        if self._last is None or self._last[:2] != (kind, id):
            rows = self.connection.execute(BY_ID[True], (kind, id)).fetchall()
            self._last = kind, id, rows[0] if rows else None
        return self._last[2]

    def add(self, kind: Kind, id: str, what: What) -> None:
        """One more change, the last one of its document."""
        self._last = None
        self.position += 1
        entry = (self.position, kind, id, what, self.now)
        self.connection.execute(_LOG, entry)
        born = ", created = ?" if what == "created" else ""
        values = [self.position, what, self.now, *([self.now] if born else []), kind, id]
        self.connection.execute(
            f"UPDATE latest SET position = ?, what = ?, time = ?{born} WHERE kind /*unindexed*/ = ? AND id = ?",  # noqa: S608
            values,
        )
        if what == "created":
            self.connection.execute(_FIRST, (kind, id, self.position, what, self.now, self.now, kind, id))


def get(log: Log, kind: Kind, id: str) -> Document | None:
    row = log.found(kind, id)
    return None if row is None else document(row)


def put(log: Log, kind: Kind, id: str, body: bytes, keys: Keys) -> Outcome:
    connection = log.connection
    before = log.found(kind, id)
    if before is not None and before[_BODY] == body:
        return "same"
    texts.check(id, keys.id_short, keys.semantic_id)
    semantic_id = None if keys.semantic_id is None else texts.key(keys.semantic_id)
    found = (body, etag_of(body), keys.id_short, semantic_id)
    if before is None:
        seq = connection.execute(_CREATE, (kind, id, *found, log.now, log.now, keys.metadata)).fetchall()[0][0]
    known = {} if before is None else _stored_elements(connection, before[0])
    with connection.together():
        if before is None:
            put_keys(connection, seq, kind, id, keys)
        else:
            connection.execute(_KEEP, (log.now, kind, before[0]))
            connection.execute(_UPDATE, (*found, log.now, keys.metadata, kind, before[0]))
            _change_keys(connection, before[0], kind, id, keys, known)
        log.add(kind, id, "created" if before is None else "updated")
    return "created" if before is None else "updated"


def delete(log: Log, kind: Kind, id: str) -> None:
    connection = log.connection
    before = log.found(kind, id)
    if before is None:
        raise NotFound("document-not-found", kind=kind, id=id)
    with connection.together():
        connection.execute(_KEEP, (log.now, kind, before[0]))
        forget_keys(connection, before[0])
        connection.execute("DELETE FROM document WHERE kind = ? AND seq = ?", (kind, before[0]))
        if kind in ("shell", "submodel"):
            connection.execute("DELETE FROM attachment WHERE owner = ?", (id,))
        log.add(kind, id, "deleted")


def attach(log: Log, owner: str, path: str, media_type: str, digest: str) -> None:
    texts.check(owner, path, media_type)
    before = attachments(log.connection, owner).get(path)
    if before == (media_type, digest):
        return
    statement = (
        "INSERT INTO attachment (media_type, digest, owner, path) VALUES (?, ?, ?, ?)"
        if before is None
        else "UPDATE attachment SET media_type = ?, digest = ? WHERE owner = ? AND path = ?"
    )
    log.connection.execute(statement, (media_type, digest, owner, path))
    _log_attachment(log, owner)


def detach(log: Log, owner: str, path: str) -> bool:
    gone = log.connection.execute("DELETE FROM attachment WHERE owner = ? AND path = ?", (owner, path))
    if gone.rowcount:
        _log_attachment(log, owner)
    return bool(gone.rowcount)


def attachments(connection: Connection, owner: str) -> dict[str, tuple[str, str]]:
    return attached(connection.execute(ATTACHMENTS, (owner,)).fetchall())


def forget_versions(connection: Connection, before: int, most: int) -> int:
    return connection.execute(_FORGET, (before, most)).rowcount


def forget_keys(connection: Connection, seq: int) -> None:
    """Drop what a document was found by."""
    for table in ("asset_id", "fact", "element"):
        connection.execute(f"DELETE FROM {table} WHERE seq = ?", (seq,))  # noqa: S608


def put_keys(connection: Connection, seq: int, kind: Kind, id: str, keys: Keys) -> None:
    """Write what a document is found by beside its own row. Raises ``BadInput`` for a text that can't be kept."""
    _put_facts(connection, seq, kind, id, keys)
    _insert(connection, "element", _ELEMENT, [(seq, *row) for row in _elements(keys)])


def _change_keys(
    connection: Connection, seq: int, kind: Kind, id: str, keys: Keys, known: Mapping[int, Row]
) -> None:
    """Bring what a document is found by to ``keys``. Of its elements (``known``, by number) only those that differ
    are written: a submodel has thousands, and an edit mostly means one."""
    connection.execute("DELETE FROM asset_id WHERE seq = ?", (seq,))
    connection.execute("DELETE FROM fact WHERE seq = ?", (seq,))
    _put_facts(connection, seq, kind, id, keys)
    rows = list(_elements(keys))
    fresh = [row for row in rows if known.get(row[0]) != row]
    if 2 * len(fresh) > len(rows):
        connection.execute("DELETE FROM element WHERE seq = ?", (seq,))
        fresh = rows
    else:
        gone = [*(row[0] for row in fresh if row[0] in known), *range(len(rows), len(known))]
        connection.executemany("DELETE FROM element WHERE seq = ? AND number = ?", [(seq, one) for one in gone])
    _insert(connection, "element", _ELEMENT, [(seq, *row) for row in fresh])


def _stored_elements(connection: Connection, seq: int) -> dict[int, Row]:
    statement = f"SELECT {_ELEMENT.removeprefix('seq, ')} FROM element WHERE seq = ?"  # noqa: S608
    return {row[0]: tuple(row) for row in connection.execute(statement, (seq,)).fetchall()}


def _put_facts(connection: Connection, seq: int, kind: Kind, id: str, keys: Keys) -> None:
    texts.check(*(text for pair in keys.asset_ids for text in pair))
    texts.check(*(text for fact in keys.facts for text in (fact.field, fact.value)))
    links = dict.fromkeys((texts.key(name), texts.key(value)) for name, value in keys.asset_ids)
    _insert(connection, "asset_id", _LINK, [(kind, name, value, seq, id) for name, value in links])
    facts = [
        (seq, number, kind, fact.field, texts.shape(fact.field), fact.value)
        for number, fact in enumerate(keys.facts)
    ]
    _insert(connection, "fact", _FACT, facts)


def _elements(keys: Keys) -> Iterator[tuple[int, *tuple[object, ...]]]:
    """Rows of the table's columns but for ``seq``, the number first."""
    for number, one in enumerate(keys.elements):
        texts.check(one.path, one.id_short, one.semantic_id, one.semantic, one.value_type, one.value, one.language)
        own = (one.id_short, one.semantic_id, one.semantic, one.value_type, one.value, one.number, one.language)
        yield (number, one.path, texts.shape(one.path), *own)


def _insert(connection: Connection, table: str, columns: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        connection.insert(table, columns, rows)


def _log_attachment(log: Log, owner: str) -> None:
    """A new content under an old name changes what a reader of the document gets."""
    kinds = log.connection.execute(
        "SELECT kind FROM document WHERE id = ? AND kind /*unindexed*/ IN ('shell', 'submodel')", (owner,)
    ).fetchall()
    for (kind,) in kinds:
        log.add(kind, owner, "updated")
