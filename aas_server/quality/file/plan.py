"""How each column of a file is seen: kind, typed value and text, as SQL over the file's own columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from aas_server.errors import BadInput
from aas_server.quality.declared import Quality
from aas_server.quality.file import cells, kinds, numbers, stamps
from aas_server.quality.file.tally import BOOLEANS, Column, Tally, tally
from aas_server.quality.subject import Dates, Kind, Seen
from aas_server.store.parquet import literal

_NATIVE_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")


@dataclass(frozen=True, slots=True)
class Source:
    """A column as the file has it: ``sql`` in the relation ``source``, of DuckDB's type ``native``."""

    name: str
    sql: str
    native: str

    @property
    def is_text(self) -> bool:
        return self.native == "VARCHAR"

    @property
    def text(self) -> str:
        return self.sql if self.is_text else f"{self.sql}::VARCHAR"


@dataclass(frozen=True, slots=True)
class Plan:
    """``typed``: SQL over ``source``, null where the cell is missing or holds no value of the column's kind.
    ``misfits``: whether cells may hold something that is not of the kind. ``table``: the stamps to join by the
    cell's text, empty where none are needed."""

    source: Source
    kind: Kind
    typed: str
    misfits: bool = False
    zoned: bool = False
    per_second: int = 10**6
    dates: Dates | None = None
    table: str = ""

    def nothing(self, text: str, declared: Quality) -> str:
        """The condition that a cell's text holds nothing."""
        return cells.no_text(text, declared, self.source.name)

    def seen(self, number: int, declared: Quality) -> Seen:
        """The column as finders see it."""
        missing = self.nothing(f"r{number}", declared) if self.misfits else ""
        return Seen(self.source.name, f"c{number}", f"r{number}", self.kind, missing, self.zoned, self.per_second)


def plans(
    connection: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    rows: int,
    time: str | None,
    declared: Quality,
) -> list[Plan]:
    """Find out how every column is to be read. Raises ``BadInput`` where ``time`` holds no times."""
    texts = [
        Column(one.name, one.sql, cells.no_text(one.sql, declared, one.name)) for one in sources if one.is_text
    ]
    tallies = dict(zip((one.name for one in texts), tally(connection, "source", texts, rows), strict=True))
    made = []
    for number, source in enumerate(sources):
        if source.is_text:
            plan = _of_text(connection, source, tallies[source.name], number, source.name == time, declared)
        else:
            plan = _native(source, declared)
            if source.name == time and plan.kind != "timestamp":
                plan = _numeric_time(connection, source, plan, number, declared)
        made.append(plan)
    return made


def _of_text(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    found: Tally,
    number: int,
    is_time: bool,
    declared: Quality,
) -> Plan:
    kind = kinds.kind(found, declared.types.get(source.name))
    missing = cells.no_text(source.sql, declared, source.name)
    if is_time and kind in ("int64", "double"):
        plan = _number(source, found, kind, missing)
        return _numeric_time(connection, source, plan, number, declared)
    if is_time or kind == "timestamp":
        needed = is_time or source.name in declared.types
        return _stamped(connection, source, missing, number, declared, needed=needed)
    if kind == "bool":
        return _truth(source, source.name in declared.types, found.booleans < found.present)
    if kind == "string":
        return Plan(source, kind, f"CASE WHEN NOT {missing} THEN {source.sql} END")
    return _number(source, found, kind, missing)


def _truth(source: Source, declared: bool, misfits: bool) -> Plan:
    """1 and 0 are truths only where the column is declared to hold some."""
    words = {**BOOLEANS, "1": True, "0": False} if declared else BOOLEANS
    true = ", ".join(literal(word) for word, value in words.items() if value)
    known = ", ".join(map(literal, words))
    return Plan(source, "bool", f"CASE WHEN {source.sql} IN ({known}) THEN {source.sql} IN ({true}) END", misfits)


def _number(source: Source, found: Tally, kind: Kind, missing: str) -> Plan:
    typed = f"CASE WHEN NOT {missing} THEN {numbers.number(source.sql, kinds.style(found), kind)} END"
    return Plan(source, kind, typed, misfits=True)


def _stamped(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    missing: str,
    number: int,
    declared: Quality,
    *,
    needed: bool = True,
) -> Plan:
    """A column of times; one of texts where they only look like times and nobody named it as one (``needed``)."""
    text = source.text
    read = stamps.survey(connection, "source", text, missing, declared.dates, f"stamps{number}")
    if not (needed or read.readable):
        return Plan(source, "string", f"CASE WHEN NOT {missing} THEN {text} END")
    typed = f"CASE WHEN NOT {missing} THEN {read.typed(text, f'stamps{number}.ns')} END"
    return Plan(source, "timestamp", typed, True, read.zoned, read.per_second, read.dates, read.table)


def _numeric_time(
    connection: duckdb.DuckDBPyConnection, source: Source, plan: Plan, number: int, declared: Quality
) -> Plan:
    """A column of numbers that is named as the time: dates in digits, epochs, or a count of its own."""
    if plan.kind not in ("int64", "double"):
        return plan
    value = plan.typed
    [(present, epochs, dates, precise)] = connection.execute(
        f"SELECT count({value}), count_if(abs({value}) >= {stamps.SMALLEST_EPOCH}), "  # noqa: S608
        f"count_if({stamps.compact(source.text)}), count_if(abs({value}) >= 1e17) FROM source"
    ).fetchall()
    if 2 * dates > present:
        return _stamped(connection, source, cells.no_text(source.text, declared, source.name), number, declared)
    if 2 * epochs <= present:
        return plan
    fine = bool(precise) and plan.kind == "int64"
    read = stamps.epoch(value, plan.kind == "int64", fine)
    return Plan(source, "timestamp", read, True, True, 10**9 if fine else 10**6)


def _native(source: Source, declared: Quality) -> Plan:
    """A column whose type the file tells."""
    native = source.native
    if native in _NATIVE_INTEGERS or native == "HUGEINT" or native == "UHUGEINT":
        missing = cells.no_number(source.sql, "int64", declared, source.name)
        typed = (
            source.sql
            if not cells.codes(declared, source.name)
            else f"CASE WHEN NOT {missing} THEN {source.sql} END"
        )
        return Plan(source, "int64", typed)
    if native in ("DOUBLE", "FLOAT") or native.startswith("DECIMAL"):
        number = f"{source.sql}::DOUBLE"
        missing = cells.no_number(number, "double", declared, source.name)
        return Plan(source, "double", f"CASE WHEN NOT {missing} THEN {number} END")
    if native == "BOOLEAN":
        return Plan(source, "bool", source.sql)
    if native.startswith("TIMESTAMP") or native == "DATE":
        zoned = native in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
        fine = native.endswith("_NS")
        value = f"{source.sql} AT TIME ZONE 'UTC'" if zoned else source.sql if fine else f"{source.sql}::TIMESTAMP"
        return Plan(source, "timestamp", f"({value})", False, zoned, 10**9 if fine else 10**6)
    missing = cells.no_text(source.text, declared, source.name)
    return Plan(source, "string", f"CASE WHEN NOT {missing} THEN {source.text} END")


def check_time(plan: Plan, readable: int, present: int, file: str) -> None:
    """Refuse a time column that mostly holds no times."""
    if 2 * readable < present or not present:
        raise BadInput(
            "quality-file-no-times",
            file=file,
            column=plan.source.name,
            readable=f"{readable:,}",
            cells=f"{present:,}",
        )
