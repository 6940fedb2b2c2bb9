"""What a column's name lets expect of its contents, and what the contents are: words in ``names.toml``."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[가-힣]+")
_MOMENT = re.compile(r"^\D{0,3}\d{1,4}\s?[-/.년]\s?\d{1,2}\s?[-/.월]\s?\d{1,4}|^\d{1,2}:\d{2}(:\d{2})?")
_EPOCHS = ((8e8, 4.1e9), (8e11, 4.1e12), (8e14, 4.1e15), (8e17, 4.1e18))
_MOST = 0.9


@dataclass(frozen=True, slots=True)
class Words:
    stamp: frozenset[str]
    moment: frozenset[str]
    number: frozenset[str]
    verdict: frozenset[str]
    text: frozenset[str]
    verdicts: frozenset[str]


@cache
def words() -> Words:
    """The lists as the file gives them."""
    return msgspec.toml.decode(Path(__file__).with_name("names.toml").read_bytes(), type=Words)


def expected(name: str) -> frozenset[str]:
    """Of ``moment``, ``number``, ``verdict``, ``text`` and ``counting`` (see ``contents``) those that the contents
    may be; empty where the name says nothing.

    A verdict's name is known by its parts run together (``pass_or_fail``). A name with a word for a moment may be
    a duration as well (``cycle_time``).
    """
    known = words()
    parts = [part.lower() for part in _PARTS.findall(name)]
    if _has("".join(parts), parts, known.verdict):
        return frozenset({"verdict"})
    if _has("".join(parts), parts, known.stamp):
        return frozenset({"moment", "counting"})
    if _has(name, parts, known.moment):
        return frozenset({"moment", "counting", "number"})
    if _has(name, parts, known.number):
        return frozenset({"number", "counting"})
    return frozenset({"text"}) if _has(name, parts, known.text) else frozenset()


def contents(kind: str, values: Sequence[str]) -> frozenset[str]:
    """What some values of a column are, as written; ``counting``: whole numbers or moments as numbers."""
    held = [value.strip() for value in values if value.strip()]
    if kind == "timestamp":
        return frozenset({"moment"})
    if not held:
        return frozenset()
    found = {"verdict"} if len(set(held)) <= 3 and all(v.lower() in words().verdicts for v in held) else set()
    if kind in ("int64", "double"):
        numbers = numbers_in(held)
        epoch = any(all(low <= number <= high for number in numbers) for low, high in _EPOCHS)
        whole = all(number.is_integer() for number in numbers)
        rises = all(a <= b for a, b in pairwise(numbers))
        return frozenset(found | {"number"} | ({"counting"} if epoch or whole or rises else set()))
    if kind == "bool":
        return frozenset({"verdict", "number", "counting"})
    if sum(bool(_MOMENT.match(value)) for value in held) >= _MOST * len(held):
        return frozenset({"moment"})
    return frozenset(found or {"text"})


def is_moment(name: str) -> bool:
    """Whether a name is that of a moment and of nothing else (``time``, not ``cycle_time``)."""
    return name.strip().lower() in words().stamp | words().moment


def is_value(name: str) -> bool:
    """Whether a name is no name but a value: a number or a moment."""
    return is_number(name) or bool(_MOMENT.match(name))


def numbers_in(values: Sequence[str]) -> list[float]:
    """The finite numbers among some texts, in their order."""
    try:
        read = list(map(float, values))
    except ValueError:
        return [float(value) for value in values if is_number(value)]
    return [number for number in read if math.isfinite(number)]


def is_number(value: str) -> bool:
    """Whether a text is a finite number."""
    try:
        return abs(float(value)) < float("inf")
    except ValueError:
        return False


def _has(whole: str, parts: Sequence[str], known: frozenset[str]) -> bool:
    korean = any(word in whole for word in known if word > "가")
    return korean or whole in known or any(part in known for part in parts)
