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
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[가-힣]+")


@dataclass(frozen=True, slots=True)
class _Words:
    trailing: frozenset[str]
    blocking: frozenset[str]
    korean: Mapping[tuple[str, ...], str]


def unit_in(name: str) -> tuple[str, str | None]:
    """A name without the unit that stands behind it in brackets, and that unit: ``온도 (℃)`` → 온도, ℃."""
    found = _BRACKETS.search(name)
    if found is None or units.in_name(found[1]) is None:
        return name, None
    return name[: found.start()].rstrip(), found[1]


def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: cut at ``_ . - / @``, blanks, digits, capitals, Hangul."""
    return tuple(word.lower() for word in _WORD.findall(name))


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
    parts = words(unit_in(name)[0])
    english = " ".join(parts)
    if not parts or any(not part.isascii() for part in parts):
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
        {tuple(phrase.split()): korean for phrase, korean in data["ko"].items()},
    )
