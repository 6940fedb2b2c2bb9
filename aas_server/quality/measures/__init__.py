"""The measures, one function each, over any table: a file, a stream, a release.

Each answers numerator, denominator and rule, or that it was not measured and why.
"""

from aas_server.quality.measures.cells import completeness, validity
from aas_server.quality.measures.described import Described, Told, accessibility, usefulness
from aas_server.quality.measures.found import free_columns, free_rows, unlike_products
from aas_server.quality.measures.kept import accuracy, consistency, integrity, order, redundancy, reference
from aas_server.quality.measures.rows import uniqueness
from aas_server.quality.measures.series import (
    expected_points,
    freshness,
    gap_free,
    monotonic,
    single_times,
    timeliness,
)

__all__ = [
    "Described",
    "Told",
    "accessibility",
    "accuracy",
    "completeness",
    "consistency",
    "expected_points",
    "free_columns",
    "free_rows",
    "freshness",
    "gap_free",
    "integrity",
    "monotonic",
    "order",
    "redundancy",
    "reference",
    "single_times",
    "timeliness",
    "uniqueness",
    "unlike_products",
    "usefulness",
    "validity",
]
