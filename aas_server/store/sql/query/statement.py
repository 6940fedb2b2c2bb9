"""The statement for a page of a query.

A page is found in order of ``seq``. Where the condition asks for a value that an index has, the page is read off
that index, so its cost does not grow with what is stored; otherwise documents are tried one after the other until
the page is full.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from aas_server.errors import NotSupported
from aas_server.store.contract import DESCRIBED, Described, Kind
from aas_server.store.contract.condition import (
    AllOf,
    AnyOf,
    Cast,
    Compare,
    Condition,
    Constant,
    Field,
    Match,
    Not,
    Operand,
    StoredAs,
)
from aas_server.store.sql.query.conditions import Translation
from aas_server.store.sql.query.dialect import Dialect
from aas_server.store.sql.query.fragment import ALWAYS, Sql, joined, sql
from aas_server.store.sql.query.indexes import FEW, columns_asked, index, links, veil
from aas_server.store.sql.query.scopes import check, fields
from aas_server.store.sql.rows import columns

_MOST_BRANCHES = 20
_INSIDE = "submodelDescriptors[]."


@dataclass(frozen=True, slots=True)
class Branch:
    """Documents of one kind for which a condition holds."""

    kind: Kind
    condition: Condition
    hidden_by: Kind | None = None


def statement(kind: Kind, condition: Condition, after: int, limit: int, dialect: Dialect) -> Sql:
    """The rows of at most ``limit`` documents after a ``seq``; of submodels' descriptors, the metadata. Raises
    ``BadInput`` where the condition asks what this kind doesn't have, ``NotSupported`` where that isn't stored."""
    check(kind, condition)
    branches = [part for branch in _kinds(kind, condition) for part in _alternatives(branch)]
    seqs = [part for branch in branches for part in _seqs(branch, after, limit, dialect)]
    found = joined(" UNION ", [sql("SELECT seq FROM ({}) AS found", one) for one in seqs])
    whole = kind not in DESCRIBED
    return sql(
        f"SELECT {columns(whole)} FROM (SELECT seq FROM ({{}}) AS every ORDER BY seq LIMIT ?) AS page"  # noqa: S608
        " CROSS JOIN document d WHERE d.kind IN ({}) AND d.seq = page.seq ORDER BY page.seq",
        found,
        limit,
        joined(", ", [sql("?", one) for one in dict.fromkeys(branch.kind for branch in branches)]),
    )


def _kinds(kind: Kind, condition: Condition) -> Iterator[Branch]:
    """A kind of descriptor is what was registered and what is stored and has a descriptor for that."""
    yield Branch(kind, _decided(condition, kind))
    if kind in DESCRIBED:
        described = DESCRIBED[kind]
        yield Branch(described, _of_stored(_decided(condition, described), described), kind)


def _alternatives(branch: Branch) -> list[Branch]:
    """The parts of an OR, if each can be read off an index."""
    condition = branch.condition
    if not isinstance(condition, AnyOf) or len(condition.parts) > _MOST_BRANCHES:
        return [branch]
    parts = [replace(branch, condition=part) for part in condition.parts]
    return parts if all(_is_indexed(part) for part in parts) else [branch]


def _is_indexed(branch: Branch) -> bool:
    return bool(columns_asked(branch.condition, branch.kind)) or index(branch.condition, branch.kind) is not None


def _seqs(branch: Branch, after: int, limit: int, dialect: Dialect) -> list[Sql]:
    """A branch's first ``seq`` in order, as statements of which all but one find nothing."""
    columns = columns_asked(branch.condition, branch.kind)
    where = [sql(f"d.kind{veil(columns)} = ?", branch.kind), *columns]
    found = None if columns else index(branch.condition, branch.kind)
    if found is None or not isinstance(branch.condition, Compare):
        where.append(Translation(branch.kind, dialect).document(branch.condition, "d"))
    if branch.hidden_by is not None:
        hiding = "NOT EXISTS (SELECT 1 FROM document r WHERE r.kind /*unindexed*/ = ? AND r.id = d.id)"
        where.append(sql(hiding, branch.hidden_by))
    asked = joined(" AND ", where)
    # A table that is empty where the way back is taken: a condition would be asked of each document.
    tried = (
        "SELECT d.seq FROM (SELECT 1 AS open WHERE {}) AS gate CROSS JOIN document d"
        " WHERE {} AND d.seq > ? ORDER BY d.seq LIMIT ?"
    )
    if found is not None:
        # CROSS: SQLite keeps the order of the tables as it is written.
        return [
            sql(
                f"SELECT DISTINCT x.seq FROM {found.table} x CROSS JOIN document d"  # noqa: S608
                " WHERE {} AND x.seq > ? AND d.seq = x.seq AND {} ORDER BY x.seq LIMIT ?",
                found.where,
                after,
                asked,
                limit,
            )
        ]
    way = None if columns else links(branch.condition, branch.kind)
    if way is None:
        return [sql(tried, ALWAYS, asked, after, limit)]
    return [
        sql(
            "SELECT DISTINCT d.seq FROM {} WHERE {} <= ? AND {} AND d.seq > ? AND {} ORDER BY d.seq LIMIT ?",
            way.tables,
            way.count,
            FEW,
            way.where,
            after,
            asked,
            limit,
        ),
        sql(tried, sql("{} > ?", way.count, FEW), asked, after, limit),
    ]


