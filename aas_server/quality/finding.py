"""What is wrong with the data, and where: one entry per kind, only where there is something to find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from submodels.text import Text

Kind = Literal[
    "missing",
    "duplicate_row",
    "duplicate_key",
    "duplicate_time",
    "time_backwards",
    "gap",
    "implausible_time",
    "ambiguous_date",
    "out_of_range",
    "constant_column",
    "stuck",
    "suspected_code",
    "scale_change",
    "shifted_header",
    "mixed_type",
    "encoding",
    "near_duplicate_rows",
    "near_duplicate_product",
    "label_contradiction",
    "duplicate_picture",
    "drift",
    "rule_broken",
]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Finding:
    """``count`` counts what ``note`` says (cells, rows, steps, intervals, columns). ``columns``: those concerned,
    in the file's order. ``examples``: some places, as ``quality.table.place`` writes them (``#12 (time): …``,
    rows from 1). ``rows``: SQL that selects ``row`` of all rows concerned, so that the figure leads to its rows;
    empty where it is not about rows (a constant column, an encoding)."""

    kind: Kind
    count: int
    columns: tuple[str, ...]
    examples: tuple[str, ...]
    note: Text
    rows: str = ""
