"""JSON that says an attribute twice: parsers keep the last one, and what the first said would be lost silently."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from aas_server.errors import BadInput

_APART = re.compile(rb'"[ \t\r\n]+:')
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


def refuse_repeated(given: bytes, value: Any) -> None:
    """Raises ``BadInput`` (``json-key-twice``) where ``given`` says an attribute of an object twice; ``value`` is
    what was read from it.

    Counting costs a small part of what verifying costs: where no blank stands before a colon, each attribute has
    its ``":``, and texts can only add some; else each colon outside of strings is an attribute.
    """
    count = _attributes(value)
    if given.count(b'":') == count and _APART.search(given) is None:
        return
    if _STRING.sub(b"", given).count(b":") != count:
        json.loads(given, object_pairs_hook=_once, parse_int=str, parse_float=str)


def _attributes(value: Any) -> int:
    count = 0
    level = [value]
    while level:
        part = level.pop()
        if isinstance(part, dict):
            count += len(part)
            level.extend(part.values())
        elif isinstance(part, list):
            level.extend(part)
    return count


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counted = Counter(name for name, _ in pairs)
        raise BadInput("json-key-twice", name=counted.most_common(1)[0][0])
    return found
