"""One column's values: which type they have, and what becomes of those that do not fit it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from connectors.message import EXACT, Scalar

NUMBER_AS_TEXT = "number-as-text"
VALUE_AS_TEXT = "value-as-text"
READ_AS_BOOL = "read-as-bool"
MISFIT = "misfit"

_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\s*", re.ASCII)
_WHOLE = re.compile(r"\s*[+-]?\d{1,18}\s*", re.ASCII)
_LARGEST = 2**63
_TRUTHS = {"1": True, "true": True, "on": True, "0": False, "false": False, "off": False}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A cell that is not what was sent: ``flag`` says why; ``misfit`` whether the cell is null and the value kept
    beside the row."""

    row: int
    flag: str
    misfit: bool


def column(
    values: Sequence[Scalar], present: pa.DataType, *, widen: bool = True, declared: bool = False
) -> tuple[pa.Array, Sequence[Doubt]]:
    """The values as an Arrow column.

    ``present`` is the column's type so far (``null``: none yet, it is inferred). ``widen``: whether ``int64`` may
    become ``double``. ``declared``: whether people said that it has this type; ``0``, ``1``, ``ON`` and the like
    are read as ``bool`` then. The rest is fitted into the type or left out as a misfit; nothing is cast with loss.
    """
    kinds = set(map(type, values))
    kinds.discard(type(None))
    if not kinds:
        return pa.nulls(len(values), present), ()
    target = _target(values, kinds, present, widen)
    fit = _truths if declared and target == pa.bool_() else _fitted
    if kinds in _FAST.get(target, ()):
        try:
            return pa.array(values, target), ()
        except (pa.ArrowInvalid, OverflowError, UnicodeEncodeError):
            pass  # a whole number too large for the type, or half a surrogate: value by value
    return _value_by_value(values, target, fit)


_FAST: dict[pa.DataType, tuple[set[type], ...]] = {
    pa.bool_(): ({bool},),
    pa.int64(): ({int},),
    pa.float64(): ({float}, {int}, {int, float}),
    pa.string(): ({str},),
}


def _target(values: Sequence[Scalar], kinds: set[type], present: pa.DataType, widen: bool) -> pa.DataType:
    if present == pa.null():
        return _inferred(values, kinds)
    if present == pa.int64() and widen and (kinds & {float, str}) and _has_fractions(values):
        return pa.float64()
    return present


def _inferred(values: Sequence[Scalar], kinds: set[type]) -> pa.DataType:
    """A text column unless at least half of a mixture are numbers, as numbers or as texts."""
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {str}:
        return pa.string()
    if str in kinds:
        told = [value for value in values if value is not None]
        numbers = sum(number(value) is not None for value in told)
        if 2 * numbers < len(told):
            return pa.string()
    return pa.float64() if float in kinds or (str in kinds and _has_fractions(values)) else pa.int64()


def _has_fractions(values: Sequence[Scalar]) -> bool:
    return any(type(value) is float or (type(value) is str and type(number(value)) is float) for value in values)


def _value_by_value(
    values: Sequence[Scalar], target: pa.DataType, fit: Callable[[Scalar, pa.DataType], Scalar]
) -> tuple[pa.Array, list[Doubt]]:
    fitted: list[Scalar] = []
    doubts: list[Doubt] = []
    for row, value in enumerate(values):
        cell = None if value is None else fit(value, target)
        fitted.append(cell)
        if value is None:
            continue
        if cell is None:
            doubts.append(Doubt(row, MISFIT, True))
        elif isinstance(cell, bool) and not isinstance(value, bool):
            doubts.append(Doubt(row, READ_AS_BOOL, False))
        elif isinstance(value, str) and not isinstance(cell, str):
            doubts.append(Doubt(row, NUMBER_AS_TEXT, False))
        elif isinstance(cell, str) and not isinstance(value, str):
            doubts.append(Doubt(row, VALUE_AS_TEXT, False))
    return pa.array(fitted, target), doubts


def _fitted(value: Scalar, target: pa.DataType) -> Scalar:
    """The value in the column's type, or ``None`` where that would lose something."""
    if target == pa.string():
        return _text(value)
    if target == pa.bool_():
        return value if isinstance(value, bool) else None
    told = number(value)
    if told is None:
        return None
    if target == pa.int64():
        return int(told) if told == int(told) and -_LARGEST <= told < _LARGEST else None
    return float(told) if isinstance(told, float) or abs(told) <= EXACT else None


def _truths(value: Scalar, _: pa.DataType) -> Scalar:
    return truth(value)


def truth(value: Scalar) -> bool | None:
    """Whether a value says yes or no, as plants write it; ``None`` where it says neither."""
    if isinstance(value, str):
        return _TRUTHS.get(value.strip().casefold())
    return bool(value) if value in (0, 1) else None


def number(value: Scalar) -> int | float | None:
    """The number that a value is, or that a text writes; ``None`` where it is none."""
    if isinstance(value, bool) or value is None:
        return None
    if not isinstance(value, str):
        return value
    if _WHOLE.fullmatch(value):
        return int(value)
    number = float(value) if _NUMBER.fullmatch(value) else None
    return number if number is not None and abs(number) != float("inf") else None


def _text(value: Scalar) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text if text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text) else None
