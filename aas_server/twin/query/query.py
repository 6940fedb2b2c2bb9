"""The AAS Query Language (IDTA-01002 V3.1, clause Query Language) in its JSON form, read into conditions.

Decided here where the specification leaves it open: ``$dayOfWeek`` counts as ISO 8601 does (Monday is 1); a moment
without a zone is UTC; an idShort path starts at the submodel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from aas_server.errors import BadInput, NotSupported
from aas_server.store.contract import lexical
from aas_server.store.contract.condition import (
    AllOf,
    AnyOf,
    Cast,
    Compare,
    Comparison,
    Condition,
    Constant,
    Field,
    Given,
    Match,
    Not,
    Operand,
    Type,
)
from aas_server.twin.query.field import field
from aas_server.twin.query.pattern import portable

MOST_COMPARISONS = 100
MOST_IN_MATCH = 20
"""Each part of a match is one more table to join."""
MOST_DEPTH = 20

_HOW: Mapping[str, Comparison] = {f"${how}": how for how in get_args(Comparison)}
_TEXTS = frozenset({"contains", "starts-with", "ends-with", "regex"})
_TEXT_OPERANDS = frozenset({"$field", "$strVal", "$strCast", "$attribute"})
_CASTS: Mapping[str, Type] = {
    "$strCast": "string",
    "$numCast": "number",
    "$hexCast": "hex",
    "$boolCast": "boolean",
    "$dateTimeCast": "date-time",
    "$timeCast": "time",
}
_TYPED: Mapping[str, Type] = {"$hexVal": "hex", "$dateTimeVal": "date-time", "$timeVal": "time"}
_READ: Mapping[Type, Callable[[str], object]] = {
    "hex": lexical.hexadecimal,
    "date-time": lexical.moment,
    "time": lexical.time_of_day,
    "number": lexical.number,
    "boolean": lexical.boolean,
}
_PARTS: Mapping[str, Callable[[Any], int]] = {
    "$dayOfWeek": lambda day: day.isoweekday(),
    "$dayOfMonth": lambda day: day.day,
    "$month": lambda day: day.month,
    "$year": lambda day: day.year,
}


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for. ``ids_only``: the ids of the documents instead of them."""

    condition: Condition
    ids_only: bool


def read(given: Any) -> Query:
    """A query from its JSON: the schema ``Query``, or that wrapped in ``{"Query": …}``, as one client sends it.
    Raises ``BadInput`` with the place in the query, ``NotSupported`` for what needs access rules."""
    if isinstance(given, dict) and set(given) == {"Query"}:
        given = given["Query"]
    if not isinstance(given, dict) or "$condition" not in given:
        raise BadInput("query-no-condition")
    unknown = sorted(set(given) - {"$condition", "$select"})
    if unknown:
        raise BadInput("query-unknown", place="", name=unknown[0], known="$condition, $select")
    if given.get("$select", "id") != "id":
        raise BadInput("query-select", given=str(given["$select"]))
    return Query(_Reader().logical(given["$condition"], "$condition", 0), "$select" in given)


class _Reader:
    """``place`` is where in the query a part stands, such as ``$condition.$and[0].$eq[1]``."""

    def __init__(self) -> None:
        self._comparisons = 0

    def logical(self, given: Any, place: str, depth: int) -> Condition:
        if depth > MOST_DEPTH:
            raise BadInput("query-deep", place=place, limit=MOST_DEPTH)
        name, value, place = _single(given, place, ("$and", "$or", "$not", "$match", "$boolean", *_HOW))
        if name in ("$and", "$or"):
            items = _items(value, place, 2)
            parts = tuple(self.logical(one, f"{place}[{i}]", depth + 1) for i, one in enumerate(items))
            return AllOf(parts) if name == "$and" else AnyOf(parts)
        if name == "$not":
            return Not(self.logical(value, place, depth + 1))
        if name == "$match":
            return self._match(value, place, depth)
        return self._simple(name, value, place)

    def _match(self, given: Any, place: str, depth: int) -> Match:
        parts = []
        before = self._comparisons
        for i, one in enumerate(_items(given, place, 1)):
            if depth > MOST_DEPTH:
                raise BadInput("query-deep", place=place, limit=MOST_DEPTH)
            name, value, inside = _single(one, f"{place}[{i}]", ("$match", "$boolean", *_HOW))
            parts.append(
                self._match(value, inside, depth + 1) if name == "$match" else self._simple(name, value, inside)
            )
        if self._comparisons - before > MOST_IN_MATCH:
            raise BadInput("query-match-large", place=place, limit=MOST_IN_MATCH)
        return Match(tuple(parts))

    def _simple(self, name: str, value: Any, place: str) -> Compare | Constant:
        if name == "$boolean":
            if not isinstance(value, bool):
                raise BadInput("query-value", place=place, given=str(value), type="boolean")
            return Constant(value)
        self._comparisons += 1
        if self._comparisons > MOST_COMPARISONS:
            raise BadInput("query-large", limit=MOST_COMPARISONS)
        how = _HOW[name]
        items = _items(value, place, 2)
        if len(items) != 2:
            raise BadInput("query-two", place=place)
        known = _TEXT_OPERANDS if how in _TEXTS else None
        left, right = (_operand(one, f"{place}[{i}]", known) for i, one in enumerate(items))
        if how == "regex":
            right = _pattern(right, f"{place}[1]")
        return Compare(left, how, right)


