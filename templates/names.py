"""Names as gateways write them, read as words: ``Barrel.Zone1.Temperature`` → barrel, zone, 1, temperature."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from templates import units

_BRACKETS = re.compile(r"[(\[]([^()\[\]]+)[)\]]\s*$")
_MIXED = r"(?:pH|[kM]Wh|[kM]VA|[kM]Pa)(?![a-z])"
"""Written in both cases, yet one word."""
_WORD = re.compile(rf"{_MIXED}|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[가-힣]+")
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
_PLAIN = str.maketrans(_UMLAUTS)
_LONGEST_UNIT = 3
"""Words of a unit behind a name: ``m3_h`` is cut into three."""


@dataclass(frozen=True, slots=True)
class _Words:
    trailing: frozenset[str]
    blocking: frozenset[str]
    aside: frozenset[str]
    units: Mapping[tuple[str, ...], str]
    letters: Mapping[str, str]
    korean: Mapping[tuple[str, ...], str]


def unit_in(name: str) -> tuple[str, str | None]:
    """A name without the unit that stands behind it in brackets, and that unit: ``온도 (℃)`` → 온도, ℃."""
    found = _BRACKETS.search(name)
    if found is None or units.in_name(found[1]) is None:
        return name, None
    return name[: found.start()].rstrip(), found[1]


def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: cut at ``_ . - / @``, blanks, digits, capitals, Hangul; ``ü`` as
    ``ue``."""
    return tuple(word.lower() for word in _WORD.findall(name.translate(_PLAIN)))


def unit_behind(parts: tuple[str, ...]) -> tuple[tuple[str, ...], str, bool]:
    """The words without the unit that ends them, its symbol, and whether it is written out: ``flow lpm`` → flow,
    L/min, ``True``. A letter (``temp c``) is a unit only where what is before can have it: ``False``. Without a
    unit the words as they are, and an empty symbol."""
    for long in range(min(_LONGEST_UNIT, len(parts) - 1), 0, -1):
        if (symbol := _words().units.get(parts[-long:])) is not None:
            return parts[:-long], symbol, True
    letter = _words().letters.get(parts[-1]) if len(parts) > 1 else None
    return (parts[:-1], letter, False) if letter is not None else (parts, "", True)


def subject(parts: tuple[str, ...], known: frozenset[str]) -> tuple[str, ...]:
    """``parts`` without what tells only which one it is (axis, phase, set or actual), as long as one of the words
    before is ``known``: ``cur r`` → cur, but ``melt p`` as it is."""
    parts = core(parts)
    while len(parts) > 1 and parts[-1] in _words().aside and not known.isdisjoint(parts[:-1]):
        parts = core(parts[:-1])
    return parts


def core(parts: tuple[str, ...]) -> tuple[str, ...]:
    """``parts`` without what may follow the head: numbers and words such as ``rms`` or ``avg``."""
    trailing = _words().trailing
    while parts and (parts[-1].isdigit() or parts[-1] in trailing):
        parts = parts[:-1]
    return parts


def head(parts: tuple[str, ...]) -> tuple[str, ...]:
    """``parts`` up to an ``of``: the title of a position is no position."""
    at = parts.index("of") if "of" in parts[1:] else len(parts)
    return parts[:at]


def is_blocked(parts: tuple[str, ...]) -> bool:
    """Whether a word makes it another thing than the quantity: a change, a spread, a message about it."""
    return not _words().blocking.isdisjoint(parts)


def label(name: str) -> dict[str, str]:
    """A name for people: ``max_injection_pressure`` → 최대 사출 압력, Max injection pressure.

    Where a word is not known the Korean text is the name itself.
    """
    plain = unit_in(name)[0]
    parts = words(plain)
    english = " ".join(parts)
    if not parts or any(letter.isalpha() and not letter.isascii() for letter in plain):
        return {"ko": name, "en": name}
    korean = _korean(parts)
    return {"ko": korean or name, "en": english[:1].upper() + english[1:]}


def _korean(parts: tuple[str, ...]) -> str:
    known, found, at = _words().korean, [], 0
    while at < len(parts):
        for end in range(len(parts), at, -1):
            if parts[at:end] in known:
                found.append(known[parts[at:end]])
                break
        else:
            if not parts[at].isdigit():
                return ""
            found.append(parts[at])
            end = at + 1
        at = end
    return " ".join(found)


@cache
def _words() -> _Words:
    data = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
    return _Words(
        frozenset(data["trailing"]),
        frozenset(data["blocking"]),
        frozenset(data["aside"]),
        {words(spelled): symbol for spelled, symbol in data["unit"].items()},
        data["letter"],
        {tuple(phrase.split()): korean for phrase, korean in data["ko"].items()},
    )
