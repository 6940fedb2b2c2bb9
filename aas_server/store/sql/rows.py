"""Rows of the tables ⇄ what the contract hands out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aas_server.store.contract import Change, Document
from aas_server.store.sql.engine import Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_OTHERS = "etag, id_short, created, updated"


def columns(whole: bool, table: str = "d") -> str:
    """The columns that ``document`` takes: with the whole body, or with the metadata where that is kept apart."""
    body = f"{table}.body" if whole else f"coalesce({table}.metadata, {table}.body)"
    others = ", ".join(f"{table}.{column}" for column in _OTHERS.split(", "))
    return f"{table}.seq, {table}.kind, {table}.id, {body}, {others}"


def document(row: Row) -> Document:
    _, kind, id, body, etag, id_short, created, updated = row
    return Document(kind, id, body, etag, id_short, moment(created), moment(updated))


def change(row: Row) -> Change:
    position, kind, id, what, time = row
    return Change(position, kind, id, what, moment(time))


def last_change(row: Row) -> Change:
    """A change with the creation of its document behind it."""
    return replace(change(row[:-1]), created=moment(row[-1]))


def moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
