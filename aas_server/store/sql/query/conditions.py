"""A condition as one expression about a row of ``document``.

Every field is asked of the rows it has: a comparison holds where one of them does (EXISTS). NULL counts as false
everywhere, so it is made false only where it is negated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import count

from aas_server.store.contract import Kind
from aas_server.store.contract.condition import (
    AllOf,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    Constant,
    Field,
    Given,
    Match,
    Not,
    Operand,
    Scope,
    StoredAs,
)
from aas_server.store.sql import texts
from aas_server.store.sql.query.comparing import Side, holds
from aas_server.store.sql.query.dialect import Dialect
from aas_server.store.sql.query.fragment import ALWAYS, NEVER, Sql, joined, sql
from aas_server.store.sql.query.places import (
    FIRST_KEY,
    Place,
    beginnings,
    column,
    element_row,
    fact_row,
    row_of,
)
from aas_server.store.sql.query.scopes import LINKED, OWN, field_of, fields, hop

Bound = dict[Scope, str]
"""The alias of the document that a scope's fields are asked of."""
_MIRRORED: dict[Comparison, Comparison] = {"gt": "lt", "lt": "gt", "ge": "le", "le": "ge", "eq": "eq", "ne": "ne"}
_EMPTY_EQUAL = frozenset({"eq", "ge", "le"})


class Translation:
    """Translates for one statement; numbers its aliases."""

    def __init__(self, kind: Kind, dialect: Dialect) -> None:
        self._kind = kind
        self._dialect = dialect
        self._numbers = count(1)

    def document(self, condition: Condition, alias: str) -> Sql:
        """The condition, asked of a row of ``document``."""
        return self._condition(condition, dict.fromkeys(OWN[self._kind], alias))

    def _condition(self, condition: Condition, bound: Bound) -> Sql:
        if isinstance(condition, Constant):
            return ALWAYS if condition.holds else NEVER
        if isinstance(condition, StoredAs):
            return ALWAYS if condition.kind == self._kind else NEVER
        if isinstance(condition, Not):
            return sql("NOT coalesce({}, 1 = 0)", self._condition(condition.part, bound))
        if isinstance(condition, AnyOf):
            return sql("({})", joined(" OR ", (self._condition(part, bound) for part in condition.parts)))
        if isinstance(condition, AllOf):
            return sql("({})", joined(" AND ", self._all(condition, bound)))
        if not self._is_bound(condition, bound):
            return self._linked((condition,), bound)
        if isinstance(condition, Match):
            return Joined(self, bound).matched(condition)
        return self._compared(condition, bound)

    def _all(self, condition: AllOf, bound: Bound) -> Iterable[Sql]:
        linked = tuple(part for part in condition.parts if _simple(part) and self._elsewhere(part, bound))
        for part in condition.parts:
            if part not in linked:
                yield self._condition(part, bound)
        if linked:
            yield self._linked(linked, bound)

    def _linked(self, parts: tuple[Condition, ...], bound: Bound) -> Sql:
        """That one linked document has all parts."""
        number = next(self._numbers)
        tables, where = hop(self._kind, next(iter(bound.values())), f"d{number}", f"l{number}")
        inside = bound | dict.fromkeys(OWN[LINKED[self._kind]], f"d{number}")
        asked = joined(" AND ", (self._condition(part, inside) for part in parts))
        return sql("EXISTS (SELECT 1 FROM {} WHERE {} AND {})", tables, where, asked)

    def _compared(self, condition: Compare, bound: Bound) -> Sql:
        found = Joined(self, bound).compared(condition)
        sides = [field_of(condition.left), field_of(condition.right)]
        if condition.how not in _EMPTY_EQUAL or None in sides:
            return found
        absent = joined(" AND ", (self._absent(side, bound) for side in sides if side is not None))
        return sql("({} OR ({}))", found, absent)

    def _absent(self, field: Field, bound: Bound) -> Sql:
        place = self.place(field, bound)
        there = sql("{} IS NOT NULL", place.value)
        if not place.tables:
            return sql("NOT {}", there)
        return sql("NOT {}", exists(place.tables, (*place.where, there)))

    def place(self, field: Field, bound: Bound, alias: str | None = None) -> Place:
        """Where a field's values stand, in a row of an alias of its own where none is given."""
        document = bound[field.scope]
        alias = alias or self.alias()
        if field.scope == "sme":
            return element_row(field, document, alias, self._dialect)
        return column(field, document) or fact_row(field, document, alias)

    def alias(self) -> str:
        return f"r{next(self._numbers)}"

    @property
    def dialect(self) -> Dialect:
        return self._dialect

    def _is_bound(self, condition: Condition, bound: Bound) -> bool:
        return all(field.scope in bound for field in fields(condition))

    def _elsewhere(self, condition: Condition, bound: Bound) -> bool:
        """Whether a condition is about linked documents alone."""
        scopes = {field.scope for field in fields(condition)}
        return bool(scopes) and not scopes & set(bound)


