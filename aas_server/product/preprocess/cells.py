"""Cells of a wide stream: what is no reading becomes null, and is counted column by column."""

from __future__ import annotations

import math
from dataclasses import dataclass

from aas_server.product.preprocess.bench import Bench, Column, field_of
from aas_server.quality.table import NUMERIC
from aas_server.store.parquet import literal

Codes = tuple[float | str, ...]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A column's value once cleaned, and the conditions under which it was a code or could not be read."""

    value: str
    kind: str
    coded: str
    unreadable: str
    shown: str


def clean(bench: Bench) -> None:
    """Turn unreadable values and declared codes into null. The raw time column goes: ``Time`` bears its value."""
    codes = bench.recipe.cleaning.codes
    columns: list[Column] = []
    cleaned: list[Cleaned] = []
    for number, (name, kind) in enumerate(bench.stream.columns.items()):
        field = field_of(bench.stream, name)
        if field.role == "time" or name == bench.recipe.time:
            continue
        declared = codes.get(name, ())
        raw = f"c{number}"
        made = (
            _as_it_came(raw, kind)
            if bench.is_label(field)
            else _cleaned(raw, kind, name, field.value_type, declared)
        )
        columns.append(Column(field, f"c{number}", made.kind))
        cleaned.append(made)
    _count(bench, columns, cleaned)
    values = ", ".join(f"{made.value} AS {column.sql}" for column, made in zip(columns, cleaned, strict=True))
    bench.columns = columns
    bench.become("cleaned", f"SELECT row, time{', ' + values if values else ''} FROM {bench.relation}")  # noqa: S608


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


def note_codes(bench: Bench, counted: list[tuple[str, Codes, int, str]]) -> None:
    """Log each column with declared codes: (idShort, codes, cells, example); one entry of zeros where none is."""
    for column, codes, cells, example in counted:
        shown = ", ".join(f"{code:g}" if isinstance(code, float) else str(code) for code in codes)
        bench.note("declared-code", cells, columns=(column,), example=example, codes=shown, column=column)
    if not counted:
        bench.note("declared-code", sentence="preprocess-declared-code-none")


def _count(bench: Bench, columns: list[Column], cleaned: list[Cleaned]) -> None:
    asked = [f"count_if({made.unreadable}), count_if({made.coded})" for made in cleaned]
    counts = bench.counts(", ".join(["count(*)", *asked]))[1:]
    unreadable, codes = counts[0::2], counts[1::2]
    changed = [number for number, count in enumerate(unreadable) if count]
    first = changed[0] if changed else None
    bench.note(
        "unreadable-to-null",
        sum(unreadable),
        columns=tuple(columns[number].field.id_short for number in changed),
        example=""
        if first is None
        else _example(bench, columns[first], cleaned[first], cleaned[first].unreadable),
    )
    declared = bench.recipe.cleaning.codes
    note_codes(
        bench,
        [
            (
                column.field.id_short,
                declared[column.field.name],
                count,
                _example(bench, column, made, made.coded) if count else "",
            )
            for column, made, count in zip(columns, cleaned, codes, strict=True)
            if column.field.name in declared
        ],
    )


def _example(bench: Bench, column: Column, made: Cleaned, condition: str) -> str:
    return bench.example(condition, f"concat({literal(column.field.id_short)}, '=', {made.shown})")


def _cleaned(raw: str, kind: str, name: str, value_type: str, codes: Codes) -> Cleaned:
    misfit = f"json_extract_string(misfit, {literal('/' + name.replace('~', '~0').replace('/', '~1'))})"
    strange = f"({raw} IS NULL AND {misfit} IS NOT NULL)"
    code = f"({coded(raw, kind, codes)} OR ({strange} AND {coded(misfit, 'string', codes)}))" if codes else "false"
    value, wrong = raw, "false"
    # isfinite(), not isnan(): Parquet's statistics leave NaN out, and DuckDB 2.0 concludes that there is none.
    if kind == "double":
        wrong = f"coalesce(NOT isfinite({raw}), false)"
    elif kind == "string" and value_type in NUMERIC:
        value, kind = f"try_cast({raw} AS DOUBLE)", "double"
        wrong = f"({raw} IS NOT NULL AND coalesce(NOT isfinite({value}), true))"
    unreadable = f"(({wrong} OR {strange}) AND NOT {code})"
    cleaned = value if code == wrong == "false" else f"CASE WHEN {wrong} OR {code} THEN NULL ELSE {value} END"
    return Cleaned(cleaned, kind, code, unreadable, f"coalesce({raw}::VARCHAR, {misfit})")


def _as_it_came(raw: str, kind: str) -> Cleaned:
    return Cleaned(raw, kind, "false", "false", raw)


def _number(code: float | str) -> float | None:
    """The number that a code is; ``None`` for a text, and for ``nan`` and ``inf``, never a reading."""
    try:
        number = float(code)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
