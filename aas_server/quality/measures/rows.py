"""Measures over rows: what should be there once. Source: the KAMP guidebooks' quality chapter (유일성)."""

from __future__ import annotations

from collections.abc import Sequence

from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.quality.looked import Looked
from aas_server.quality.measure import EXAMPLES, Measure, not_measured
from aas_server.quality.table import Table


def uniqueness(table: Table, key: Sequence[str] = (), looked: Looked | None = None) -> Measure:
    """Different keys (or different whole rows) / rows. A row equal to five others counts once in six.

    A whole row is the record's time and all its fields, values that did not fit included; null equals null. With
    a key a missing part of it counts as a value like any other. What was looked for already (``duplicate_row``,
    ``duplicate_key``) is not counted again. Raises ``BadInput`` for an unknown key column.
    """
    for name in key:
        if name not in table.names:
            raise BadInput("quality-key-unknown", column=name, known=", ".join(table.names))
    rule = in_all("quality-unique-key", names=", ".join(key)) if key else in_all("quality-unique-rows")
    if not table.rows:
        return not_measured(rule, "quality-no-rows")
    kind = "duplicate_key" if key else "duplicate_row"
    if looked is not None and (repeated := looked.count(kind)) is not None:
        return Measure(rule, table.rows - repeated, table.rows, examples=looked.examples(kind))
    parts = ", ".join([table.names[name] for name in key] or table.whole)
    groups = f"SELECT max(row) AS row, count(*) AS times FROM {table.relation} GROUP BY {parts}"  # noqa: S608
    [(different,)] = table.connection.execute(f"SELECT count(*) FROM ({groups})").fetchall()  # noqa: S608
    if different == table.rows:
        return Measure(rule, different, table.rows)
    seen = f"row IN (SELECT row FROM ({groups}) WHERE times > 1 ORDER BY row LIMIT {EXAMPLES})"  # noqa: S608
    return Measure(rule, different, table.rows, examples=table.examples(seen))
