"""Which index a page of a query can be read off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aas_server.store.contract import Kind
from aas_server.store.contract.condition import AllOf, Compare, Condition, Field, Given, Match
from aas_server.store.sql import texts
from aas_server.store.sql.query.comparing import equal_text
from aas_server.store.sql.query.fragment import Sql, joined, sql
from aas_server.store.sql.query.places import COLUMNS, FIRST_KEY, at, element_path
from aas_server.store.sql.query.scopes import LINKED, OWN, hop

FEW = 500
"""Up to so many linked documents are followed back; where more match, trying one document after the other soon
fills a page."""
_OWN_MEANING = frozenset({"sm", "smdesc"})


@dataclass(frozen=True, slots=True)
class Index:
    """Rows of a table, of which a document must have one (``x.seq``), in order of ``seq`` by an index."""

    table: str
    where: Sql


@dataclass(frozen=True, slots=True)
class Links:
    """Tables that lead from linked documents, of which there should be few, to a row ``d`` of ``document``."""

    tables: Sql
    where: Sql
    count: Sql


def columns_asked(condition: Condition, kind: Kind, alias: str = "d") -> list[Sql]:
    """What must be in a document's own row, each as an index of ``document`` has it."""
    return [
        sql(f"{alias}.{column} = ?", value)
        for field, given in _asked(condition)
        if field.scope in OWN[kind]
        if (found := _column(field, given)) is not None
        for column, value in (found,)
    ]


def veil(columns: list[Sql]) -> str:
    """What stands behind the kind where a document is asked for by its id: the index of ids knows no kind and no
    order, so PostgreSQL would rather read all of the kind in order."""
    return " /*unindexed*/" if any(one.text.endswith(".id = ?") for one in columns) else ""


def index(condition: Condition, kind: Kind) -> Index | None:
    """An index that has what must hold of the document itself."""
    for field, given in _asked(condition):
        if field.scope in OWN[kind] and (found := _index_of(kind, field, given)) is not None:
            return found
    return None


def links(condition: Condition, kind: Kind) -> Links | None:
    """The way back from linked documents of which an index has what must hold."""
    if kind not in LINKED:
        return None
    other = LINKED[kind]
    asked = [pair for pair in _asked(condition) if pair[0].scope in OWN[other]]
    for field, given in asked:
        # ``d`` and ``s`` change their parts: from the linked document ``s`` to the document ``d``.
        tables, linked = hop(other, "s", "d", "l")
        if (column := _column(field, given)) is not None:
            asked_of = sql(f"s.{column[0]} = ?", column[1])
            own = sql(f"s.kind{veil([asked_of])} = ? AND {{}}", other, asked_of)
            few = sql("SELECT 1 FROM document s WHERE {} LIMIT ?", own, FEW + 1)
            return Links(
                sql("document s CROSS JOIN {}", _crossed(tables)), sql("{} AND {}", own, linked), _count(few)
            )
        if (found := _index_of(other, field, given)) is not None:
            few = sql(f"SELECT 1 FROM {found.table} x WHERE {{}} LIMIT ?", found.where, FEW + 1)  # noqa: S608
            return Links(
                sql(f"{found.table} x CROSS JOIN document s CROSS JOIN {{}}", _crossed(tables)),
                sql("{} AND s.seq = x.seq AND s.kind = ? AND {}", found.where, other, linked),
                _count(few),
            )
    return None


def _crossed(tables: Sql) -> Sql:
    """CROSS: SQLite keeps the order of the tables as it is written."""
    return Sql(tables.text.replace(", ", " CROSS JOIN "), tables.values)


def _count(rows: Sql) -> Sql:
    return sql("(SELECT count(*) FROM ({}) AS few)", rows)


def _conjuncts(condition: Condition) -> Iterator[Condition]:
    """What has to hold for the condition to hold."""
    if isinstance(condition, AllOf | Match):
        for part in condition.parts:
            yield from _conjuncts(part)
    else:
        yield condition


def _asked(condition: Condition) -> Iterator[tuple[Field, Given]]:
    """Fields that must have a value."""
    for part in _conjuncts(condition):
        if isinstance(part, Compare) and part.how == "eq":
            for field, given in ((part.left, part.right), (part.right, part.left)):
                if isinstance(field, Field) and isinstance(given, Given):
                    yield field, given


def _column(field: Field, given: Given) -> tuple[str, str] | None:
    """The column of ``document`` that has a field, and what stands in it."""
    if field.scope == "sme" or not isinstance(given.value, str) or given.type != "string":
        return None
    if field.name == FIRST_KEY and field.scope in _OWN_MEANING:
        return "semantic_id", texts.key(given.value)
    return (COLUMNS[field.name], given.value) if field.name in COLUMNS else None


def _index_of(kind: Kind, field: Field, given: Given) -> Index | None:
    if field.scope != "sme":
        if given.type != "string":
            return None
        where = [sql("x.kind = ? AND x.shape = ?", kind, texts.shape(field.name)), *at(Sql("x.field"), field.name)]
        return Index("fact", joined(" AND ", [*where, equal_text(Sql("x.value"), str(given.value))]))
    path = element_path(field, "x")
    if field.name == FIRST_KEY and given.type == "string":
        named = [Sql("x.semantic_id IS NOT NULL"), equal_text(Sql("x.semantic_id"), str(given.value))]
        return Index("element", joined(" AND ", [*named, *path]))
    if field.name != "value" or not path or given.type not in ("string", "number"):
        return None
    same = (
        equal_text(Sql("x.value"), str(given.value))
        if given.type == "string"
        else sql("x.number_value IS NOT NULL AND x.number_value = CAST(? AS DOUBLE PRECISION)", given.value)
    )
    return Index("element", joined(" AND ", [*path, same]))
