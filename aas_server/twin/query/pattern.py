"""Regular expressions of the query language (XPath 3.0, fn:matches) in a form that every engine reads alike.

What is served is what can be matched in time that grows with the text alone: no look-around, no references back.
A pattern is read here and written anew, so that ``.``, ``\\d``, ``\\s`` and ``\\w`` mean the same in RE2 (SQLite)
and in PostgreSQL: ASCII classes, and no line break for ``.``.
"""

from __future__ import annotations

import re

from aas_server.errors import BadInput

MOST_CHARACTERS = 500
MOST_REPEATS = 200
"""Both engines unfold ``{m,n}``; PostgreSQL takes no number above 255, and nested ones multiply."""

_CLASSES = {"d": "0-9", "s": r" \t\n\r\f\v", "w": "A-Za-z0-9_"}
_CONTROLS = {"n": r"\n", "r": r"\r", "t": r"\t"}
_SPECIAL = frozenset(r"\.[]{}()|*+?^$-")
_REPEAT = re.compile(r"\{(\d{1,3})(?:(,)(\d{1,3})?)?\}", re.ASCII)


def portable(pattern: str) -> str:
    """The pattern as all engines take it. Raises ``BadInput`` with the place and what is not served there."""
    if len(pattern) > MOST_CHARACTERS:
        raise BadInput("pattern-long", limit=MOST_CHARACTERS)
    reader = _Reader(pattern)
    text, _ = reader.alternatives()
    if reader.place < len(pattern):
        raise reader.fault()
    return text


class _Reader:
    """Reads from ``place`` on; each method returns its part anew and how often its parts are repeated at most."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self.place = 0

    def fault(self) -> BadInput:
        return BadInput("pattern-not-served", pattern=self._pattern, place=self.place + 1)

    def alternatives(self) -> tuple[str, int]:
        text, most = self._sequence()
        while self._takes("|"):
            other, repeats = self._sequence()
            text, most = f"{text}|{other}", max(most, repeats)
        return text, most

    def _sequence(self) -> tuple[str, int]:
        parts: list[str] = []
        most = 1
        while self._ahead() not in ("", "|", ")"):
            part, repeats = self._repeated()
            parts.append(part)
            most = max(most, repeats)
        return "".join(parts), most

    def _repeated(self) -> tuple[str, int]:
        if self._ahead() in ("^", "$"):
            return self._next(), 1
        atom, inside = self._atom()
        match = _REPEAT.match(self._pattern, self.place)
        if match is not None:
            low, comma, high = match[1], match[2] or "", match[3] or ""
            times = int(high or low)
            if (high and int(low) > int(high)) or times * inside > MOST_REPEATS:
                raise self.fault()
            self.place = match.end()
            atom, inside = f"{atom}{{{int(low)}{comma}{int(high) if high else ''}}}", max(times, 1) * inside
        elif self._ahead() in ("*", "+", "?"):
            atom += self._next()
        else:
            return atom, inside
        # Whether it takes as little as it can makes no difference to whether it matches.
        self._takes("?")
        if self._ahead() in ("*", "+", "?", "{"):
            raise self.fault()
        return atom, inside

    def _atom(self) -> tuple[str, int]:
        letter = self._ahead()
        if letter == "(":
            return self._group()
        if letter == "[":
            return self._set(), 1
        if letter in ("*", "+", "?", "{", "}", "]"):
            raise self.fault()
        self.place += 1
        if letter == ".":
            return r"[^\n\r]", 1
        if letter == "\\":
            return self._escape(), 1
        return re.escape(letter) if letter in _SPECIAL else letter, 1

    def _group(self) -> tuple[str, int]:
        self.place += 1
        if self._ahead() == "?":
            if not self._pattern.startswith("?:", self.place):
                raise self.fault()
            self.place += 2
        text, most = self.alternatives()
        if not self._takes(")"):
            raise self.fault()
        return f"(?:{text})", most

    def _escape(self) -> str:
        letter = self._ahead()
        if letter.lower() in _CLASSES:
            self.place += 1
            return f"[{'^' if letter.isupper() else ''}{_CLASSES[letter.lower()]}]"
        return self._literal_escape()

    def _literal_escape(self) -> str:
        letter = self._ahead()
        if letter in _CONTROLS:
            return _CONTROLS[self._next()]
        if letter not in _SPECIAL or not letter:
            raise self.fault()
        return "\\" + self._next()

    def _set(self) -> str:
        self.place += 1
        parts = ["^"] if self._takes("^") else []
        start = self.place
        while not self._takes("]"):
            if self._ahead() == "-" and (self.place == start or self._pattern.startswith("-]", self.place)):
                parts.append("\\" + self._next())
            else:
                parts.append(self._range())
        if self.place == start + 1:
            raise self.fault()
        return f"[{''.join(parts)}]"

    def _range(self) -> str:
        if self._ahead() == "\\" and self._pattern[self.place + 1 : self.place + 2] in _CLASSES:
            self.place += 2
            return _CLASSES[self._pattern[self.place - 1]]
        first = self._member()
        if self._ahead() != "-" or self._pattern.startswith("-]", self.place):
            return first
        self.place += 1
        last = self._member()
        if any(len(end) > 1 and end[1].isalpha() for end in (first, last)) or first[-1] > last[-1]:
            raise self.fault()
        return f"{first}-{last}"

    def _member(self) -> str:
        letter = self._ahead()
        if letter in ("", "[", "-"):
            raise self.fault()
        self.place += 1
        if letter == "\\":
            return self._literal_escape()
        return "\\" + letter if letter in _SPECIAL else letter

    def _ahead(self) -> str:
        return self._pattern[self.place : self.place + 1]

    def _next(self) -> str:
        self.place += 1
        return self._pattern[self.place - 1]

    def _takes(self, letter: str) -> bool:
        if self._ahead() != letter:
            return False
        self.place += 1
        return True
