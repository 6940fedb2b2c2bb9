"""Rows of the tables ⇄ what the contract hands out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aas_server.clock import from_us
from aas_server.store.contract import Change, Document
from aas_server.store.sql.engine import Row


def columns(whole: bool) -> str:
    """The columns of ``document d`` that ``document`` takes: with the whole body, or with the metadata where that
    is kept apart."""
    body = "d.body" if whole else "coalesce(d.metadata, d.body)"
    return f"d.seq, d.kind, d.id, {body}, d.etag, d.id_short, d.created, d.updated"


BY_ID = {
    whole: f"SELECT {columns(whole)} FROM document d WHERE kind /*unindexed*/ = ? AND id = ?"  # noqa: S608
    for whole in (True, False)
}
"""A document by kind and id, whole or its metadata."""
ATTACHMENTS = "SELECT path, media_type, digest FROM attachment WHERE owner = ? ORDER BY path"
"""What is attached to a document, for ``attached``."""


def document(row: Row) -> Document:
    _, kind, id, body, etag, id_short, created, updated = row
    return Document(kind, id, body, etag, id_short, from_us(created), from_us(updated))


def attached(rows: Iterable[Row]) -> dict[str, tuple[str, str]]:
    return {path: (media_type, digest) for path, media_type, digest in rows}


def change(row: Row) -> Change:
    position, kind, id, what, time = row
    return Change(position, kind, id, what, from_us(time))


def last_change(row: Row) -> Change:
    """A change with the creation of its document behind it."""
    return replace(change(row[:-1]), created=from_us(row[-1]))
