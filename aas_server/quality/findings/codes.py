"""Numbers and words that are known to stand for "no reading": ``codes.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from aas_server.store.parquet import literal


@dataclass(frozen=True, slots=True)
class Codes:
    """``words``: lower case, without blanks around; ``words_among_numbers``: codes only in a column of numbers."""

    source: str
    numbers: tuple[float, ...]
    words: tuple[str, ...]
    words_among_numbers: tuple[str, ...]


@cache
def known() -> Codes:
    """The list as the file gives it."""
    return msgspec.toml.decode(Path(__file__).with_name("codes.toml").read_bytes(), type=Codes)


def void(text: str, words: tuple[str, ...] | None = None) -> str:
    """SQL, for a ``text`` that is not null: whether it is one of the ``words`` (those that only say that there is
    no value), in capitals or not, with blanks around or not."""
    listed = ", ".join(literal(word) for word in (known().words if words is None else words))
    return f"lower(trim({text})) IN ({listed})"