def _operand(given: Any, place: str, known: frozenset[str] | None = None) -> Operand:
    names = known or {"$field", "$strVal", "$numVal", "$boolean", "$attribute", *_TYPED, *_CASTS, *_PARTS}
    name, value, place = _single(given, place, sorted(names))
    if name == "$attribute":
        raise NotSupported("query-attribute", place=place)
    if name in _CASTS:
        return _cast(_operand(value, place), _CASTS[name], place)
    if name == "$numVal":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadInput("query-value", place=place, given=str(value), type="number")
        return Given(_float(value, place), "number")
    if name == "$boolean":
        if not isinstance(value, bool):
            raise BadInput("query-value", place=place, given=str(value), type="boolean")
        return Given(value, "boolean")
    if not isinstance(value, str):
        raise BadInput("query-value", place=place, given=str(value), type="string")
    if name == "$field":
        return field(value, place)
    if name in _PARTS:
        day = lexical.day(value)
        if day is None:
            raise BadInput("query-value", place=place, given=value, type="date-time")
        return Given(float(_PARTS[name](day)), "number")
    return _typed(value, _TYPED.get(name, "string"), place)


def _cast(operand: Operand, type: Type, place: str) -> Operand:
    if isinstance(operand, Field):
        return Cast(operand, type)
    if isinstance(operand, Cast):
        same = operand.type in ("string", type) or (operand.type, type) == ("date-time", "time")
        if not same:
            raise NotSupported("query-cast-twice", place=place)
        return Cast(operand.operand, type)
    return _typed(_text(operand), type, place)


def _typed(text: str, type: Type, place: str) -> Given:
    if type == "string":
        return Given(text)
    value = _READ[type](text)
    if value is None:
        raise BadInput("query-value", place=place, given=text, type=type)
    return Given(value if isinstance(value, bool | float) else text, type)


def _text(given: Given) -> str:
    """A constant as a text, numbers in XML Schema's canonical way but for whole ones, which have no point."""
    if isinstance(given.value, bool):
        return str(given.value).lower()
    if isinstance(given.value, float):
        return str(int(given.value)) if given.value.is_integer() else repr(given.value)
    return given.value


def _pattern(operand: Operand, place: str) -> Given:
    if not isinstance(operand, Given):
        raise NotSupported("query-pattern-from-field", place=place)
    return Given(portable(str(operand.value)))


def _float(value: float, place: str) -> float:
    try:
        return float(value)
    except OverflowError:
        raise BadInput("query-value", place=place, given=str(value)[:50], type="number") from None


def _single(given: Any, place: str, known: Any) -> tuple[str, Any, str]:
    """An object of one attribute: its name, its value and the value's place."""
    if not isinstance(given, dict) or len(given) != 1:
        raise BadInput("query-one-of", place=place, known=", ".join(known))
    (name, value) = next(iter(given.items()))
    if name not in known:
        raise BadInput("query-unknown", place=place, name=name, known=", ".join(known))
    return name, value, f"{place}.{name}"


def _items(given: Any, place: str, least: int) -> list[Any]:
    if not isinstance(given, list) or len(given) < least:
        raise BadInput("query-list", place=place, least=least)
    return given
