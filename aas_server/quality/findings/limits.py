"""From where on something counts as a finding: numbers with their reasons, in ``limits.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec


@dataclass(frozen=True, slots=True)
class Look:
    most_rows: int
    chunk: int
    most_blocks: int
    fewest_values: int
    counter_falls: float


@dataclass(frozen=True, slots=True)
class Stuck:
    least: int
    times: float
    times_alone: float
    times_mean: float
    turns: float
    jump: float
    usual_step: float
    most_runs: int
    most_share: float
    most_share_alone: float
    most_equal: int


@dataclass(frozen=True, slots=True)
class Code:
    apart: float
    apart_listed: float
    apart_short: float
    least: int
    most: int
    least_pure: float
    natural: tuple[float, ...]
    run: float
    zero_apart: float
    zero_most_share: float
    zero_near: float
    zero_most_near: float
    zero_run: float
    zero_intervals: int
    zero_regular: float


@dataclass(frozen=True, slots=True)
class Scale:
    blocks: int
    fewest: int
    ratio: float
    close: float
    uncut: int
    most_room: float
    fewest_digits: int
    apart: float
    level: float
    shape: float
    spread: float
    steady: float
    most_crossing: float
    most_switches: int
    step: float
    room: float
    next_step: float
    fewest_after: int
    fewest_values: int


@dataclass(frozen=True, slots=True)
class Drift:
    blocks: int
    fewest: int
    part: float
    effect: float
    straight: float
    spread: float
    still: float
    uneven: float
    bend: float
    noise: float
    memory: float


@dataclass(frozen=True, slots=True)
class Header:
    fewest: int
    better: float
    furthest: int
    part: float


@dataclass(frozen=True, slots=True)
class Near:
    chance: float
    most_chance: float
    fewest_columns: int
    digits: int
    fewest_digits: float
    coarse: float
    finest: float
    cells: float
    grids: int
    twice_beyond: float
    twice_fewest: int
    twice_most: float
    distances: tuple[float, ...]
    most_compared: int
    least_different: float
    least_different_but_one: float
    neighbours: int
    most_alike: int


@dataclass(frozen=True, slots=True)
class Label:
    most_labels: int
    most_hashes: int


@dataclass(frozen=True, slots=True)
class Product:
    likeness: float


@dataclass(frozen=True, slots=True)
class Limits:
    """One part per kind of finding; each number's reason stands beside it in the file."""

    look: Look
    stuck: Stuck
    code: Code
    scale: Scale
    drift: Drift
    header: Header
    near: Near
    label: Label
    product: Product


@cache
def limits() -> Limits:
    """The limits as the file gives them."""
    return msgspec.toml.decode(Path(__file__).with_name("limits.toml").read_bytes(), type=Limits)
