"""Which fields may be asked of which kind of document, and how one document leads to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aas_server.errors import BadInput
from aas_server.store.contract import Kind
from aas_server.store.contract.condition import (
    AllOf,
    AnyOf,
    Cast,
    Compare,
    Condition,
    Field,
    Given,
    Match,
    Not,
    Operand,
    Scope,
)
from aas_server.store.sql import texts
from aas_server.store.sql.query.fragment import Sql, sql

OWN: Mapping[Kind, frozenset[Scope]] = {
    "shell": frozenset({"aas"}),
    "submodel": frozenset({"sm", "sme"}),
    "concept-description": frozenset({"cd"}),
    "shell-descriptor": frozenset({"aasdesc"}),
    "submodel-descriptor": frozenset({"smdesc"}),
}
"""What is asked of the document itself."""
LINKED: Mapping[Kind, Kind] = {"shell": "submodel", "submodel": "shell"}
"""Whose documents can be asked as well: a shell's submodels, the shells that refer to a submodel."""
_REFERENCE = "submodels[].keys[].value"


def fields(condition: Condition) -> Iterator[Field]:
    """All fields that a condition asks for."""
    for operand in _operands(condition):
        if (field := field_of(operand)) is not None:
            yield field


def field_of(operand: Operand) -> Field | None:
    """The field an operand reads, if it reads one."""
    return operand if isinstance(operand, Field) else operand.operand if isinstance(operand, Cast) else None


def _operands(condition: Condition) -> Iterator[Operand]:
    if isinstance(condition, Compare):
        yield from (condition.left, condition.right)
    elif isinstance(condition, AllOf | AnyOf | Match):
        for part in condition.parts:
            yield from _operands(part)
    elif isinstance(condition, Not):
        yield from _operands(condition.part)


def check(kind: Kind, condition: Condition) -> None:
    """Raises ``BadInput`` where a condition asks what this kind of document doesn't have, or for a text that no
    document can have."""
    texts.check(
        *(one.value for one in _operands(condition) if isinstance(one, Given) and isinstance(one.value, str))
    )
    known = set(OWN.get(kind, ())) | OWN[LINKED[kind]] if kind in LINKED else set(OWN.get(kind, ()))
    for field in fields(condition):
        if field.scope not in known:
            scopes = ", ".join(f"${scope}" for scope in sorted(known))
            raise BadInput("query-scope", kind=kind, scope=f"${field.scope}", known=scopes)


def hop(kind: Kind, document: str, alias: str, link: str) -> tuple[Sql, Sql]:
    """From a document to those it is linked with: tables, and which rows of them."""
    tables = Sql(f"fact {link}, document {alias}")
    shape = sql(f"{link}.kind = ? AND {link}.shape = ?", "shell", _REFERENCE)
    if kind == "shell":
        return tables, sql(
            f"{link}.seq = {document}.seq AND {{}}"
            f" AND {alias}.kind /*unindexed*/ = ? AND {alias}.id = {link}.value",
            shape,
            "submodel",
        )
    same = f"substr({link}.value, 1, 200) = substr({document}.id, 1, 200) AND {link}.value = {document}.id"
    return tables, sql(f"{{}} AND {same} AND {alias}.seq = {link}.seq AND {alias}.kind = ?", shape, "shell")
