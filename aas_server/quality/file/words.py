"""Cells that hold nothing: what counts as missing in every file, whatever anybody declares."""

from __future__ import annotations

from collections.abc import Iterable

from aas_server.store.parquet import literal

MISSING = ("", "NaN", "nan", "NA", "null", "NULL")
"""The definition of the quality check: empty, or NaN/NA/null/NULL. ``nan`` is how Python and C write NaN. Other
words (``None``, ``-``, ``없음``) are missing only where they are declared."""


def one_of(sql: str, words: Iterable[str]) -> str:
    """The condition, never null, that the text ``sql`` is null or one of ``words``."""
    return f"({sql} IS NULL OR {sql} IN ({', '.join(literal(word) for word in words)}))"
