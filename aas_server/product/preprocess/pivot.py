"""A narrow stream (time, tag, value) made wide: one column a tag, one row a time."""

from __future__ import annotations

from aas_server.product.preprocess.bench import Bench, Column, field_of
from aas_server.product.preprocess.cells import coded, note_codes
from aas_server.quality.table import NUMERIC
from aas_server.store.parquet import literal, quoted

_TEXTUAL = frozenset(("xs:string", "xs:anyURI", "xs:dateTime", "xs:date", "xs:time", "xs:duration"))
TAG, NUMBER, TEXT = "tag", "number", "text"


def clean(bench: Bench) -> None:
    """Bring each reading to its tag's type; unreadable ones and declared codes become null, counted by tag.

    A tag is text where its field says so, or where it is declared no number and never sent one.
    """
    tag, number, text = (f"c{list(bench.stream.columns).index(name)}" for name in (TAG, NUMBER, TEXT))
    found = bench.connection.execute(
        f"SELECT {tag}, count({number}) FROM {bench.relation} WHERE {tag} IS NOT NULL GROUP BY 1"  # noqa: S608
    ).fetchall()
    numbers = dict(found)
    fields = [field for field in bench.stream.fields if field.name in numbers]
    for name in numbers.keys() - {field.name for field in fields}:
        field_of(bench.stream, name)
    for place, field in enumerate(fields):
        numeric = field.value_type in NUMERIC or (field.value_type not in _TEXTUAL and numbers[field.name])
        bench.columns.append(Column(field, f"c{place}", "double" if numeric else "string"))
    bench.connection.execute("CREATE TEMP TABLE tags (tag VARCHAR, n INTEGER, numeric BOOLEAN)")
    for place, column in enumerate(bench.columns):
        values = [column.field.name, place, column.kind == "double"]
        bench.connection.execute("INSERT INTO tags VALUES (?, ?, ?)", values)
    bench.become(
        "readings",
        f"""SELECT row, time, position, n, numeric, misfit, {number} AS sent_number, {text} AS sent_text,
        CASE WHEN numeric AND NOT code THEN CASE WHEN isfinite(parsed) THEN parsed END END AS real,
        CASE WHEN NOT numeric AND NOT code THEN coalesce({text}, {number}::VARCHAR) END AS words, code
        FROM (SELECT *, coalesce({number}, try_cast({text} AS DOUBLE)) AS parsed,
              {_code(bench, number, text)} AS code FROM {bench.relation} JOIN tags ON {tag} = tag)""",  # noqa: S608
    )
    _count(bench)


def widen(bench: Bench) -> None:
    """One row a time (where the stream has no times at all: a row a message), one column a tag. Where a tag came
    more than once for one time the first value stays; the others are counted."""
    slot = "0" if bench.counts("count(time)")[0] else "position"
    bench.connection.execute(
        f"""CREATE TEMP TABLE firsts AS SELECT *, min(first) OVER (PARTITION BY time, slot) AS row FROM (
            SELECT time, {slot} AS slot, n, min(row) AS first, arg_min(real, row) AS real,
            arg_min(words, row) AS words, greatest(count(real) + count(words), 1) - 1 AS more
            FROM {bench.relation} GROUP BY time, slot, n)"""  # noqa: S608
    )
    (more,) = bench.counts("sum(more)", "firsts")
    example = ""
    if more:
        example = bench.example("more > 0", "tag", "(SELECT * FROM firsts JOIN tags USING (n))")
    bench.become("wide", _pivot(bench), "TABLE")
    (rows,) = bench.counts("count(*)")
    names = tuple(column.field.id_short for column in bench.columns)
    bench.note("narrow-to-wide", more, rows_out=rows, columns=names, example=example)


def _pivot(bench: Bench) -> str:
    if not bench.columns:
        return "SELECT row, time FROM firsts"
    places = ", ".join(str(place) for place in range(len(bench.columns)))
    values = ", ".join(
        f"{quoted(f'{place}_real' if column.kind == 'double' else f'{place}_words')} AS {column.sql}"
        for place, column in enumerate(bench.columns)
    )
    return (
        f"SELECT row, time, {values} FROM (PIVOT (SELECT time, slot, row, n, real, words FROM firsts) "  # noqa: S608
        f"ON n IN ({places}) USING any_value(real) AS real, any_value(words) AS words GROUP BY time, slot, row)"
    )


def _code(bench: Bench, number: str, text: str) -> str:
    cases = []
    for place, column in enumerate(bench.columns):
        codes = bench.recipe.cleaning.codes.get(column.field.name)
        if codes:
            either = f"{coded(number, 'double', codes)} OR {coded(text, 'string', codes)}"
            cases.append(f"WHEN {place} THEN {either}")
    return f"CASE n {' '.join(cases)} ELSE false END" if cases else "false"


def _count(bench: Bench) -> None:
    sent = "(sent_number IS NOT NULL OR sent_text IS NOT NULL OR misfit IS NOT NULL)"
    unreadable = f"({sent} AND NOT code AND real IS NULL AND words IS NULL)"
    counted = bench.connection.execute(
        f"SELECT n, count_if({unreadable}), count_if(code) FROM {bench.relation} GROUP BY n ORDER BY n"  # noqa: S608
    ).fetchall()
    names = {place: column.field.id_short for place, column in enumerate(bench.columns)}
    changed = [place for place, count, _ in counted if count]
    bench.note(
        "unreadable-to-null",
        sum(count for _, count, _ in counted),
        columns=tuple(names[place] for place in changed),
        example=_example(bench, changed[0], names[changed[0]], unreadable) if changed else "",
    )
    declared = bench.recipe.cleaning.codes
    note_codes(
        bench,
        [
            (
                names[place],
                declared[bench.columns[place].field.name],
                count,
                _example(bench, place, names[place], "code") if count else "",
            )
            for place, _, count in counted
            if bench.columns[place].field.name in declared
        ],
    )


def _example(bench: Bench, place: int, name: str, condition: str) -> str:
    shown = f"concat({literal(name)}, '=', coalesce(sent_text, sent_number::VARCHAR, misfit))"
    return bench.example(f"n = {place} AND {condition}", shown)
