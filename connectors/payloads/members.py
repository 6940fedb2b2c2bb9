"""The members of a JSON object as the fields of a record: flattened, and named as was declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from connectors.message import Scalar
from connectors.payloads.json_text import kinds

_FLAT = frozenset((bool, int, float, str, type(None)))
_STEP = re.compile(r"\[(\d+)\]|\.?([^.\[]+)")
_PATHS = 4096


def is_flat(row: Mapping[str, Any]) -> bool:
    """Whether all members are single values."""
    return _FLAT.issuperset(map(type, row.values()))


def are_flat(rows: Iterable[Mapping[str, Any]]) -> bool:
    """``is_flat`` for many objects at once."""
    return kinds(rows) <= _FLAT


def flatten(row: Mapping[str, Any]) -> Iterator[tuple[str, Scalar]]:
    """The fields of an object: objects inside with dotted names, arrays as JSON text."""
    for name, value in row.items():
        if isinstance(value, dict):
            for inner, part in flatten(value):
                yield f"{name}.{inner}", part
        else:
            yield name, scalar(value)


def scalar(value: Any) -> Scalar:
    """A value as one cell: arrays and objects as JSON text."""
    return msgspec.json.encode(value).decode() if isinstance(value, list | dict) else value


def units(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The units that members name: ``{"temperature": {"value": 23.4, "unit": "°C"}}``."""
    for name, value in row.items():
        if isinstance(value, dict):
            unit = value.get("unit")
            if isinstance(unit, str) and unit and "value" in value:
                yield f"{name}.value", unit
            for inner, found in units(value):
                yield f"{name}.{inner}", found


def named(
    fields: dict[str, Scalar], row: Mapping[str, Any], keys: Mapping[str, str]
) -> tuple[dict[str, Scalar], bool]:
    """Fields under their declared names, and whether two got the same one.

    ``keys``: the path of a member (``axes[0].speed``; a dot inside a name counts as one, too) → its field. Members
    that are not in it keep their path; an array of which elements are declared stays as a whole beside them.
    """
    found = {keys.get(name, name): value for name, value in fields.items()}
    twice = len(found) < len(fields)
    for path, name in keys.items():
        if path in fields:
            continue
        present, value = _look_up(row, path)
        if present:
            twice = twice or name in found
            found[name] = scalar(value)
    return found, twice


def _look_up(row: Any, path: str) -> tuple[bool, Any]:
    value = row
    for step in _steps(path):
        if isinstance(step, int):
            if not isinstance(value, list) or step >= len(value):
                return False, None
        elif not isinstance(value, dict) or step not in value:
            return False, None
        value = value[step]
    return True, value


@lru_cache(_PATHS)
def _steps(path: str) -> tuple[int | str, ...]:
    return tuple(int(index) if index else name for index, name in _STEP.findall(path))
