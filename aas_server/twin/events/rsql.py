"""Which events are wanted: RSQL (``rsql:event.type==…;event.subject!=…``) over an event's attributes.

``;`` is AND and binds more than ``,`` (OR); parentheses group; ``=in=(…)`` and ``=out=(…)`` take lists. Source:
RSQL's grammar (a superset of FIQL, draft-nottingham-atompub-fiql-00).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from aas_server.errors import BadInput

Wanted = Callable[[Mapping[str, Any]], bool]

PREFIX = "rsql:"
_LONGEST, _DEEPEST = 16_384, 32
_FIELDS = ("type", "subject", "source", "dataschema")
_COMPARISON = re.compile(r"event\.([a-z]+)(==|!=|=in=|=out=)")
_VALUE = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^'"();,\s=!~<>][^'"();,\s]*)""")


def parse(filter: str) -> Wanted:
    """The filter as a test of an event. Raises ``BadInput`` with the place where it can't be read."""
    if not filter.startswith(PREFIX):
        raise BadInput("event-filter-prefix", given=filter[:80])
    if len(filter) > _LONGEST:
        raise BadInput("event-filter-long", most=_LONGEST)
    reader = _Reader(filter)
    wanted = reader.either(0)
    reader.end()
    return wanted


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = len(PREFIX)

    def either(self, depth: int) -> Wanted:
        parts = [self._all(depth)]
        while self._took(","):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else lambda event: any(part(event) for part in parts)

    def end(self) -> None:
        if self._at != len(self._text):
            raise self._wrong()

    def _all(self, depth: int) -> Wanted:
        parts = [self._one(depth)]
        while self._took(";"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else lambda event: all(part(event) for part in parts)

    def _one(self, depth: int) -> Wanted:
        if depth > _DEEPEST:
            raise BadInput("event-filter-deep", most=_DEEPEST)
        if self._took("("):
            inner = self.either(depth + 1)
            self._expect(")")
            return inner
        match = _COMPARISON.match(self._text, self._at)
        if match is None or match[1] not in _FIELDS:
            raise self._wrong()
        self._at = match.end()
        values = self._values() if match[2] in ("=in=", "=out=") else frozenset((self._value(),))
        field, inside = match[1], match[2] in ("==", "=in=")
        return lambda event: (event[field] in values) is inside

    def _values(self) -> frozenset[str]:
        self._expect("(")
        values = [self._value()]
        while self._took(","):
            values.append(self._value())
        self._expect(")")
        return frozenset(values)

    def _value(self) -> str:
        match = _VALUE.match(self._text, self._at)
        if match is None:
            raise self._wrong()
        self._at = match.end()
        quoted = match[1] if match[1] is not None else match[2]
        return match[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)

    def _took(self, mark: str) -> bool:
        if self._text.startswith(mark, self._at):
            self._at += 1
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._took(mark):
            raise self._wrong()

    def _wrong(self) -> BadInput:
        rest = self._text[self._at : self._at + 40]
        return BadInput("event-filter-wrong", place=self._at, rest=rest, fields=", ".join(_FIELDS))
