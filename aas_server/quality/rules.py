"""Cross-column rules that people wrote, as SQL expressions: looked at before they are run.

A rule may compute with the columns of its row and call scalar functions, no more: no second statement, no
subquery, no table. What it runs on is locked as well (``aas_server.store.records.lock``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from aas_server.errors import BadInput
from aas_server.quality.declared import Rule
from aas_server.quality.table import moment, place

_ALLOWED = frozenset(
    (
        "COLUMN_REF",
        "CONSTANT",
        "COMPARISON",
        "CONJUNCTION",
        "OPERATOR",
        "FUNCTION",
        "CASE",
        "CAST",
        "TYPE",
        "BETWEEN",
    )
)
_EMPTY: tuple[object, ...] = (None, [], False, "", {"map": []})


@dataclass(frozen=True, slots=True)
class Check:
    """How often a rule could be asked, how often it was broken, and where first. ``rows``: SQL that selects
    ``row`` of all rows that break it."""

    made: int
    broken: int
    examples: tuple[str, ...]
    rows: str = ""


def check(connection: duckdb.DuckDBPyConnection, relation: str, rule: Rule, zoned: bool = True) -> Check:
    """Ask a rule of every row of ``relation`` (with ``row`` and ``time`` as its columns ``#row`` and ``#time``).

    Raises ``BadInput`` that names the rule where it is no single true-or-false expression over the columns.
    """
    _single(connection, rule)
    condition = f"({rule.expression}\n)"
    try:
        kind = connection.execute(f"SELECT typeof({condition}) FROM {relation} LIMIT 1").fetchall()  # noqa: S608
        if kind and kind[0][0] not in ("BOOLEAN", '"NULL"'):
            raise BadInput("quality-rule-no-condition", rule=rule.name, kind=kind[0][0])
        [(made, broken)] = connection.execute(
            f"SELECT count({condition}), count(*) FILTER (WHERE NOT {condition}) FROM {relation}"  # noqa: S608
        ).fetchall()
        where = connection.execute(
            f"""SELECT "#row" + 1, {moment('"#time"', zoned)} FROM {relation}
            WHERE NOT {condition} ORDER BY "#row" LIMIT 3"""  # noqa: S608
        ).fetchall()
    except duckdb.Error as fault:
        raise BadInput("quality-rule-fails", rule=rule.name, fault=_first_line(fault)) from None
    rows = f'SELECT "#row" AS row FROM {relation} WHERE NOT {condition}'  # noqa: S608
    return Check(made, broken, tuple(place(row, time, rule.name) for row, time in where), rows)


def _single(connection: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    [(answer,)] = connection.execute("SELECT json_serialize_sql(?)", [f"SELECT ({rule.expression}\n)"]).fetchall()
    parsed: dict[str, Any] = json.loads(answer)
    if parsed["error"]:
        fault = str(parsed.get("error_message", "")).splitlines()
        raise BadInput("quality-rule-unreadable", rule=rule.name, fault=fault[0] if fault else "")
    statements: list[dict[str, Any]] = parsed["statements"]
    node = statements[0]["node"]
    only = len(statements) == 1 and node["type"] == "SELECT_NODE" and len(node["select_list"]) == 1
    rest = [value for name, value in node.items() if name not in ("type", "select_list", "from_table")]
    plain = all(value in _EMPTY or value == "STANDARD_HANDLING" for value in rest)
    if not only or not plain or node["from_table"]["type"] != "EMPTY":
        raise BadInput("quality-rule-not-single", rule=rule.name)
    for kind in _classes(node["select_list"][0]):
        if kind not in _ALLOWED:
            raise BadInput("quality-rule-forbidden", rule=rule.name, kind=kind.lower())


def _classes(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "class" in node:
            yield node["class"]
        for value in node.values():
            yield from _classes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _classes(value)


def _first_line(fault: duckdb.Error) -> str:
    return str(fault).strip().splitlines()[0]
