"""A narrow stream (time, tag, value) made wide: one column a tag, one row a time."""

from __future__ import annotations

from aas_server.product.preprocess import casting
from aas_server.product.preprocess.bench import NOTHING, Bench, Column, Example, field_of
from aas_server.product.preprocess.cells import typed
from aas_server.product.preprocess.codes import (
    Counted,
    coded,
    note_codes,
    note_types,
    note_unreadable,
    note_words,
    worded,
)
from aas_server.quality.table import NUMERIC
from aas_server.store.parquet import quoted
from submodels.field import Field

_TEXTUAL = frozenset(("xs:string", "xs:anyURI", "xs:dateTime", "xs:date", "xs:time", "xs:duration"))
TAG, NUMBER, TEXT = "tag", "number", "text"
_AS_REAL = {
    "number": "{}",
    "integer": "({})::DOUBLE",
    "boolean": "({})::INT::DOUBLE",
    "time": "epoch_us({})::DOUBLE",
}
_OF_REAL = {
    "double": "{}",
    "int64": "{}::BIGINT",
    "bool": "({} <> 0)",
    "timestamp": "make_timestamp({}::BIGINT)::TIMESTAMPTZ",
}


def clean(bench: Bench) -> None:
    """Bring each reading to its tag's type; unreadable ones, words and codes become null, counted by tag.

    A tag is text where its field says so, or where it is declared no number and never sent one.
    """
    tag, number, text = (f"c{list(bench.stream.columns).index(name)}" for name in (TAG, NUMBER, TEXT))
    numbers = dict(
        bench.connection.execute(
            f"SELECT {tag}, count({number}) FROM {bench.relation} WHERE {tag} IS NOT NULL GROUP BY 1"  # noqa: S608
        ).fetchall()
    )
    fields = [field for field in bench.stream.fields if field.name in numbers]
    for name in numbers.keys() - {field.name for field in fields}:
        field_of(bench.stream, name)
    bench.columns = [_column(bench, field, place, bool(numbers[field.name])) for place, field in enumerate(fields)]
    bench.connection.execute("CREATE TEMP TABLE tags (tag VARCHAR, n INTEGER, numeric BOOLEAN)")
    for place, column in enumerate(bench.columns):
        values = [column.field.name, place, column.kind != "string"]
        bench.connection.execute("INSERT INTO tags VALUES (?, ?, ?)", values)
    plain = "CASE WHEN numeric AND isfinite(parsed) THEN parsed END"
    words = f"coalesce({text}, {number}::VARCHAR)"
    bench.become(
        "readings",
        f"""SELECT row, time, position, n, numeric, misfit, {number} AS sent_number, {text} AS sent_text,
        CASE WHEN NOT code AND NOT word THEN {_cases(bench, number, text, plain)} END AS real,
        CASE WHEN NOT numeric AND NOT code AND NOT word THEN {words} END AS words, code, word
        FROM (SELECT *, coalesce({number}, try_cast({text} AS DOUBLE)) AS parsed,
              {_code(bench, number, text)} AS code, {worded(text, bench.recipe.cleaning.missing_words)} AS word
              FROM {bench.relation} JOIN tags ON {tag} = tag)""",  # noqa: S608
    )
    _count(bench)


def widen(bench: Bench) -> None:
    """One row a time (where the stream has no times at all: a row a message), one column a tag. Where a tag came
    more than once for one time the first value stays; the others are counted."""
    slot = "0" if bench.counts("count(time)")[0] else "position"
    bench.make(
        "firsts",
        f"""SELECT *, min(first) OVER (PARTITION BY time, slot) AS row FROM (
            SELECT time, {slot} AS slot, n, min(row) AS first, arg_min(real, row) AS real,
            arg_min(words, row) AS words, greatest(count(real) + count(words), 1) - 1 AS more
            FROM {bench.relation} GROUP BY time, slot, n)""",  # noqa: S608
    )
    (more,) = bench.counts("sum(more)", "firsts")
    example = ""
    if more:
        example = bench.example("more > 0", "tag", "(SELECT * FROM firsts JOIN tags USING (n))")
    bench.become("wide", _pivot(bench), "TABLE")
    (rows,) = bench.counts("count(*)")
    names = tuple(column.field.id_short for column in bench.columns)
    bench.note("narrow-to-wide", more, rows_out=rows, columns=names, example=example)


