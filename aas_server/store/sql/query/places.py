"""Where a field's values stand in the tables."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aas_server.store.contract.condition import Field
from aas_server.store.sql import texts
from aas_server.store.sql.query.dialect import Dialect
from aas_server.store.sql.query.fragment import Sql, sql

FIRST_KEY = "semanticId.keys[0].value"
COLUMNS = {"id": "id", "idShort": "id_short"}
"""Fields that are columns of the document's own row."""
_OF_ELEMENT = {
    "idShort": "id_short",
    "value": "value",
    "valueType": "value_type",
    "language": "language",
    FIRST_KEY: "semantic_id",
}
_CLOSED = re.compile(r"\]")
_KEY = re.compile(r"semanticId\.keys\[(\d*)\]\.(type|value)")
_INDEX = re.compile(r"\[\d+\]")
_WILD = "[]"


@dataclass(frozen=True, slots=True)
class Place:
    """A table whose rows hold a field's values. ``tables`` are what stands behind FROM, ``where`` picks the rows,
    ``row`` names what has to be the same for two fields to be read from one row, ``path`` is the row's path with
    its indices. All are absent for a column of the document itself."""

    value: Sql
    number: Sql | None = None
    tables: tuple[Sql, ...] = ()
    where: tuple[Sql, ...] = ()
    path: Sql | None = None


def row_of(field: Field) -> str:
    """What fields that are read from one row have in common."""
    return f"sme.{field.path}" if field.scope == "sme" else f"{field.scope}#{field.name}"


def beginnings(field: Field) -> list[tuple[int, str]]:
    """Each beginning of a field's path that ends in ``[]``, with the number of brackets in it."""
    path = row_of(field)
    found = []
    for count, match in enumerate(_CLOSED.finditer(path), 1):
        if path[: match.end()].endswith(_WILD):
            found.append((count, path[: match.end()]))
    return found


def column(field: Field, document: str) -> Place | None:
    """A field that is a column of its document's row."""
    if field.scope == "sme" or field.name not in COLUMNS:
        return None
    return Place(Sql(f"{document}.{COLUMNS[field.name]}"))


def fact_row(field: Field, document: str, alias: str) -> Place:
    """The rows of a document's facts that a field means."""
    where = (
        Sql(f"{alias}.seq = {document}.seq"),
        sql(f"{alias}.shape = ?", texts.shape(field.name)),
        *at(Sql(f"{alias}.field"), field.name),
    )
    return Place(Sql(f"{alias}.value"), None, (Sql(f"fact {alias}"),), where, Sql(f"{alias}.field"))


def element_row(field: Field, document: str, alias: str, dialect: Dialect) -> Place:
    """The rows of a submodel's elements that a field means, and the field's value in them."""
    value, number, more = element_value(field, alias, dialect)
    # By the document alone: SQLite would take an index that begins with the shape, over all documents.
    where = [Sql(f"{alias}.seq = {document}.seq"), *element_path(field, alias, "|| ''")]
    return Place(value, number, (Sql(f"element {alias}"), *more), tuple(where), Sql(f"{alias}.path"))


def element_path(field: Field, alias: str, veil: str = "") -> list[Sql]:
    """What a field's idShort path says of an element's row; behind a ``veil`` no index is seen in it."""
    if not field.path:
        return []
    return [sql(f"{alias}.shape {veil} = ?", texts.shape(field.path)), *at(Sql(f"{alias}.path"), field.path)]


def element_value(field: Field, alias: str, dialect: Dialect) -> tuple[Sql, Sql | None, tuple[Sql, ...]]:
    """A field in an element's row: its value, the same as a number where that is kept, and a further table for the
    keys of a semanticId. What the row leaves out is an ExternalReference of one GlobalReference."""
    if field.name in _OF_ELEMENT:
        number = Sql(f"{alias}.number_value") if field.name == "value" else None
        return Sql(f"{alias}.{_OF_ELEMENT[field.name]}"), number, ()
    semantic = Sql(f"{alias}.semantic")
    if field.name == "semanticId.type":
        return _unless(alias, "ExternalReference", dialect.member(semantic, "type")), None, ()
    match = _KEY.fullmatch(field.name)
    assert match is not None
    index, part = match.groups()
    usual: Sql = Sql(f"{alias}.semantic_id") if part == "value" else sql("?", "GlobalReference")
    if index:
        own = dialect.member(dialect.entry(semantic, "keys", int(index)), part)
        return (_unless(alias, usual, own) if index == "0" else own), None, ()
    whole = _unless(alias, dialect.reference(Sql(f"{alias}.semantic_id")), semantic)
    table, entry = dialect.each(whole, "keys", f"{alias}k")
    return dialect.member(entry, part), None, (table,)


def at(column: Sql, path: str) -> list[Sql]:
    """What a path says beyond its shape: the indices that it names, or all of it where its shape is cut short."""
    shape = _INDEX.sub(_WILD, path)
    whole = texts.shape(path) == shape
    if shape == path and whole:
        return []
    if _WILD not in path:
        return [sql("{} = ?", column, path)]
    pattern = path.replace("!", "!!").replace("_", "!_").replace("[]", "[%]")
    return [sql("{} LIKE ? ESCAPE '!'", column, pattern)]


def _unless(alias: str, usual: str | Sql, own: Sql) -> Sql:
    known = usual if isinstance(usual, Sql) else sql("?", usual)
    return sql(
        f"CASE WHEN {alias}.semantic IS NOT NULL THEN {{}} WHEN {alias}.semantic_id IS NOT NULL THEN {{}} END",
        own,
        known,
    )
