"""The rows that break what people declared: rules, references, orders, columns that should say the same."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.quality import relations
from aas_server.quality.declared import Quality
from aas_server.quality.finding import Finding
from aas_server.quality.measure import EXAMPLES
from aas_server.quality.rules import check
from aas_server.quality.table import Table


def find(table: Table, declared: Quality) -> Finding | None:
    """Rows that break at least one of them, in one finding; its note tells how often each is broken.

    ``None`` where all are kept. Raises ``BadInput`` for a rule that cannot be asked.
    """
    if table.rules is None:
        return None
    asked = {rule.name: check(table.connection, table.rules, rule, table.zoned) for rule in declared.rules}
    asked |= {relations.told(one): relations.reference(table, one) for one in declared.references}
    asked |= {relations.told(one): relations.order(table, one) for one in declared.orders}
    asked |= {relations.told(one): relations.redundant(table, one) for one in declared.redundant}
    broken = {name: one for name, one in asked.items() if one.broken}
    if not broken:
        return None
    rows = " UNION ".join(one.rows for one in broken.values())
    [(count,)] = table.connection.execute(f"SELECT count(*) FROM ({rows})").fetchall()  # noqa: S608
    told = ", ".join(f"{name} × {one.broken:,}" for name, one in broken.items())
    examples = tuple(example for one in broken.values() for example in one.examples)[:EXAMPLES]
    return Finding("rule_broken", count, (), examples, in_all("quality-rules-broken", rules=told), rows)
