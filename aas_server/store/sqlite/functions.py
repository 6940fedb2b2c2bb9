"""What queries need and SQLite lacks, as functions of Python, and the expressions that call them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import re2

from aas_server.store.contract import lexical
from aas_server.store.sql.query.fragment import Sql, sql

_MATCHER_MEMORY = 8 * 2**20
"""Bytes RE2 may take for one pattern; the patterns served need far less."""


class SqliteDialect:
    """Implements ``sql.query.dialect.Dialect``."""

    def number(self, text: Sql) -> Sql:
        return sql("aas_number({})", text)

    def moment(self, text: Sql) -> Sql:
        return sql("aas_moment({})", text)

    def time_of_day(self, text: Sql) -> Sql:
        return sql("aas_time_of_day({})", text)

    def hexadecimal(self, text: Sql) -> Sql:
        return sql("aas_hexadecimal({})", text)

    def ordered(self, text: Sql) -> Sql:
        return text

    def contains(self, text: Sql, part: Sql) -> Sql:
        return sql("instr({}, {}) > 0", text, part)

    def matches(self, text: Sql, pattern: str) -> Sql:
        return sql("aas_matches({}, ?)", text, pattern)

    def beginning(self, path: Sql, brackets: int) -> Sql:
        return sql("aas_beginning({}, ?)", path, brackets)

    def member(self, json: Sql, name: str) -> Sql:
        return sql("json_extract({}, ?)", json, f"$.{name}")

    def entry(self, json: Sql, name: str, index: int) -> Sql:
        return sql("json_extract({}, ?)", json, f"$.{name}[{index}]")

    def each(self, json: Sql, name: str, alias: str) -> tuple[Sql, Sql]:
        return sql(f"json_each({{}}, ?) {alias}", json, f"$.{name}"), Sql(f"{alias}.value")

    def reference(self, value: Sql) -> Sql:
        key = "json_object('type', 'GlobalReference', 'value', {})"
        return sql(f"json_object('keys', json_array({key}))", value)


def install(connection: sqlite3.Connection) -> None:
    """Give a connection the functions."""
    functions: list[tuple[str, int, Callable[..., Any]]] = [
        ("aas_number", 1, _of_text(lexical.number)),
        ("aas_moment", 1, _of_text(lexical.moment)),
        ("aas_time_of_day", 1, _of_text(lexical.time_of_day)),
        ("aas_hexadecimal", 1, _of_text(lexical.hexadecimal)),
        ("aas_matches", 2, _matches),
        ("aas_beginning", 2, _beginning),
    ]
    for name, arguments, function in functions:
        connection.create_function(name, arguments, function, deterministic=True)


def _of_text(read: Callable[[str], Any]) -> Callable[[str | None], Any]:
    return lambda text: None if text is None else read(text)


def _matches(text: str | None, pattern: str) -> bool | None:
    return None if text is None else _compiled(pattern).search(text) is not None


@lru_cache(64)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem = _MATCHER_MEMORY
    options.log_errors = False
    return re2.compile(pattern, options)


def _beginning(path: str, brackets: int) -> str | None:
    end = 0
    for _ in range(brackets):
        end = path.find("]", end) + 1
        if end == 0:
            return None
    return path[:end]