def _decided(condition: Condition, kind: Kind) -> Condition:
    """The condition without the parts that the kind settles."""
    if isinstance(condition, StoredAs):
        return Constant(condition.kind == kind)
    if isinstance(condition, Not):
        part = _decided(condition.part, kind)
        return Constant(not part.holds) if isinstance(part, Constant) else Not(part)
    if isinstance(condition, AllOf | AnyOf):
        settles = isinstance(condition, AnyOf)
        parts = [_decided(part, kind) for part in condition.parts]
        if Constant(settles) in parts:
            return Constant(settles)
        left = tuple(part for part in parts if not isinstance(part, Constant))
        return replace(condition, parts=left) if left else Constant(not settles)
    return condition


def _of_stored(condition: Condition, described: Described) -> Condition:
    """What is asked of a descriptor, asked of the document that it follows from."""
    for field in fields(condition):
        if "endpoints" in field.name or (
            "submodelDescriptors" in field.name and not field.name.startswith(_INSIDE)
        ):
            raise NotSupported("query-descriptor-derived", field=f"${field.scope}#{field.name}")
    return _renamed(condition, described)


def _renamed(condition: Condition, described: Described) -> Condition:
    if isinstance(condition, Compare):
        left, right = (_operand(one, described) for one in (condition.left, condition.right))
        return replace(condition, left=left, right=right)
    if isinstance(condition, Not):
        return Not(_renamed(condition.part, described))
    if isinstance(condition, AllOf):
        # Each by itself: a descriptor's list is asked entry by entry, not as one linked document.
        parts = tuple(_renamed(part, described) for part in condition.parts)
        return AllOf(tuple(Match((part,)) if isinstance(part, Compare) else part for part in parts))
    if isinstance(condition, AnyOf):
        return AnyOf(tuple(_renamed(part, described) for part in condition.parts))
    if isinstance(condition, Match):
        return Match(tuple(_renamed(part, described) for part in condition.parts))  # type: ignore[misc]
    return condition


def _operand(operand: Operand, described: Described) -> Operand:
    if isinstance(operand, Cast):
        return replace(operand, operand=_field(operand.operand, described))
    return _field(operand, described) if isinstance(operand, Field) else operand


def _field(field: Field, described: Described) -> Field:
    if field.name.startswith(_INSIDE):
        return Field("sm", field.name.removeprefix(_INSIDE))
    return replace(field, scope="aas" if described == "shell" else "sm")
