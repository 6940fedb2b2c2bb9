"""Where a finding is: some rows to look at, and the query that gives them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aas_server.quality.subject import EXAMPLES, Subject
from aas_server.store.parquet import literal


def examples(subject: Subject, parts: Sequence[tuple[str, str]], relation: str = "") -> tuple[str, ...]:
    """The first rows of each of some parts: ``(condition, what to show as SQL)``; three in all."""
    seen = replace(subject, relation=relation) if relation else subject
    each = max(1, EXAMPLES // max(1, len(parts)))
    found = (seen.examples(condition, show, each) for condition, show in parts[:EXAMPLES])
    return tuple(example for some in found for example in some)


def shown(name: str, sql: str) -> str:
    """SQL of ``name=value``."""
    return f"concat({literal(name)}, '=', {sql})"


def rows(relation: str, conditions: Sequence[str]) -> str:
    """SQL that selects ``row`` of all rows for which one of the conditions holds."""
    return f"SELECT row FROM {relation} WHERE {' OR '.join(f'({one})' for one in conditions)}"  # noqa: S608


def listed(parts: Sequence[str], most: int = 20) -> str:
    """Parts in a row; of a very wide file the first ones and how many there are."""
    more = f", … ({len(parts):,})" if len(parts) > most else ""
    return ", ".join(parts[:most]) + more
