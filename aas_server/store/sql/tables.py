"""All tables of a store, and what an engine has to offer for them to be counted and copied whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from aas_server.store.sql.engine import Connection, Row


@dataclass(frozen=True, slots=True)
class Table:
    """``at_once`` rows are held in memory: few where one may be megabytes. ``counts`` says that its first column
    counts up by itself and gives no number twice."""

    columns: str
    at_once: int = 1000
    counts: bool = False

    @property
    def first(self) -> str:
        return self.columns.split(",")[0]


TABLES: Mapping[str, Mapping[str, Table]] = {
    "twin": {
        "document": Table(
            "seq, kind, id, body, etag, id_short, semantic_id, created, updated, metadata", 20, counts=True
        ),
        "asset_id": Table("kind, name, value, seq, id"),
        "fact": Table("seq, number, kind, field, shape, value"),
        "element": Table(
            "seq, number, path, shape, id_short, semantic_id, semantic, value_type, value, number_value, language"
        ),
        "attachment": Table("owner, path, media_type, digest"),
        "version": Table("seq, kind, id, body, etag, id_short, created, updated, replaced", 20, counts=True),
        "change": Table("position, kind, id, what, time"),
        "latest": Table("kind, id, position, what, created, time"),
        "progress": Table("name, version, seq"),
        "catalogue": Table("section, id, body", 20),
        "live": Table("stream, field, value, time"),
    },
    "journal": {
        "batch": Table("last, count, body", 1),
        "batch_arrival": Table("last, latest, size"),
        "batch_source": Table("source, last, count"),
        "quarantine": Table("position, source, topic, arrival, key, reason", 100),
        "topic_count": Table("what, day, topic, count"),
        "mark": Table("name, position"),
        "memory": Table("name, key, body", 100),
        "counter": Table("name, value"),
    },
}
"""By part, in an order in which rows that others refer to come first."""


class Tables(Protocol):
    """One part's tables as a whole."""

    def batches(self, connection: Connection, statement: str, size: int) -> Iterator[list[Row]]:
        """The rows of a statement, ``size`` at a time, without holding them all. ``connection`` is that of a
        ``writing`` block."""
        ...

    def last_number(self, connection: Connection, name: str, table: Table) -> int:
        """The last number that a counting table gave, also where its row is gone."""
        ...

    def go_on(self, connection: Connection, name: str, table: Table, last: int) -> None:
        """Let a counting table give the numbers after ``last``."""
        ...

    def size(self) -> int:
        """Bytes on the disk."""
        ...


def counts(connection: Connection, part: str) -> dict[str, int]:
    """How many rows each table has."""
    return {
        name: int(connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0])  # noqa: S608
        for name in TABLES[part]
    }
