"""A metric's property set: the unit, the range, the quality (specification 3.0, chapter 6.4.8)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from connectors.flags import BAD_QUALITY, STALE_QUALITY
from connectors.message import Scalar
from connectors.sparkplug.datatypes import read
from connectors.sparkplug.payload import BOOLEAN, DOUBLE, FLOAT, INT, LONG, TEXT, Value
from connectors.sparkplug.wire import BYTES, FIXED32, FIXED64, VARINT, double, fields, single, varint

_LARGEST = 64 * 2**10
"""Bytes of a property set that are looked into: a metric has about ten properties."""
_KEYS, _VALUES, _TYPE, _IS_NULL = 1, 2, 1, 2
_SHIFT = 7
"""A property's value fields are a metric's, their numbers smaller by this."""
_FLAGS = {192: "", 500: STALE_QUALITY}
"""Of the quality codes good and stale (specification 3.0, 6.4.15); 0 is bad, and so is any other."""


def parse(raw: bytes) -> Mapping[str, Scalar]:
    """The properties by their short names (``property_names.toml``) that are plain values; sets within the set are
    left out, and all of one that is too large. Raises ``Malformed``."""
    found: dict[str, Scalar] = {}
    if not raw or len(raw) > _LARGEST:
        return found
    keys: list[str] = []
    values: list[Scalar] = []
    for number, wire, start, end in fields(raw, 0, len(raw)):
        if number == _KEYS and wire == BYTES:
            keys.append(raw[start:end].decode("utf-8", "replace"))
        elif number == _VALUES and wire == BYTES:
            values.append(_value(raw, start, end))
    names = _names()
    for key, value in zip(keys, values, strict=False):
        plain = names.get(key.casefold().replace(" ", "").replace("_", ""))
        if plain is not None and value is not None:
            found.setdefault(plain, value)
    return found


def quality_flag(properties: Mapping[str, Scalar]) -> str:
    """The flag of a value whose quality is told and is not good."""
    quality = properties.get("quality")
    if isinstance(quality, str) or quality is None:
        return ""
    return _FLAGS.get(int(quality), BAD_QUALITY)


def _value(raw: bytes, at: int, end: int) -> Scalar:
    datatype = kind = 0
    value: Value = None
    for number, wire, start, stop in fields(raw, at, end):
        if wire == VARINT:
            bits, _ = varint(raw, start, stop)
            if number == _TYPE:
                datatype = bits
            elif number == _IS_NULL and bits:
                return None
            elif number + _SHIFT in (INT, LONG, BOOLEAN):
                kind, value = number + _SHIFT, bits
        elif number + _SHIFT == TEXT and wire == BYTES:
            kind, value = TEXT, raw[start:stop]
        elif number + _SHIFT == DOUBLE and wire == FIXED64:
            kind, value = DOUBLE, double(raw, start)[0]
        elif number + _SHIFT == FLOAT and wire == FIXED32:
            kind, value = FLOAT, single(raw, start)[0]
    if not kind:
        return None
    number_, text, _ = read(datatype, kind, value)
    return number_ if text is None else text


@cache
def _names() -> Mapping[str, str]:
    told = tomllib.loads(Path(__file__).with_name("property_names.toml").read_text("utf-8"))
    return {name: plain for plain, names in told.items() for name in names}
