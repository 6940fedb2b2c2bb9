"""Comparisons of two operands by their type.

A field is read as what it is compared with; two fields are texts. What can't be read as the type is unequal and
neither greater nor less. Booleans are equal or not; constants of two types never compare (IDTA-01002 V3.1, clause
Query Language, Comparison Operators and Casting).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aas_server.store.contract import lexical
from aas_server.store.contract.condition import Cast, Comparison, Given, Operand, Type
from aas_server.store.sql import texts
from aas_server.store.sql.query.dialect import Dialect
from aas_server.store.sql.query.fragment import ALWAYS, NEVER, Sql, joined, sql
from aas_server.store.sql.query.places import Place

_SIGNS: Mapping[str, str] = {"eq": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_TEXTS = frozenset({"contains", "starts-with", "ends-with", "regex"})


@dataclass(frozen=True, slots=True)
class Side:
    """An operand and, for a field, where its values stand."""

    operand: Operand
    place: Place | None = None

    @property
    def type(self) -> Type | None:
        """What it asks the other side to be read as; ``None`` for a field as it is."""
        return self.operand.type if isinstance(self.operand, Given | Cast) else None


def holds(left: Side, how: Comparison, right: Side, dialect: Dialect) -> Sql:
    """Whether a comparison holds for one row of either side."""
    asked: list[Type] = [side.type for side in (left, right) if side.type is not None]
    if len(set(asked)) > 1 and how not in _TEXTS:
        return _known(left, right) if how == "ne" else NEVER
    kind: Type = asked[0] if asked and how not in _TEXTS else "string"
    one, other = (_read(side, kind, dialect) for side in (left, right))
    if how in _TEXTS:
        return _text_holds(one, how, right, other, dialect)
    if how == "ne":
        return _unequal(left, one, right, other)
    if kind == "boolean":
        return NEVER if how in ("gt", "lt") else sql("{} = {}", one, other)
    if kind == "string" and how != "eq":
        one, other = dialect.ordered(one), dialect.ordered(other)
    in_index = left.place is not None and left.place.tables
    if how == "eq" and kind == "string" and isinstance(right.operand, Given) and in_index:
        return equal_text(one, str(right.operand.value))
    return sql(f"{{}} {_SIGNS[how]} {{}}", one, other)


def equal_text(column: Sql, text: str) -> Sql:
    """That a column is a text; the beginning is what its index has, and all of a text shorter than that."""
    beginning = sql("substr({}, 1, 200) = ?", column, text[: texts.SHORT])
    if len(text) < texts.SHORT:
        return beginning
    # Not the bare column: SQLite would put its value into substr() and no longer find the index.
    return sql("({} AND {} || '' = ?)", beginning, column, text)


def _unequal(left: Side, one: Sql, right: Side, other: Sql) -> Sql:
    return sql("({} AND coalesce({} <> {}, 1 = 1))", _known(left, right), one, other)


def _known(*sides: Side) -> Sql:
    there = [sql("{} IS NOT NULL", side.place.value) for side in sides if side.place is not None]
    return joined(" AND ", [*there, ALWAYS])


def _text_holds(one: Sql, how: Comparison, right: Side, other: Sql, dialect: Dialect) -> Sql:
    if how == "regex":
        assert isinstance(right.operand, Given)
        return dialect.matches(one, str(right.operand.value))
    if how == "starts-with":
        return sql("substr({}, 1, length({})) = {}", one, other, other)
    if how == "ends-with":
        return sql("substr({}, length({}) - length({}) + 1) = {}", one, one, other, other)
    return dialect.contains(one, other)


def _read(side: Side, kind: Type, dialect: Dialect) -> Sql:
    if isinstance(side.operand, Given):
        return _constant(side.operand, kind)
    assert side.place is not None
    if kind == "number" and side.place.number is not None:
        # An index on it is of no use for one document, and would be taken for ranges over all of them.
        return sql("({} + 0)", side.place.number)
    return _as(side.place.value, kind, dialect)


def _as(text: Sql, kind: Type, dialect: Dialect) -> Sql:
    if kind == "number":
        return dialect.number(text)
    if kind == "boolean":
        return sql("CASE WHEN {} IN ('true', '1') THEN 1 WHEN {} IN ('false', '0') THEN 0 END", text, text)
    if kind == "date-time":
        return dialect.moment(text)
    if kind == "time":
        return dialect.time_of_day(text)
    return dialect.hexadecimal(text) if kind == "hex" else text


def _constant(given: Given, kind: Type) -> Sql:
    value = given.value
    if isinstance(value, bool):
        return sql("CAST(? AS INTEGER)", int(value))
    if isinstance(value, float):
        return sql("CAST(? AS DOUBLE PRECISION)", value)
    if kind == "date-time":
        return sql("CAST(? AS BIGINT)", lexical.moment(value))
    if kind == "time":
        return sql("CAST(? AS BIGINT)", lexical.time_of_day(value))
    return sql("CAST(? AS TEXT)", lexical.hexadecimal(value) if kind == "hex" else value)
