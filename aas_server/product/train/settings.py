"""The numbers of the baseline, read from ``settings.toml`` beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec


@dataclass(frozen=True, slots=True)
class Limits:
    min_rows: int
    min_test_defects: int
    named_columns: int


@dataclass(frozen=True, slots=True)
class Forest:
    trees: int
    min_samples_leaf: int
    class_weight: str
    max_samples: int


@dataclass(frozen=True, slots=True)
class Tuning:
    rare_share: float
    min_defects: int
    steps: int
    plateau: float


@dataclass(frozen=True, slots=True)
class Isolation:
    trees: int
    max_samples: int
    contamination: float
    quantiles: tuple[float, ...]
    naive_sigma: float


@dataclass(frozen=True, slots=True)
class Baseline:
    limits: Limits
    forest: Forest
    tuning: Tuning
    isolation: Isolation


@cache
def baseline() -> Baseline:
    """All of ``settings.toml``."""
    return msgspec.toml.decode(Path(__file__).with_name("settings.toml").read_bytes(), type=Baseline)