def _column(bench: Bench, field: Field, place: int, has_numbers: bool) -> Column:
    cast = casting.declared(bench.recipe.cleaning, field.name)
    if cast is not None:
        return Column(typed(field, cast), f"c{place}", casting.KINDS[cast.to])
    numeric = field.value_type in NUMERIC or (field.value_type not in _TEXTUAL and has_numbers)
    return Column(field, f"c{place}", "double" if numeric else "string")


def _pivot(bench: Bench) -> str:
    if not bench.columns:
        return "SELECT row, time FROM firsts"
    places = ", ".join(str(place) for place in range(len(bench.columns)))
    values = ", ".join(
        f"{_value(place, column.kind)} AS {column.sql}" for place, column in enumerate(bench.columns)
    )
    return (
        f"SELECT row, time, {values} FROM (PIVOT (SELECT time, slot, row, n, real, words FROM firsts) "  # noqa: S608
        f"ON n IN ({places}) USING any_value(real) AS real, any_value(words) AS words GROUP BY time, slot, row)"
    )


def _value(place: int, kind: str) -> str:
    return quoted(f"{place}_words") if kind == "string" else _OF_REAL[kind].format(quoted(f"{place}_real"))


def _cases(bench: Bench, number: str, text: str, plain: str) -> str:
    """Each reading as a number, by its tag: as the recipe declares it, else ``plain``."""
    cases = []
    for place, column in enumerate(bench.columns):
        cast = casting.declared(bench.recipe.cleaning, column.field.name)
        if cast is not None and cast.to != "text":
            read = casting.read_as(cast, number, "double", text, bench.zone)
            cases.append(f"WHEN {place} THEN {_AS_REAL[cast.to].format(read)}")
    return f"CASE n {' '.join(cases)} ELSE {plain} END" if cases else plain


def _code(bench: Bench, number: str, text: str) -> str:
    cases = []
    for place, column in enumerate(bench.columns):
        codes = bench.recipe.cleaning.codes.get(column.field.name)
        if codes:
            either = f"{coded(number, 'double', codes)} OR {coded(text, 'string', codes)}"
            cases.append(f"WHEN {place} THEN {either}")
    return f"CASE n {' '.join(cases)} ELSE false END" if cases else "false"


def _count(bench: Bench) -> None:
    cleaning = bench.recipe.cleaning
    sent = "(sent_number IS NOT NULL OR sent_text IS NOT NULL OR misfit IS NOT NULL)"
    unreadable = f"({sent} AND NOT code AND NOT word AND real IS NULL AND words IS NULL)"
    counted = bench.connection.execute(
        f"SELECT n, count_if({unreadable}), count_if(code), count_if(word AND NOT code), "  # noqa: S608
        f"count(coalesce(real::VARCHAR, words)) FROM {bench.relation} GROUP BY n ORDER BY n"
    ).fetchall()

    def shown(place: int, count: int, condition: str) -> Counted:
        return Counted(bench.columns[place], count, _example(bench, place, condition) if count else NOTHING)

    def cast(place: int) -> str:
        declared = casting.declared(cleaning, bench.columns[place].field.name)
        return declared.to if declared else ""

    def is_coded(place: int) -> bool:
        return bench.columns[place].field.name in cleaning.codes

    note_unreadable(bench, [shown(place, wrong, unreadable) for place, wrong, *_ in counted if not cast(place)])
    note_words(bench, [shown(place, words, "word AND NOT code") for place, _, _, words, _ in counted])
    note_codes(bench, [shown(place, codes, "code") for place, _, codes, *_ in counted if is_coded(place)])
    note_types(
        bench,
        [shown(place, wrong, unreadable) for place, wrong, *_ in counted if cast(place)],
        [(cast(place), read) for place, *_, read in counted if cast(place)],
    )


def _example(bench: Bench, place: int, condition: str) -> Example:
    name = bench.columns[place].field.id_short
    sent = "coalesce(sent_text, sent_number::VARCHAR, misfit)"
    return bench.changed(name, f"n = {place} AND {condition}", sent, "NULL")
