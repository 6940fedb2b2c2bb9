"""All indices of one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from aas_server.quality import measures
from aas_server.quality.declared import Rule
from aas_server.quality.measure import Measure
from aas_server.quality.table import Table, counted


@dataclass(frozen=True, slots=True)
class Assessment:
    """``measures`` by index name; ``left_out``: columns missing for the most part, reported and left out first."""

    measures: Mapping[str, Measure]
    left_out: tuple[str, ...]
    rows: int
    columns: int


def assess(
    table: Table,
    left_out_over: Fraction,
    key: Sequence[str] = (),
    consistency: Sequence[Rule] = (),
    accuracy: Sequence[Rule] = (),
) -> Assessment:
    """Measure a table. Raises ``BadInput`` for an unknown key column or a rule that cannot be asked."""
    whole = counted(table)
    left_out = whole.sparse(left_out_over)
    dense = whole.without(left_out)
    parts = {
        "completeness": measures.completeness(dense),
        "uniqueness": measures.uniqueness(whole, key),
        "validity": measures.validity(dense),
        "consistency": measures.consistency(whole, consistency),
        "accuracy": measures.accuracy(whole, accuracy),
    }
    parts["integrity"] = measures.integrity(parts)
    return Assessment(parts, left_out, whole.rows, len(whole.columns))
