"""What a cost sheet cites, in the reader's language."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import msgspec


def cited(source: str, language: str) -> str:
    """A Korean source as an English reader is told of it (``english.toml``); an unknown one stays as it is."""
    if language == "ko":
        return source
    for pattern, words in _english():
        source = pattern.sub(words, source)
    return source


@cache
def _english() -> tuple[tuple[re.Pattern[str], str], ...]:
    raw = msgspec.toml.decode(Path(__file__).with_name("english.toml").read_bytes())
    return tuple((re.compile(one["ko"]), one["en"]) for one in raw["name"])
