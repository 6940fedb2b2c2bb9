"""``filter(fn: (r) => …)``: whether a series, or a record of it, passes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import re2

from aas_server.errors import BadInput
from aas_server.product.series.flux.syntax import (
    Call,
    Compared,
    Denied,
    Exists,
    Expression,
    Function,
    Joined,
    Name,
    Pattern,
)

PLACEHOLDER = "{{y-value}}"
"""Where the BaSyx UI puts the idShort of the variable that was chosen; who leaves it gets the first variable."""
FIRST = "the first"
"""The key under which a series says that it is the first one."""
_OF_RECORD = ("_value", "_time")
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def conjuncts(function: Expression) -> Iterator[Expression]:
    """The parts of a predicate that must all hold. Raises ``BadInput`` where it is none."""
    if not isinstance(function, Function):
        raise BadInput("flux-argument-wrong", name="filter", argument="fn")
    waiting = [_bare(function.body, function.parameter)]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, Joined) and part.op == "and":
            waiting[:0] = part.parts
        else:
            yield part


def is_of_record(part: Expression) -> bool:
    """Whether it asks for a record's value or time."""
    return any(name in _OF_RECORD for name in _names(part))


def holds(part: Expression, record: Mapping[str, Any]) -> bool:
    """Whether it holds of a series or record; a column that is not there equals nothing."""
    match part:
        case bool():
            return part
        case Joined(op="and"):
            return all(holds(one, record) for one in part.parts)
        case Joined():
            return any(holds(one, record) for one in part.parts)
        case Denied():
            return not holds(part.part, record)
        case Exists():
            return record.get(str(part.name)) is not None
        case Compared():
            return _compared(part, record)
        case Call(name="contains"):
            given = part.arguments.get("set")
            wanted = part.arguments.get("value")
            return isinstance(given, tuple) and wanted is not None and _value(wanted, record) in given
        case Call():
            raise BadInput("flux-unsupported", name=part.name, line=0)
    raise BadInput("flux-argument-wrong", name="filter", argument="fn")


def texts_of(part: Expression, column: str) -> set[str] | None:
    """The texts of which a column has to be one, where a part says so; ``None`` where it says no such thing."""
    match part:
        case Compared(op="==", left=Name() as name, right=str() as text) if str(name) == column:
            return {text}
        case Compared(op="==", left=str() as text, right=Name() as name) if str(name) == column:
            return {text}
        case Joined(op="or"):
            found = [texts_of(one, column) for one in part.parts]
            return None if None in found else {text for one in found for text in one or ()}
        case Call(name="contains") if str(part.arguments.get("value")) == column:
            given = part.arguments.get("set")
            texts = [one for one in given if isinstance(one, str)] if isinstance(given, tuple) else []
            return set(texts) if texts else None
    return None


def _compared(part: Compared, record: Mapping[str, Any]) -> bool:
    left, right = _value(part.left, record), _value(part.right, record)
    if part.op in ("=~", "!~"):
        if not isinstance(right, Pattern) or not isinstance(left, str):
            return False
        return bool(_regex(right.text).search(left)) == (part.op == "=~")
    if PLACEHOLDER in (left, right) and part.op == "==":
        return bool(record.get(FIRST))
    if part.op in ("==", "!="):
        return bool(left is not None and right is not None and (left == right) == (part.op == "=="))
    try:
        return bool(_ORDERS[part.op](left, right))
    except TypeError:
        return False


def _value(part: Expression, record: Mapping[str, Any]) -> Any:
    if isinstance(part, Name):
        return record.get(str(part))
    if isinstance(part, str | int | float | bool | datetime | Pattern):
        return part
    raise BadInput("flux-argument-wrong", name="filter", argument="fn")


@lru_cache(256)
def _regex(text: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error:
        raise BadInput("flux-pattern-wrong", given=text) from None


def _bare(part: Expression, parameter: str) -> Expression:
    """Without the parameter in front of a record's columns: ``r._field`` → ``_field``."""
    match part:
        case Name(parts=(first, *rest)) if first == parameter and rest:
            return Name(tuple(rest))
        case Compared():
            return Compared(part.op, _bare(part.left, parameter), _bare(part.right, parameter))
        case Joined():
            return Joined(part.op, tuple(_bare(one, parameter) for one in part.parts))
        case Denied():
            return Denied(_bare(part.part, parameter))
        case Exists():
            bare = _bare(part.name, parameter)
            return Exists(bare) if isinstance(bare, Name) else part
        case Call():
            return Call(part.name, {name: _bare(one, parameter) for name, one in part.arguments.items()})
    return part


def _names(part: Expression) -> Iterator[str]:
    match part:
        case Name():
            yield str(part)
        case Compared():
            yield from _names(part.left)
            yield from _names(part.right)
        case Joined():
            for one in part.parts:
                yield from _names(one)
        case Denied():
            yield from _names(part.part)
        case Exists():
            yield str(part.name)
        case Call():
            for one in part.arguments.values():
                yield from _names(one)