class Joined:
    """The rows that the parts of one match are read from, as tables of one EXISTS. Rows whose paths have the same
    beginning up to a ``[]`` have the same index there."""

    def __init__(self, translation: Translation, bound: Bound) -> None:
        self._translation = translation
        self._bound = bound
        self._tables: dict[str, Sql] = {}
        self._where: list[Sql] = []

    def matched(self, match: Match) -> Sql:
        """That one choice of rows has all parts."""
        self._take(match, {}, {})
        return self._found()

    def compared(self, compare: Compare) -> Sql:
        """That any row of the one side and any of the other compare so."""
        self._compare(compare, {}, {}, apart=True)
        return self._found()

    def _found(self) -> Sql:
        if not self._tables:
            return sql("({})", joined(" AND ", self._where))
        return exists(self._tables.values(), self._where)

    def _take(self, match: Match, rows: dict[str, str], known: dict[str, Sql]) -> None:
        """``rows``: aliases by what is read from them; ``known``: beginnings of paths, up to a ``[]``. Both are
        shared with a match inside for what the outer one says, and for the outermost list."""
        for part in match.parts:
            if isinstance(part, Constant):
                self._where.append(ALWAYS if part.holds else NEVER)
            elif isinstance(part, Compare):
                self._compare(part, rows, known)
        for part in match.parts:
            if isinstance(part, Match):
                inner_rows, inner_known = dict(rows), dict(known)
                self._take(part, inner_rows, inner_known)
                for name in inner_known:
                    if name.count("[]") == 1:
                        known.setdefault(name, inner_known[name])
                if "sme." in inner_rows:
                    rows.setdefault("sme.", inner_rows["sme."])

    def _compare(
        self, compare: Compare, rows: dict[str, str], known: dict[str, Sql], *, apart: bool = False
    ) -> None:
        compare = _turned(compare)
        if (own := self._by_key(compare)) is not None:
            self._where.append(own)
            return
        left = self._side(compare.left, rows, known)
        right = self._side(compare.right, {}, {}) if apart else self._side(compare.right, rows, known)
        self._where.append(sql("({})", holds(left, compare.how, right, self._translation.dialect)))

    def _by_key(self, compare: Compare) -> Sql | None:
        """The first key of a document's own semanticId stands in its row, too, in the form of an index."""
        field, given = compare.left, compare.right
        if compare.how != "eq" or not isinstance(field, Field) or not isinstance(given, Given):
            return None
        if field.scope not in ("sm", "smdesc") or field.name != FIRST_KEY or not isinstance(given.value, str):
            return None
        return sql(f"{self._bound[field.scope]}.semantic_id = ?", texts.key(given.value))

    def _side(self, operand: Operand, rows: dict[str, str], known: dict[str, Sql]) -> Side:
        field = field_of(operand)
        if field is None:
            return Side(operand)
        name = row_of(field)
        new = name not in rows
        place = self._translation.place(field, self._bound, rows.get(name))
        if not place.tables:
            return Side(operand, place)
        for table in place.tables:
            self._tables[table.text.rsplit(" ", 1)[-1]] = table
        if new:
            rows[name] = place.tables[0].text.rsplit(" ", 1)[-1]
            self._where += place.where
            self._tie(field, place, known)
        return Side(operand, place)

    def _tie(self, field: Field, place: Place, known: dict[str, Sql]) -> None:
        assert place.path is not None
        found = [(name, self._translation.dialect.beginning(place.path, n)) for n, name in beginnings(field)]
        for name, beginning in reversed(found):
            if name in known:
                self._where.append(sql("{} = {}", known[name], beginning))
                break
        for name, beginning in found:
            known.setdefault(name, beginning)


def exists(tables: Iterable[Sql], where: Iterable[Sql]) -> Sql:
    return sql("EXISTS (SELECT 1 FROM {} WHERE {})", joined(", ", tables), joined(" AND ", where))


def _turned(compare: Compare) -> Compare:
    """The constant, if there is one, on the right."""
    if compare.how in _MIRRORED and field_of(compare.left) is None and field_of(compare.right) is not None:
        return replace(compare, left=compare.right, how=_MIRRORED[compare.how], right=compare.left)
    return compare


def _simple(condition: Condition) -> bool:
    """Whether a condition speaks of one document: another AND or a match inside may mean another one."""
    if isinstance(condition, Not):
        return _simple(condition.part)
    if isinstance(condition, AnyOf):
        return all(_simple(part) for part in condition.parts)
    return isinstance(condition, Compare)
