"""A Flux query as tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aas_server.errors import BadInput

_TOKEN = re.compile(
    r"""
    (?P<blank>\s+|//[^\n]*)
  | (?P<time>\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?)
  | (?P<duration>(?:\d+(?:mo|ms|us|µs|ns|y|w|d|h|m|s))+(?![A-Za-z0-9_]))
  | (?P<float>\d+\.\d+)
  | (?P<int>\d+)
  | (?P<string>"(?:\\.|[^"\\])*")
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<sign>\|>|=>|==|!=|<=|>=|=~|!~|<-|[()\[\]{},:.<>=+\-*/?])
    """,
    re.VERBOSE,
)
_REGEX = re.compile(r"\s*/((?:\\.|[^/\\\n])+)/")


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is the group's name above, ``regex`` or ``end``."""

    kind: str
    text: str
    line: int


def tokens(query: str) -> Iterator[Token]:
    """Raises ``BadInput`` at what is no Flux. Ends with a token of the kind ``end``."""
    at, line = 0, 1
    while at < len(query):
        found = _TOKEN.match(query, at)
        if found is None or found.lastgroup is None:
            raise BadInput("flux-unexpected", line=line, found=query[at : at + 20])
        if found.lastgroup != "blank":
            yield Token(found.lastgroup, found[0], line)
        line += found[0].count("\n")
        at = found.end()
        if found[0] in ("=~", "!~"):
            pattern = _REGEX.match(query, at)
            if pattern is None:
                raise BadInput("flux-unexpected", line=line, found=query[at : at + 20])
            yield Token("regex", pattern[1].replace("\\/", "/"), line)
            at = pattern.end()
    yield Token("end", "", line)
