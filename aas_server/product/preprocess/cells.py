"""Cells of a wide stream: what is no reading becomes null, what has a declared type is read as it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aas_server.product.preprocess import casting
from aas_server.product.preprocess.bench import NOTHING, Bench, Column, Example, field_of
from aas_server.product.preprocess.codes import (
    Counted,
    coded,
    note_codes,
    note_types,
    note_unreadable,
    note_words,
    worded,
)
from aas_server.product.recipe.cleaning import Cast
from aas_server.quality.table import NUMERIC
from aas_server.store.parquet import literal
from submodels.field import Field


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A column's value once read, and the conditions under which it is none: ``bad`` in all, as a code, as a word
    for "missing", or as it could not be read; ``came``: that there was anything. Conditions are never null."""

    column: Column
    read: str
    bad: str
    came: str
    coded: str
    worded: str
    unreadable: str
    shown: str
    cast: Cast | None = None

    @property
    def value(self) -> str:
        """The cell once cleaned."""
        return self.read if self.bad == "false" else f"CASE WHEN {self.bad} THEN NULL ELSE {self.read} END"


def clean(bench: Bench) -> None:
    """Turn unreadable values, words and codes into null. The raw time column goes: ``Time`` bears its value."""
    # A column of nulls costs nothing; looking into the JSON of misfits for each cell of each column does.
    misfits = bool(bench.counts("count(misfit)")[0])
    cleaned: list[Cleaned] = []
    for number, (name, kind) in enumerate(bench.stream.columns.items()):
        field = field_of(bench.stream, name)
        if field.role == "time" or name == bench.recipe.time:
            continue
        column = Column(field, f"c{number}", kind)
        cleaned.append(_as_it_came(column) if bench.is_label(field) else _cleaned(bench, column, misfits))
    concerned = _count(bench, cleaned)
    bench.columns = [made.column for made in cleaned]
    values = "".join(
        f", {made.value if cells else made.read} AS {made.column.sql}"
        for made, cells in zip(cleaned, concerned, strict=True)
    )
    bench.become("cleaned", f"SELECT row, time{values} FROM {bench.relation}")  # noqa: S608


def typed(field: Field, cast: Cast) -> Field:
    """The field with the declared type; text and truth values have neither unit nor range."""
    made = replace(field, value_type=casting.XSD[cast.to])
    if cast.to not in ("number", "integer"):
        made = replace(made, unit=None, minimum=None, maximum=None)
    if made.role not in ("feature", "text"):
        return made
    return replace(made, role="text" if cast.to in ("text", "time") else "feature")


def _count(bench: Bench, cleaned: list[Cleaned]) -> list[int]:
    """Log what is done. Returns how many cells of each column are concerned: one without is only read."""
    asked = []
    for made in cleaned:
        read = f"count_if({made.came}) - count_if({made.unreadable})" if made.cast else "0"
        asked += [f"count_if({made.unreadable})", f"count_if({made.coded})", f"count_if({made.worded})", read]
    counts = bench.counts(", ".join(["count(*)", *asked]))[1:]
    unreadable, codes, absent, fitting = (counts[start::4] for start in range(4))

    def counted(made: Cleaned, cells: int, condition: str, after: str = "NULL") -> Counted:
        return Counted(made.column, cells, _example(bench, made, condition, after) if cells else NOTHING)

    free = [(made, cells) for made, cells in zip(cleaned, unreadable, strict=True) if made.cast is None]
    note_unreadable(bench, [counted(made, cells, made.unreadable) for made, cells in free])
    note_words(bench, [counted(made, cells, made.worded) for made, cells in zip(cleaned, absent, strict=True)])
    declared = bench.recipe.cleaning.codes
    note_codes(
        bench,
        [
            counted(made, cells, made.coded)
            for made, cells in zip(cleaned, codes, strict=True)
            if made.column.field.name in declared
        ],
    )
    casts = [place for place, made in enumerate(cleaned) if made.cast]
    note_types(
        bench,
        [_typed_example(bench, cleaned[place], unreadable[place]) for place in casts],
        [(cast.to, fitting[place]) for place in casts if (cast := cleaned[place].cast)],
    )
    return [sum(cells) for cells in zip(unreadable, codes, absent, strict=True)]


def _typed_example(bench: Bench, made: Cleaned, unfit: int) -> Counted:
    """A cell that did not fit, else one that is written differently now."""
    condition = made.unreadable if unfit else f"{made.shown} IS DISTINCT FROM ({made.value})::VARCHAR"
    return Counted(made.column, unfit, _example(bench, made, condition, made.value))


def _example(bench: Bench, made: Cleaned, condition: str, after: str) -> Example:
    return bench.changed(made.column.field.id_short, condition, made.shown, after)


def _cleaned(bench: Bench, column: Column, misfits: bool) -> Cleaned:
    raw, kind, name = column.sql, column.kind, column.field.name
    misfit = "NULL::VARCHAR"
    if misfits:
        misfit = f"json_extract_string(misfit, {literal('/' + name.replace('~', '~0').replace('/', '~1'))})"
    cleaning = bench.recipe.cleaning
    codes, words = cleaning.codes.get(name, ()), cleaning.missing_words
    strange = f"({raw} IS NULL AND {misfit} IS NOT NULL)" if misfits else "false"
    code, word = coded(raw, kind, codes), worded(raw, words) if kind == "string" else "false"
    if misfits and codes:
        code = f"({code} OR ({strange} AND {coded(misfit, 'string', codes)}))"
    if misfits and words:
        word = f"({word} OR ({strange} AND {worded(misfit, words)}))"
    shown = f"coalesce({raw}::VARCHAR, {misfit})" if misfits else f"{raw}::VARCHAR"
    word = f"({word} AND NOT {code})" if word != "false" and code != "false" else word
    empty = " OR ".join(one for one in (code, word) if one != "false") or "false"
    came = f"({raw} IS NOT NULL OR {strange})" if misfits else f"({raw} IS NOT NULL)"
    cast = casting.declared(cleaning, name)
    if cast is not None:
        text = shown if kind == "string" else misfit
        value = casting.read_as(cast, raw if kind != "string" else None, kind, text, bench.zone)
        unreadable = f"({came} AND NOT ({empty}) AND ({value}) IS NULL)"
        came = f"({came} AND NOT ({empty}))"
        column.kind, column.field = casting.KINDS[cast.to], typed(column.field, cast)
        return Cleaned(column, value, empty, came, code, word, unreadable, shown, cast)
    value, wrong = raw, "false"
    # isfinite(), not isnan(): Parquet's statistics leave NaN out, and DuckDB 2.0 concludes that there is none.
    if kind == "double":
        wrong = f"coalesce(NOT isfinite({raw}), false)"
    elif kind == "string" and column.field.value_type in NUMERIC:
        value, column.kind = f"try_cast({raw} AS DOUBLE)", "double"
        wrong = f"({raw} IS NOT NULL AND coalesce(NOT isfinite({value}), true))"
    unreadable = " OR ".join(one for one in (wrong, strange) if one != "false") or "false"
    if unreadable != "false" and empty != "false":
        unreadable = f"(({unreadable}) AND NOT ({empty}))"
    bad = " OR ".join(one for one in (wrong, empty) if one != "false") or "false"
    return Cleaned(column, value, bad, came, code, word, unreadable, shown)


def _as_it_came(column: Column) -> Cleaned:
    raw = column.sql
    return Cleaned(column, raw, "false", f"({raw} IS NOT NULL)", "false", "false", "false", f"{raw}::VARCHAR")
