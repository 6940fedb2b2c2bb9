"""Whether a cell holds nothing, in SQL: by definition, and by what was declared."""

from __future__ import annotations

from collections.abc import Sequence

from aas_server.quality.declared import Quality
from aas_server.store.parquet import literal

MISSING = ("", "NaN", "nan", "NA", "null", "NULL")
"""Definition of the quality check: null, empty, or NaN/NA/null/NULL. ``nan`` is how Python and C write NaN. Other
words (``None``, ``-``, ``없음``) are missing only where they are declared."""


def words(declared: Quality, column: str) -> tuple[str, ...]:
    """The texts that mean a missing cell in a column."""
    codes = tuple(code for code in declared.codes.get(column, ()) if isinstance(code, str))
    return (*MISSING, *declared.missing, *codes)


def codes(declared: Quality, column: str) -> tuple[float, ...]:
    """The numbers that are declared to mean "no reading" in a column."""
    return tuple(float(code) for code in declared.codes.get(column, ()) if not isinstance(code, str))


def no_text(text: str, declared: Quality, column: str) -> str:
    """The condition, never null, that a text holds nothing."""
    listed = ", ".join(literal(word) for word in words(declared, column))
    found = f"{text} IS NULL OR {text} IN ({listed})"
    numbers = codes(declared, column)
    return f"({found} OR {_coded(f'TRY_CAST({text} AS DOUBLE)', numbers)})" if numbers else f"({found})"


def no_number(number: str, kind: str, declared: Quality, column: str) -> str:
    """The condition, never null, that a number holds nothing: null, NaN or a declared code."""
    found = [f"{number} IS NULL"]
    if kind == "double":
        # Not isnan(): Parquet's statistics leave NaN out, and DuckDB 2.0 concludes from them that there is none.
        found.append(f"(NOT isfinite({number}) AND abs({number}) <> 'infinity'::DOUBLE)")
    numbers = codes(declared, column)
    return f"({' OR '.join([*found, *([_coded(number, numbers)] if numbers else [])])})"


def _coded(number: str, numbers: Sequence[float]) -> str:
    return f"coalesce({number} IN ({', '.join(f'{one!r}::DOUBLE' for one in numbers)}), false)"
