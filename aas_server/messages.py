"""Sentences for people, in Korean and English.

Every sentence has a key. The files ``messages/*.toml`` hold, for each key, both languages side by side, so that a
missing translation is seen where it is missing. Inside the house only keys and values travel.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from aas_server.errors import AasError

Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = ("ko", "en")
_FOLDER = Path(__file__).with_name("messages")


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """All sentences: ``{key: {"ko": …, "en": …}}``. A key that stands in two files is an error."""
    sentences: dict[str, Mapping[str, str]] = {}
    for file in sorted(_FOLDER.glob("*.toml")):
        for key, pair in tomllib.loads(file.read_text("utf-8")).items():
            if key in sentences:
                raise ValueError(f"{file.name}: the key {key!r} stands in another file already")
            sentences[key] = pair
    return sentences


def text(key: str, language: Language, **values: object) -> str:
    """The sentence of ``key`` in ``language``, filled with ``values``. An unknown key is shown as it is."""
    pair = catalogue().get(key)
    if pair is None:
        return f"{key} {dict(values)}" if values else key
    return pair[language].format_map({name: _plain(value, language) for name, value in values.items()})


def in_all(key: str, /, **values: object) -> Mapping[str, str]:
    """The sentence of ``key`` in every language: a text for a submodel."""
    return {language: text(key, language, **values) for language in LANGUAGES}


def error_text(error: AasError, language: Language) -> str:
    """What an error says to a person."""
    return text(error.key, language, **error.values)


def language_of(wanted: str | None, silent: Language = "en") -> Language:
    """``ko`` or ``en`` from an ``Accept-Language`` header by its weights (RFC 9110, 12.5.4), a flag or a locale's
    name. ``silent`` where nothing is said; English for readers of other languages."""
    heard = sorted(_heard(wanted or ""), key=lambda pair: -pair[1])
    for name, weight in heard:
        if name == "*":
            return silent
        for language in LANGUAGES:
            if language == name and weight > 0:
                return language
    return "en" if heard else silent


def locale() -> str | None:
    """The locale that messages of this process are asked for in, ``None`` where none is set (POSIX)."""
    return os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or None


def _heard(wanted: str) -> Iterator[tuple[str, float]]:
    """Languages without their country, each with its weight; an unreadable weight counts as none given."""
    for part in wanted.lower().split(","):
        name, _, weight = part.partition(";")
        number = re.fullmatch(r"\s*q\s*=\s*([0-9.]+)\s*", weight)
        if name.strip():
            yield re.split(r"[-_.@]", name.strip())[0], float(number[1]) if number else 1.0


def _plain(value: object, language: Language) -> object:
    if isinstance(value, Mapping) and language in value:
        return value[language]
    return value
