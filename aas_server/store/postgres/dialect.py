"""What queries need, in PostgreSQL's expressions. A text is cast only where a pattern has shown that it can be."""

from __future__ import annotations

from aas_server.store.sql.query.fragment import Sql, sql

_NUMBER = r"^\s*[+-]?(([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?|INF)\s*$"
_LONGEST_NUMBER = 200
"""With two digits of exponent it stays within a double; elements keep their numbers in a column of their own."""
_DAY = r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?"
_HEX = r"^(16#)?[0-9A-Fa-f]+$"
_LONGEST_HEX = 1004


class PostgresDialect:
    """Implements ``sql.query.dialect.Dialect``."""

    def number(self, text: Sql) -> Sql:
        return sql(
            f"CASE WHEN length({{}}) <= {_LONGEST_NUMBER} AND {{}} ~ ? THEN CAST({{}} AS DOUBLE PRECISION) END",
            text,
            text,
            _NUMBER,
            text,
        )

    def moment(self, text: Sql) -> Sql:
        days = "make_date(CAST(substr({}, 1, 4) AS INTEGER), CAST(substr({}, 6, 2) AS INTEGER), 1)"
        first = sql(days, text, text)
        # February 30 is no day, but nothing that a pattern could tell.
        day = sql("CAST(substr({}, 9, 2) AS INTEGER)", text)
        last = sql("CAST(extract(day FROM {} + interval '1 month' - interval '1 day') AS INTEGER)", first)
        midnight = sql("CAST(extract(epoch FROM {} + ({} - 1)) AS BIGINT) * 1000000", first, day)
        return sql(
            "CASE WHEN {} ~ ? THEN CASE WHEN {} <= {} THEN {} + {} END END",
            text,
            f"^{_DAY}[T ]{_CLOCK}$",
            day,
            last,
            midnight,
            _clock(sql("substr({}, 12)", text)),
        )

    def time_of_day(self, text: Sql) -> Sql:
        clock = sql("regexp_replace({}, ?, '')", text, "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]")
        return sql(
            "CASE WHEN {} ~ ? THEN {} END",
            text,
            f"^([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ])?{_CLOCK}$",
            _clock(clock),
        )

    def hexadecimal(self, text: Sql) -> Sql:
        digits = sql("ltrim(upper(regexp_replace({}, '^16#', '')), '0')", text)
        return sql(
            f"CASE WHEN length({{}}) <= {_LONGEST_HEX} AND {{}} ~ ?"
            " THEN lpad(CAST(length({}) AS TEXT), 4, '0') || {} END",
            text,
            text,
            _HEX,
            digits,
            digits,
        )

    def ordered(self, text: Sql) -> Sql:
        return sql('({}) COLLATE "C"', text)

    def contains(self, text: Sql, part: Sql) -> Sql:
        return sql("strpos({}, {}) > 0", text, part)

    def matches(self, text: Sql, pattern: str) -> Sql:
        return sql("{} ~ CAST(? AS TEXT)", text, pattern)

    def beginning(self, path: Sql, brackets: int) -> Sql:
        return sql("substring({}, CAST(? AS TEXT))", path, rf"^(?:[^\]]*\]){{{brackets}}}")

    def member(self, json: Sql, name: str) -> Sql:
        return sql("(CAST({} AS JSONB) ->> CAST(? AS TEXT))", json, name)

    def entry(self, json: Sql, name: str, index: int) -> Sql:
        return sql("(CAST({} AS JSONB) -> CAST(? AS TEXT) -> CAST(? AS INTEGER))", json, name, index)

    def each(self, json: Sql, name: str, alias: str) -> tuple[Sql, Sql]:
        table = f"jsonb_array_elements(CAST({{}} AS JSONB) -> CAST(? AS TEXT)) AS {alias}(value)"
        return sql(table, json, name), Sql(f"{alias}.value")

    def reference(self, value: Sql) -> Sql:
        key = "jsonb_build_object('type', 'GlobalReference', 'value', {})"
        return sql(f"CAST(jsonb_build_object('keys', jsonb_build_array({key})) AS TEXT)", value)


def _clock(text: Sql) -> Sql:
    """µs since midnight UTC of ``08:30[:15[.5]][+09:00]``."""
    hours = sql("CAST(substr({}, 1, 2) AS BIGINT) * 3600", text)
    minutes = sql("CAST(substr({}, 4, 2) AS BIGINT) * 60", text)
    seconds = sql("CASE WHEN substr({}, 6, 1) = ':' THEN CAST(substr({}, 7, 2) AS BIGINT) ELSE 0 END", text, text)
    digits = sql("coalesce(substring({}, CAST(? AS TEXT)), '')", text, r"\.([0-9]+)")
    fraction = sql("CAST(rpad(substr({}, 1, 6), 6, '0') AS BIGINT)", digits)
    zone = sql("substring({}, CAST(? AS TEXT))", text, "[+-][0-9]{2}:[0-9]{2}$")
    sign = sql("CASE WHEN {} LIKE '-__:__' THEN -1 ELSE 1 END", zone)
    amount = sql("CAST(substr({}, 2, 2) AS BIGINT) * 60 + CAST(substr({}, 5, 2) AS BIGINT)", zone, zone)
    offset = sql("coalesce({} * ({}) * 60000000, 0)", sign, amount)
    return sql("(({} + {} + {}) * 1000000 + {} - {})", hours, minutes, seconds, fraction, offset)
