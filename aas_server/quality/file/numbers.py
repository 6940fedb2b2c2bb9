"""Texts read as numbers, in SQL."""

from __future__ import annotations

from typing import Literal

Style = Literal["plain", "thousands", "comma"]
"""``1234.5``; ``1,234.5``; ``1234,5``, ``1.234,5`` and ``1.234``, as spreadsheets of several countries have it."""

_PLAIN = r"\s*[+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|(?i:inf|infinity))\s*"
_THOUSANDS = r"\s*[+-]?\d{1,3}(,\d{3})+(\.\d+)?\s*"
_COMMA = r"\s*[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+\s*"
_DOTS = r"\s*[+-]?[1-9]\d{0,2}(\.\d{3})+\s*"


def whole(text: str) -> str:
    """The condition that a text is a whole number of 64 bits, written as such a number is."""
    return f"(TRY_CAST({text} AS BIGINT)::VARCHAR = trim({text}))"


def code(text: str) -> str:
    """``007`` is a code, not the number 7."""
    return f"regexp_full_match({text}, '[+-]?0\\d+')"


def serial(text: str) -> str:
    """Whole numbers beyond 64 bits are serial numbers: a double would round them."""
    return (
        f"(length({text}) > 18 AND regexp_full_match({text}, '[+-]?\\d+') AND TRY_CAST({text} AS BIGINT) IS NULL)"
    )


def thousands(text: str) -> str:
    return f"regexp_full_match({text}, '{_THOUSANDS}')"


def comma(text: str) -> str:
    """A decimal comma that can be no comma of thousands."""
    return f"(regexp_full_match({text}, '{_COMMA}') AND NOT regexp_full_match({text}, '{_THOUSANDS}'))"


def is_number(text: str, style: Style) -> str:
    """The condition that a text is a number; ``inf`` is one (Python writes it so), ``1_000`` is none. Where the
    comma is the decimal one, a dot parts thousands only."""
    plain = f"regexp_full_match({text}, '{_PLAIN}')"
    match style:
        case "plain":
            return plain
        case "thousands":
            return f"({plain} OR regexp_full_match({text}, '{_THOUSANDS}'))"
        case "comma":
            return f"(({plain} AND NOT contains({text}, '.')) OR regexp_full_match({text}, '{_COMMA}|{_DOTS}'))"


def number(text: str, style: Style, kind: str) -> str:
    """The number that a text is; null where it is none, and where a whole number (``kind`` int64) is asked for and
    it has a fraction: DuckDB would round it."""
    bare = {
        "plain": text,
        "thousands": f"replace({text}, ',', '')",
        "comma": f"replace(replace({text}, '.', ''), ',', '.')",
    }[style]
    read = f"TRY_CAST({bare} AS DOUBLE)"
    if kind == "int64":
        read = f"CASE WHEN NOT contains({bare}, '.') OR {read} = trunc({read}) THEN TRY_CAST({bare} AS BIGINT) END"
    return f"CASE WHEN {is_number(text, style)} THEN {read} END"
