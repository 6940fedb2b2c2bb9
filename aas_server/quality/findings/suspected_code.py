"""``suspected_code``: numbers and words that seem to say "no reading" though nobody declared them."""

from __future__ import annotations

from collections.abc import Mapping

from aas_server.messages import in_all
from aas_server.quality.counting import count_each
from aas_server.quality.finding import Finding
from aas_server.quality.findings.codes import known, void
from aas_server.quality.findings.pointing import examples, rows, shown
from aas_server.quality.subject import Seen, Subject
from aas_server.store.parquet import literal

Numbers = Mapping[str, Mapping[float, int]]


def find(subject: Subject, numbers: Numbers) -> Finding | None:
    """Cells that hold a suspected number (``findings.numbers``) or a word of ``codes.toml``.

    Words are looked for in columns of texts, but for the label, and among the words of columns of numbers. What
    was declared (as a code of the column, or as a word for missing) is none.
    """
    words = _words(subject)
    numbers = {column.sql: _undeclared(subject, column, numbers.get(column.sql, {})) for column in subject.columns}
    concerned = [column for column in subject.columns if numbers[column.sql] or column.sql in words]
    if not concerned:
        return None
    conditions, told, count = [], [], 0
    for column in concerned:
        codes = numbers.get(column.sql, {})
        if codes:
            conditions.append((f"{column.sql} IN ({', '.join(map(repr, codes))})", shown(column.name, column.sql)))
        spoken = words.get(column.sql, {})
        if spoken:
            conditions.append((_spoken(column, tuple(spoken)), shown(column.name, column.raw)))
        every = {_plain(value): times for value, times in codes.items()} | dict(spoken)
        count += sum(every.values())
        told.append(f"{column.name}: {', '.join(f'{value} ({times:,})' for value, times in every.items())}")
    return Finding(
        "suspected_code",
        count,
        tuple(column.name for column in concerned),
        examples(subject, conditions),
        in_all("quality-found-code", cells=f"{count:,}", codes="; ".join(told)),
        rows(subject.relation, [condition for condition, _show in conditions]),
    )


def _undeclared(subject: Subject, column: Seen, codes: Mapping[float, int]) -> Mapping[float, int]:
    declared = subject.declared.codes.get(column.name, ())
    return {value: times for value, times in codes.items() if value not in declared}


def _words(subject: Subject) -> dict[str, dict[str, int]]:
    """Per column its words of the list, as written, with their counts: one pass, and one per column hit."""
    asked = [column for column in subject.columns if column.kind != "timestamp" and column.kind != "bool"]
    asked = [column for column in asked if column not in (subject.label, subject.time)]
    counts = count_each(subject.connection, subject.relation, [_spoken(column) for column in asked])
    found = {}
    for column, count in zip(asked, counts, strict=True):
        if count:
            rows = subject.connection.execute(
                f"SELECT trim({column.raw}) AS word, count(*) AS n FROM {subject.relation} "  # noqa: S608
                f"WHERE {_spoken(column)} GROUP BY word ORDER BY n DESC, word"
            ).fetchall()
            declared = (*subject.declared.missing, *subject.declared.codes.get(column.name, ()))
            found[column.sql] = {word: times for word, times in rows if word not in declared}
    return {name: words for name, words in found.items() if words}


def _spoken(column: Seen, only: tuple[str, ...] = ()) -> str:
    words = known().words if column.kind == "string" else (*known().words, *known().words_among_numbers)
    among = void(column.raw, words)
    if only:
        among = f"trim({column.raw}) IN ({', '.join(literal(word) for word in only)})"
    return among if column.kind == "string" else f"({column.misfit} AND {among})"


def _plain(value: float) -> str:
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else repr(value)
