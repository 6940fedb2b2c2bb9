"""Where each entry of a TOML text stands. The parsers tell what an entry is, but not its line.

Grammar: TOML 1.0 (toml.io/en/v1.0.0). Only texts that a parser has taken are asked about: nothing is checked here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from aas_server.misfit import Path_

_TOKEN = re.compile(
    r'''(?P<blank>[ \t\r]+|\#[^\n]*)
    |(?P<end>\n)
    |(?P<text>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    |(?P<mark>[\[\]{}=,.])
    |(?P<word>[^\s\[\]{}=,."'\#]+)''',
    re.DOTALL | re.VERBOSE,
)


@dataclass(slots=True)
class _Reader:
    """Goes over the tokens once; ``found`` gathers (line from 1, entry)."""

    tokens: list[tuple[str, str, int]]
    at: int = 0
    found: list[tuple[int, Path_]] = field(default_factory=list)

    def kind(self) -> str:
        """The mark that comes next, ``end`` for the end of a line, ``""`` after the last token."""
        if self.at == len(self.tokens):
            return ""
        kind, said, _ = self.tokens[self.at]
        return said if kind == "mark" else kind

    def note(self, path: Path_) -> None:
        self.found.append((self.tokens[self.at][2], path))

    def over_ends(self) -> None:
        while self.kind() == "end":
            self.at += 1

    def name(self) -> Path_:
        """A dotted name; what stands behind it comes next."""
        parts: list[str] = []
        while self.kind() in ("word", "text", "."):
            kind, said, _ = self.tokens[self.at]
            if kind != "mark":
                parts.append(said[1:-1] if kind == "text" else said)
            self.at += 1
        return tuple(parts)

    def entry(self, table: Path_) -> None:
        """``name = value``."""
        begun = self.tokens[self.at][2]
        path = (*table, *self.name())
        self.found.append((begun, path))
        self.at += 1
        self.value(path)

    def value(self, path: Path_) -> None:
        """A value, with all that stands in it. One call a level, as deep as the parser went."""
        opened = self.kind()
        if opened not in ("[", "{"):
            while self.kind() in ("word", "text", "."):
                self.at += 1
            return
        self.at += 1
        number = 0
        while True:
            while self.kind() in ("end", ","):
                self.at += 1
            if self.kind() in ("]", "}", ""):
                self.at += 1
                return
            if opened == "{":
                self.entry(path)
            else:
                self.note((*path, number))
                self.value((*path, number))
                number += 1


def places(source: str) -> list[tuple[int, Path_]]:
    """Each table's header, each key and each element of a list with its line, in their order."""
    reader = _Reader(_tokens(source))
    counts: dict[Path_, int] = {}
    table: Path_ = ()
    reader.over_ends()
    while reader.kind():
        if reader.kind() == "[":
            begun = reader.tokens[reader.at][2]
            reader.at += 1
            repeated = reader.kind() == "["
            reader.at += repeated
            table = _resolved(reader.name(), counts, repeated=repeated)
            reader.found.append((begun, table))
            reader.at += 1 + repeated
        else:
            reader.entry(table)
        reader.over_ends()
    return reader.found


def _tokens(source: str) -> list[tuple[str, str, int]]:
    """(kind, text, line); blanks and notes are left out."""
    found, line, at = [], 1, 0
    while token := _TOKEN.match(source, at):
        kind = token.lastgroup or ""
        if kind != "blank":
            found.append((kind, token[0], line))
        line += token[0].count("\n")
        at = token.end()
    return found


def _resolved(names: Path_, counts: dict[Path_, int], *, repeated: bool) -> Path_:
    """A header's names with the numbers of the arrays of tables among them (``labour`` → ``labour``, 1)."""
    path: Path_ = ()
    for place, name in enumerate(names):
        path = (*path, name)
        if repeated and place == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
