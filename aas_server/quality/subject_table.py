"""A ``Subject`` (any file, stream or release) as a table that can be measured."""

from __future__ import annotations

from collections.abc import Mapping

from aas_server.errors import BadInput
from aas_server.quality.declared import Quality
from aas_server.quality.facts import Facts
from aas_server.quality.repeats import identity
from aas_server.quality.subject import Seen, Subject
from aas_server.quality.table import NEVER, Column, Table, outside, unfit, unlisted
from aas_server.store.parquet import quoted


def table_of(facts: Facts, others: Mapping[str, str] | None = None) -> Table:
    """The subject's table: every column is a data column, its time as well. ``others``: further tables that
    references name. Raises ``BadInput`` for a declared column that is not there."""
    subject = facts.subject
    _check(subject, subject.declared)
    time = f"{subject.time.sql}::TIMESTAMP" if subject.time and subject.time.kind == "timestamp" else None
    view = f"{subject.relation}_measured"
    named: dict[str, Seen] = {}
    for one in subject.columns:
        named.setdefault(one.name.lower(), one)
    columns = "".join(f", {one.sql} AS {quoted(one.name)}" for one in named.values())
    moment = time or "NULL::TIMESTAMP"
    execute = subject.connection.execute
    execute(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT *, {moment} AS time FROM {subject.relation}")  # noqa: S608
    execute(
        f'CREATE OR REPLACE TEMP VIEW {view}_by_name AS SELECT row AS "#row", time AS "#time"{columns} FROM {view}'  # noqa: S608
    )
    return Table(
        subject.connection,
        view,
        tuple(_column(one, subject.declared) for one in subject.columns),
        whole=tuple(part for one in subject.columns for part in identity(one)),
        names={one.name: one.sql for one in subject.columns},
        rules=f"{view}_by_name",
        rows=subject.rows,
        missing={one.name: facts.columns[one.sql].missing for one in subject.columns},
        ticks=subject.time.ticks if subject.time else "",
        per_second=subject.time.per_second if subject.time else 1,
        others=others or {},
        zoned=subject.time.zoned if subject.time else True,
    )


def _column(seen: Seen, declared: Quality) -> Column:
    """Invalid: text in a column of numbers, a number that is not finite; what does not fit the declared type,
    range or list."""
    limits = declared.ranges[seen.name].ends if seen.name in declared.ranges else (None, None)
    number = f"try_cast({seen.sql} AS DOUBLE)" if seen.kind == "string" else seen.sql
    ranged = outside(number, limits) if seen.kind in ("double", "int64", "string") else []
    listed = declared.lists.get(seen.name, ())
    wrong = [*ranged, *unlisted(seen.sql, listed), *unfit(seen.sql, declared.types.get(seen.name))]
    if seen.misfit != NEVER:
        wrong.append(seen.misfit)
    if seen.kind == "double":
        wrong.append(f"NOT isfinite({seen.sql})")
    invalid = f"(NOT {seen.gone} AND coalesce({' OR '.join(wrong)}, true))" if wrong else NEVER
    shown = f"coalesce({seen.raw}::VARCHAR, {seen.sql}::VARCHAR)"
    return Column(seen.name, seen.gone, invalid, shown, bool(ranged), bool(listed))


def _check(subject: Subject, declared: Quality) -> None:
    known = [column.name for column in subject.columns]
    named = {"ranges": declared.ranges, "types": declared.types, "lists": declared.lists, "codes": declared.codes}
    for part, columns in named.items():
        for name in columns:
            if name not in known:
                raise BadInput("quality-declared-unknown", part=part, column=name, known=", ".join(known))
