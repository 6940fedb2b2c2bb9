"""Columns whose name says that they tell the outcome of a cycle: known only afterwards (``outcomes.toml``)."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


def is_outcome(column: str) -> bool:
    """Whether a column is called like an outcome (``Defect type``, ``판정``)."""
    return column.lower().replace(" ", "").replace("_", "").replace("-", "") in _names()


@cache
def _names() -> frozenset[str]:
    return frozenset(tomllib.loads(Path(__file__).with_name("outcomes.toml").read_text("utf-8"))["names"])
