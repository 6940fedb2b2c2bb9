"""Values that mean "no reading": codes declared for a column, and words declared for all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from aas_server.messages import in_all
from aas_server.product.preprocess.bench import Bench, Column, Example
from aas_server.store.parquet import literal

Codes = tuple[float | str, ...]


def coded(value: str, kind: str, codes: Codes) -> str:
    """The condition that ``value`` is one of the declared codes; a number matches a text that reads as it."""
    texts = [literal(str(code)) for code in codes if isinstance(code, str)]
    numbers = [repr(number) for number in map(_number, codes) if number is not None]
    parts = []
    if kind == "string":
        parts += [f"{value} IN ({', '.join(texts)})"] if texts else []
        parts += [f"try_cast({value} AS DOUBLE) IN ({', '.join(numbers)})"] if numbers else []
    elif kind in ("double", "int64") and numbers:
        parts.append(f"{value} IN ({', '.join(f'{number}::DOUBLE' for number in numbers)})")
    return f"coalesce({' OR '.join(parts)}, false)" if parts else "false"


def worded(text: str, words: tuple[str, ...]) -> str:
    """The condition that ``text``, without blanks around it, is one of the words for "missing"; never null."""
    return f"coalesce(trim({text}) IN ({', '.join(map(literal, words))}), false)" if words else "false"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many cells of a column were concerned, and the first of them."""

    column: Column
    cells: int
    example: Example


def note_codes(bench: Bench, counted: list[Counted]) -> None:
    """Log each column with declared codes; one entry of zeros where there is none."""
    for one in counted:
        codes = bench.recipe.cleaning.codes[one.column.field.name]
        shown = ", ".join(f"{code:.15g}" if isinstance(code, float) else str(code) for code in codes)
        short = one.column.field.id_short
        bench.note("declared-code", one.cells, columns=(short,), example=one.example, codes=shown, column=short)
    if not counted:
        bench.note("declared-code", sentence="preprocess-declared-code-none")


def note_words(bench: Bench, counted: list[Counted]) -> None:
    """Log the cells that held a declared word for "missing"; nothing where none is declared."""
    words = bench.recipe.cleaning.missing_words
    if words:
        _note_together(bench, "missing-word", counted, ", ".join(words))


def note_unreadable(bench: Bench, counted: list[Counted]) -> None:
    """Log the cells that could not be read as their column's type."""
    _note_together(bench, "unreadable-to-null", counted)


def note_types(bench: Bench, counted: list[Counted], shown: Sequence[tuple[str, int]]) -> None:
    """Log each column with a declared type. ``shown``: the type's name and the cells that were read, by column."""
    for one, (to, read) in zip(counted, shown, strict=True):
        short = one.column.field.id_short
        type_ = in_all(f"preprocess-type-{to}")
        bench.note(
            "declared-type",
            one.cells,
            columns=(short,),
            example=one.example,
            column=short,
            type=type_,
            read=f"{read:,}",
        )


def _note_together(bench: Bench, code: str, counted: list[Counted], words: str = "") -> None:
    """One entry for all columns; the example is of the first one whose values may be shown."""
    found = [one for one in counted if one.cells]
    open_ones = [one for one in found if not bench.veil.hides((one.column.field.id_short,))]
    columns = tuple(one.column.field.id_short for one in found)
    shown = open_ones[0].example if open_ones else Example()
    bench.note(code, sum(one.cells for one in found), columns=columns, example=shown, veiled=False, words=words)


def _number(code: float | str) -> float | None:
    """The number that a code is; ``None`` for a text, and for ``nan`` and ``inf``, never a reading."""
    try:
        number = float(code)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
