"""Pieces of SQL that carry their values with them, so that no value is ever written into a statement."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SLOT = re.compile(r"(\{\}|\?)")


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of a statement and the values for its ``?``, in their order."""

    text: str
    values: tuple[object, ...] = ()


def sql(template: str, *parts: object) -> Sql:
    """A piece of a template: each ``{}`` takes the next part in, each ``?`` stands for the next part's value."""
    texts: list[str] = []
    values: list[object] = []
    given = iter(parts)
    for piece in _SLOT.split(template):
        if piece == "{}":
            part = next(given)
            assert isinstance(part, Sql)
            texts.append(part.text)
            values += part.values
        else:
            texts.append(piece)
            if piece == "?":
                values.append(next(given))
    return Sql("".join(texts), tuple(values))


def joined(between: str, parts: Iterable[Sql]) -> Sql:
    found = list(parts)
    return Sql(between.join(part.text for part in found), tuple(value for part in found for value in part.values))


ALWAYS = Sql("1 = 1")
NEVER = Sql("1 = 0")
