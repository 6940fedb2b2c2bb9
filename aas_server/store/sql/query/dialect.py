"""What the engines do not share of the SQL that queries need."""

from __future__ import annotations

from typing import Protocol

from aas_server.store.sql.query.fragment import Sql


class Dialect(Protocol):
    """Expressions of one engine. What can't be read as a type (``contract.lexical``) is NULL."""

    def number(self, text: Sql) -> Sql: ...

    def moment(self, text: Sql) -> Sql:
        """µs since 1970."""
        ...

    def time_of_day(self, text: Sql) -> Sql:
        """µs since midnight UTC."""
        ...

    def hexadecimal(self, text: Sql) -> Sql:
        """A text that sorts by size."""
        ...

    def ordered(self, text: Sql) -> Sql:
        """A text that sorts by code points."""
        ...

    def contains(self, text: Sql, part: Sql) -> Sql: ...

    def matches(self, text: Sql, pattern: str) -> Sql:
        """Whether a portable pattern (``twin.pattern``) matches somewhere in a text."""
        ...

    def beginning(self, path: Sql, brackets: int) -> Sql:
        """A path up to its n-th ``]``."""
        ...

    def member(self, json: Sql, name: str) -> Sql:
        """A JSON object's attribute as text; ``json`` is a text or what ``entry`` and ``each`` give."""
        ...

    def entry(self, json: Sql, name: str, index: int) -> Sql:
        """The n-th entry, from 0, of the list that is a JSON object's attribute."""
        ...

    def each(self, json: Sql, name: str, alias: str) -> tuple[Sql, Sql]:
        """A table of the entries of the list that is a JSON object's attribute, and an entry in it."""
        ...

    def reference(self, value: Sql) -> Sql:
        """A reference of one GlobalReference as JSON."""
        ...
