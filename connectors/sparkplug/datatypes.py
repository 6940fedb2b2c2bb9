"""A metric's value as number and text, by its declared type (specification 3.0, chapter 6.4.16, "Data Types")."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from enum import IntEnum

from connectors.flags import NOT_A_NUMBER
from connectors.message import EXACT
from connectors.sparkplug import arrays
from connectors.sparkplug.moments import moment
from connectors.sparkplug.payload import BINARY, BOOLEAN, DATASET, DOUBLE, FLOAT, INT, LONG, TEMPLATE, TEXT, Value

MISMATCH = "datatype-mismatch"
OUT_OF_RANGE = "out-of-range"
NOT_UTF8 = "not-utf8"
REFUSED = {DATASET: "dataset-refused", TEMPLATE: "template-refused"}
EXTENDED = "extension-refused"
TOO_LARGE = "array-too-large"
MISSING = "value-missing"
"""Flags of a sample: the value has another type than was declared; it does not fit the declared type; its text is
no UTF-8; a data set, a template or a vendor's own value is not read; an array is kept as its bytes; there is no
value, and nobody says that it is null."""
_LARGEST_ARRAY = 256 * 2**10
"""Bytes of an array that is written out: booleans, eight a byte, become a hundred times as large."""

Read = tuple[float | None, str | None, str]
"""Number, text and a flag (empty: no doubt)."""


class DataType(IntEnum):
    """The specification's numbers."""

    UNKNOWN = 0
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13
    TEXT = 14
    UUID = 15
    DATASET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19
    PROPERTY_SET = 20
    PROPERTY_SET_LIST = 21
    INT8_ARRAY = 22
    INT16_ARRAY = 23
    INT32_ARRAY = 24
    INT64_ARRAY = 25
    UINT8_ARRAY = 26
    UINT16_ARRAY = 27
    UINT32_ARRAY = 28
    UINT64_ARRAY = 29
    FLOAT_ARRAY = 30
    DOUBLE_ARRAY = 31
    BOOLEAN_ARRAY = 32
    STRING_ARRAY = 33
    DATETIME_ARRAY = 34


_SIGNED = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}
_UNSIGNED = {DataType.UINT8: 8, DataType.UINT16: 16, DataType.UINT32: 32, DataType.UINT64: 64}


def read(datatype: int, kind: int, value: Value) -> Read:
    """The value that stood in a metric's field ``kind``, as a type of the specification's number ``datatype``.

    Where the field is not that type's, the value is what its field says, flagged. Never raises."""
    if kind in (DOUBLE, FLOAT):
        return _real(value, datatype)
    if kind in (INT, LONG):
        return _whole(int(value or 0), 32 if kind == INT else 64, datatype)
    if kind == BOOLEAN:
        return None, "true" if value else "false", "" if datatype in _BOOLEANS else MISMATCH
    if isinstance(value, bytes):
        return _text(value, datatype) if kind == TEXT else _binary(value, datatype)
    return None, None, REFUSED.get(kind, EXTENDED) if kind else MISSING


def is_clear(kind: int) -> bool:
    """Whether a value can be read though nobody said its type: a whole number may be signed or a moment."""
    return kind not in (INT, LONG, BINARY)


def _real(value: Value, datatype: int) -> Read:
    number = float(value)  # type: ignore[arg-type]
    flag = "" if datatype in _REALS else MISMATCH
    if math.isfinite(number):
        return number, None, flag
    return None, "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity", NOT_A_NUMBER


def _whole(value: int, width: int, datatype: int) -> Read:
    """Negative numbers come as the two's complement of their own width or of the field's."""
    flag = ""
    if bits := _SIGNED.get(datatype):  # type: ignore[call-overload]
        if 2 ** (bits - 1) <= value < 2**bits:
            value -= 2**bits
        elif value >= 2 ** (width - 1):
            value -= 2**width
        if not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
            flag = OUT_OF_RANGE
    elif bits := _UNSIGNED.get(datatype):  # type: ignore[call-overload]
        flag = "" if value < 2**bits else OUT_OF_RANGE
    elif datatype == DataType.DATETIME:
        return None, moment(value if value < 2**63 else value - 2**64), ""
    else:
        flag = MISMATCH
    return float(value), None if -EXACT <= value <= EXACT else str(value), flag


def _text(value: bytes, datatype: int) -> Read:
    flag = "" if datatype in _TEXTS else MISMATCH
    try:
        return None, value.decode(), flag
    except UnicodeDecodeError:
        return None, value.decode("utf-8", "backslashreplace"), NOT_UTF8


# what an unknown type holds without doubt is no mismatch
_BOOLEANS = frozenset((DataType.UNKNOWN, DataType.BOOLEAN))
_REALS = frozenset((DataType.UNKNOWN, DataType.FLOAT, DataType.DOUBLE))
_TEXTS = frozenset((DataType.UNKNOWN, DataType.STRING, DataType.TEXT, DataType.UUID))


def _binary(value: bytes, datatype: int) -> Read:
    array = _ARRAYS.get(datatype)  # type: ignore[call-overload]
    if array is None:
        flag = "" if datatype in (DataType.BYTES, DataType.FILE) else MISMATCH
        return None, base64.b64encode(value).decode(), flag
    if len(value) > _LARGEST_ARRAY:
        return None, base64.b64encode(value).decode(), TOO_LARGE
    try:
        return None, array(value), ""
    except ValueError:
        return None, base64.b64encode(value).decode(), MISMATCH


_ARRAYS: dict[DataType, Callable[[bytes], str]] = {
    DataType.INT8_ARRAY: arrays.of_numbers("b"),
    DataType.INT16_ARRAY: arrays.of_numbers("h"),
    DataType.INT32_ARRAY: arrays.of_numbers("i"),
    DataType.INT64_ARRAY: arrays.of_numbers("q"),
    DataType.UINT8_ARRAY: arrays.of_numbers("B"),
    DataType.UINT16_ARRAY: arrays.of_numbers("H"),
    DataType.UINT32_ARRAY: arrays.of_numbers("I"),
    DataType.UINT64_ARRAY: arrays.of_numbers("Q"),
    DataType.FLOAT_ARRAY: arrays.of_numbers("f"),
    DataType.DOUBLE_ARRAY: arrays.of_numbers("d"),
    DataType.BOOLEAN_ARRAY: arrays.of_booleans,
    DataType.STRING_ARRAY: arrays.of_texts,
    DataType.DATETIME_ARRAY: arrays.of_moments,
}
