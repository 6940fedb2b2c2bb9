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
    max_classes: int
    max_categories: int
    max_train_rows: int
    probe_rows: int
    min_agreement: float
    same_number: float


@dataclass(frozen=True, slots=True)
class Forest:
    trees: int
    min_samples_leaf: int
    class_weight: str
    max_samples: int
    max_leaves: int


@dataclass(frozen=True, slots=True)
class Regressor:
    trees: int
    min_samples_leaf: int
    max_features: float
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
    robust_z: float


@dataclass(frozen=True, slots=True)
class Linear:
    max_rows: int
    max_steps: int
    ridge_alpha: float


@dataclass(frozen=True, slots=True)
class Plots:
    points: int
    bins: int
    pairs: int
    curves: int
    residual_quantiles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Shuffling:
    variables: int
    rows: int
    repeats: int


@dataclass(frozen=True, slots=True)
class Chance:
    rows: int
    shuffles: int
    deviations: float


@dataclass(frozen=True, slots=True)
class Life:
    early: float
    late: float
    alpha: float


@dataclass(frozen=True, slots=True)
class Leaks:
    too_good: float
    too_straight: float
    luck: float
    leaves: int
    near: float
    repeated_share: float
    steps_ahead: int
    agreement: float
    min_changes: int
    gaps: float
    counter_share: float


@dataclass(frozen=True, slots=True)
class Pictures:
    side: int
    grid: int
    strongest: int
    max_pictures: int


@dataclass(frozen=True, slots=True)
class Baseline:
    limits: Limits
    forest: Forest
    regressor: Regressor
    tuning: Tuning
    isolation: Isolation
    linear: Linear
    plots: Plots
    shuffling: Shuffling
    chance: Chance
    life: Life
    leaks: Leaks
    pictures: Pictures


@cache
def baseline() -> Baseline:
    """All of ``settings.toml``."""
    return msgspec.toml.decode(Path(__file__).with_name("settings.toml").read_bytes(), type=Baseline)
