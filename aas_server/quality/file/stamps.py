"""Texts read as times: the common forms in SQL, every other one by the reader that feeds are read with."""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from aas_server.quality.subject import DateOrder, Dates
from connectors import times

_NAIVE = r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?"
_ZONED = r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}(:?\d{2})?)"
_CLOCK = r"([ T]+(오전|오후|[AaPp][Mm])?\s*\d{1,2}(:\d{2}|시).*)?"
_SHAPES = (
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2}",
    r"\d{4}\. ?\d{1,2}\. ?\d{1,2}\.?",
    r"\d{4} \d{1,2} \d{1,2}",
    r"\d{4}년\s*\d{1,2}월\s*\d{1,2}일",
    r"\d{1,2}/\d{1,2}/(\d{4}|\d{2})",
    r"\d{1,2}[-.]\d{1,2}[-.]\d{4}",
    r"\d{1,2}[- ](?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- ]\d{4}",
)
_SHAPE = rf"\s*({'|'.join(_SHAPES)}){_CLOCK}\s*"
_YEAR_LAST = r"\s*(\d{1,2})([/.-])(\d{1,2})[/.-](\d{4}|\d{2})(\s.*)?"
_YEAR_LAST_CELL = re.compile(_YEAR_LAST, re.ASCII | re.DOTALL)
_NAMED = re.compile(
    r"\s*(\d{1,2})[- ](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- ](\d{4})(.*)", re.I | re.DOTALL
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MARKED = r".*[T :]\d.*(Z|z|UTC|KST|[+-]\d{2}(:?\d{2})?)\s*"
_COMPACT = r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(([01]\d|2[0-3])[0-5]\d([0-5]\d(\d{3})?)?)?"
SMALLEST_EPOCH = 100_000_000
"""Below this a bare number is a duration or a counter, no epoch: 1e8 s is March 1973, long before any gateway."""
_BATCH = 100_000


@dataclass(frozen=True, slots=True)
class Stamps:
    """How a column of texts is read as times. ``table``: the one that maps the texts that SQL does not read,
    empty where there are none. ``per_second``: µs, or ns where the column needs it. ``readable``: whether most of
    the texts name times, whatever they look like."""

    table: str
    zoned: bool
    per_second: int
    dates: Dates | None
    readable: bool = True

    def typed(self, text: str, stamp: str) -> str:
        """SQL of the time that ``text`` names, ``stamp`` being the mapped column (ns)."""
        kind = "TIMESTAMP_NS" if self.per_second == 10**9 else "TIMESTAMP"
        read = (
            f"CASE WHEN regexp_full_match({text}, '{_NAIVE}') THEN TRY_CAST({text} AS {kind}) "
            f"WHEN regexp_full_match({text}, '{_ZONED}') "
            f"THEN TRY_CAST(TRY_CAST({text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS {kind}) END"
        )
        if not self.table:
            return f"({read})"
        mapped = f"make_timestamp_ns({stamp})" if kind == "TIMESTAMP_NS" else f"make_timestamp({stamp} // 1000)"
        return f"coalesce({read}, {mapped})"


def shaped(text: str) -> str:
    """The condition that a text looks like a date, with or without a clock; never a bare number."""
    return f"regexp_full_match({text}, '{_SHAPE}')"


def compact(text: str) -> str:
    """The condition that a text of digits alone is a date (``20201030``, ``20201030000004``)."""
    return f"regexp_full_match({text}, '{_COMPACT}')"


def epoch(number: str, whole: bool, precise: bool) -> str:
    """SQL of the time that an epoch means; its unit follows from its magnitude, as in feeds."""
    scale = 10**9 if precise else 10**6
    cases = " ".join(
        f"WHEN abs({number}) < 1e{digits} THEN {_times(number, scale, unit, whole)}"
        for digits, unit in ((11, 1), (14, 10**3), (17, 10**6))
    )
    ticks = f"CASE {cases} ELSE {_times(number, scale, 10**9, whole)} END"
    return f"make_timestamp{'_ns' if precise else ''}(TRY_CAST({ticks} AS BIGINT))"


def _times(number: str, scale: int, unit: int, whole: bool) -> str:
    if not whole:
        return f"round({number} * {scale / unit!r}::DOUBLE)"
    wide = f"{number}::HUGEINT"
    return f"{wide} * {scale // unit}" if scale >= unit else f"{wide} // {unit // scale}"


def survey(
    connection: duckdb.DuckDBPyConnection, relation: str, text: str, missing: str, declared: str, table: str
) -> Stamps:
    """Look through a column of times. ``declared``: ``month-first``, ``day-first`` or empty, of dates with the
    year last. Makes ``table`` where SQL does not read all of them."""
    match, first, second = _year_last(text)
    [(cells, zoned, fine, others, dates)] = connection.execute(
        f"SELECT count(*), count_if(regexp_full_match({text}, '{_MARKED}')) * 2 > count(*), "  # noqa: S608
        f"count_if(regexp_matches({text}, '[.,]\\d{{6}}\\d*[1-9]')), "
        f"count_if(NOT regexp_full_match({text}, '{_NAIVE}') AND NOT regexp_full_match({text}, '{_ZONED}')), "
        f"count_if({match}) FROM {relation} WHERE NOT {missing}"
    ).fetchall()
    read = (
        _dates(connection, f"{relation} WHERE NOT {missing} AND {match}", first, second, text, declared)
        if dates
        else None
    )
    named = _map(connection, relation, text, missing, read, table) if others else True
    readable = named or 2 * others <= cells
    return Stamps(table if others else "", bool(zoned), 10**9 if fine else 10**6, read, readable)


def _year_last(text: str) -> tuple[str, str, str]:
    """SQL: whether a text is a date with the year last, and its first and second number."""
    first, second = (f"TRY_CAST(regexp_extract({text}, '{_YEAR_LAST}', {group}) AS INTEGER)" for group in (1, 3))
    return f"regexp_full_match({text}, '{_YEAR_LAST}')", first, second


def either(text: str) -> str:
    """The condition, never null, that a text is a date that could be read month first or day first."""
    match, first, second = _year_last(text)
    return f"coalesce({match} AND {first} <= 12 AND {second} <= 12 AND {first} <> {second}, false)"


def _dates(
    connection: duckdb.DuckDBPyConnection, cells: str, first: str, second: str, text: str, declared: str
) -> Dates:
    """Two digits for the year may stand first, as in Korea (``26.03.02``): where no first number can be a month
    and the last one changes more often than the first, or as often and signs other than a slash part them."""
    if declared:
        return Dates("day-first" if declared == "day-first" else "month-first", True, "false")
    last, sign = (f"regexp_extract({text}, '{_YEAR_LAST}', {group})" for group in (4, 2))
    [(high, low, least, longest, latest, years, days, slashes)] = connection.execute(
        f"SELECT max({first}), max({second}), min({first}), max(length({last})), "  # noqa: S608
        f"max(TRY_CAST({last} AS INTEGER)), count(DISTINCT {first}), count(DISTINCT {last}), "
        f"count_if({sign} = '/') FROM {cells}"
    ).fetchall()
    if least > 12 >= low and longest == 2 and 0 < latest <= 31 and (days, not slashes) > (years, False):
        return Dates("year-first", True, "false")
    if high > 12 >= low:
        return Dates("day-first", True, "false")
    return Dates("month-first", low > 12 >= high, "false")


def _map(
    connection: duckdb.DuckDBPyConnection, relation: str, text: str, missing: str, dates: Dates | None, table: str
) -> bool:
    """Make the table, and say whether most of its texts name times."""
    order: DateOrder = "month-first" if dates is None else dates.order
    connection.execute(f"CREATE TABLE {table} (text VARCHAR, ns BIGINT)")
    with connection.cursor() as asking:
        asking.execute(
            f"SELECT DISTINCT {text} FROM {relation} WHERE NOT {missing} "  # noqa: S608
            f"AND NOT regexp_full_match({text}, '{_NAIVE}') AND NOT regexp_full_match({text}, '{_ZONED}')"
        )
        while found := asking.fetchmany(_BATCH):
            texts = [cell for (cell,) in found]
            read = pa.table(
                {
                    "text": pa.array(texts, pa.string()),
                    "ns": pa.array([parse(cell, order) for cell in texts], pa.int64()),
                }
            )
            connection.register("read_stamps", read)
            connection.execute(f"INSERT INTO {table} SELECT text, ns FROM read_stamps")  # noqa: S608
            connection.unregister("read_stamps")
    [(most,)] = connection.execute(f"SELECT 2 * count(ns) >= count(*) FROM {table}").fetchall()  # noqa: S608
    return bool(most)


def parse(text: str, order: DateOrder) -> int | None:
    """The moment a text names, in ns since 1970 as its clock shows it; ``None`` where it names none."""
    if match := _YEAR_LAST_CELL.fullmatch(text):
        first, _, second, last, rest = match.groups("")
        if order == "year-first" and len(last) == 2:
            return times.parse(f"20{first}-{second}-{last}{rest}", "UTC")
        if (order == "day-first" or int(first) > 12) and int(second) <= 12:
            first, second = second, first
        text = f"{first}/{second}/{last}{rest}"
    elif match := _NAMED.fullmatch(text):
        day, month, year, rest = match.groups()
        text = f"{year}-{_MONTHS.index(month.lower()) + 1:02}-{int(day):02}{rest}"
    return times.parse(text, "UTC")
