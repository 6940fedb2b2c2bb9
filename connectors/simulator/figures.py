"""The figures of the simulated cell, from ``cell.toml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec


class Equipment(msgspec.Struct, frozen=True):
    name: str
    part: str


class Cycle(msgspec.Struct, frozen=True):
    """Seconds."""

    seconds: float
    noise: float
    fill: float
    hold: float
    plasticizing: float


class Stops(msgspec.Struct, frozen=True):
    """``(share of the shots, minutes)`` each."""

    short: tuple[tuple[float, float], ...]
    planned: tuple[float, float]
    lost: tuple[tuple[float, float], ...]


class Ambient(msgspec.Struct, frozen=True):
    mean: float
    swing: float
    warmest: int


class Barrel(msgspec.Struct, frozen=True):
    set: tuple[float, ...]
    weight: tuple[float, ...]
    lag: float
    hunting: float
    period: float


class Mold(msgspec.Struct, frozen=True):
    set: tuple[float, ...]
    lag: float
    hunting: float
    period: float
    running: float
    ambient: float


class Hopper(msgspec.Struct, frozen=True):
    set: float
    lag: float


class Oil(msgspec.Struct, frozen=True):
    set: float
    lag: float
    running: float
    ambient: float


class Coolant(msgspec.Struct, frozen=True):
    flow: float
    noise: float
    clogged: float


class Process(msgspec.Struct, frozen=True):
    injection_pressure: float
    switch_over: float
    back_pressure: float
    screw_rpm: float
    injection_speed: float
    cushion: float
    switch_over_position: float
    plasticizing_position: float
    clamp_force: float
    weight: float
    viscosity_per_degree: float
    lots: int
    lot_spread: float
    wear_pressure: float
    wear_cushion: float


class Effect(msgspec.Struct, frozen=True):
    pressure_viscosity: float
    filling_viscosity: float
    turning_viscosity: float
    speed_viscosity: float
    turning_moist: float
    cushion_leak: float
    cushion_hot: float
    packing_leak: float
    packing_hot: float
    back_pressure_moist: float
    clamp_oil: float
    weight_leak: float
    weight_cold: float
    weight_hot: float
    weight_moist: float
    short_wear: float
    leak_spread: float


class Fault(msgspec.Struct, frozen=True):
    """How often in the first 70 % of the run and in the rest, for how many seconds, how large at full size."""

    kind: str
    train: int
    test: int
    seconds: float
    size: float


class Defect(msgspec.Struct, frozen=True):
    cold: float
    hot: float
    moist: float
    steepness: float
    middle: float
    unexplained: float
    short: str
    flash: str
    gas: str


class Dirt(msgspec.Struct, frozen=True):
    twice: float
    repeated: float
    text: tuple[float, int]
    text_fields: tuple[str, ...]
    missing: dict[str, float]
    no_sensor: int
    no_sensor_part: tuple[float, float]
    stuck: tuple[float, float]
    clock_minutes: float
    clock_seconds: int


class Values(msgspec.Struct, frozen=True):
    batch: int
    jitter: float


class Figures(msgspec.Struct, frozen=True):
    """All of ``cell.toml``; ``fields``: stream → field → (Korean title, English title, unit)."""

    equipment: Equipment
    cycle: Cycle
    stops: Stops
    ambient: Ambient
    barrel: Barrel
    mold: Mold
    hopper: Hopper
    oil: Oil
    coolant: Coolant
    process: Process
    effect: Effect
    scatter: dict[str, float]
    fault: tuple[Fault, ...]
    defect: Defect
    dirt: Dirt
    values: Values
    fields: dict[str, dict[str, tuple[str, str, str]]]


@cache
def figures() -> Figures:
    """The figures as they are shipped."""
    raw: Any = Path(__file__).with_name("cell.toml").read_bytes()
    return msgspec.toml.decode(raw, type=Figures)
