"""How much each piece of evidence says for what a field means (``weights.toml``, where each is explained)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec


@dataclass(frozen=True, slots=True)
class NameWeights:
    """Of a name's words and abbreviations. ``alike_from`` and ``translated`` are shares."""

    certain: float
    tail: float
    within: float
    short: float
    letter: float
    aside: float
    alike: float
    alike_from: float
    translated: float


@dataclass(frozen=True, slots=True)
class UnitWeights:
    """Of the unit."""

    alone: float
    same: float
    kind: float


@dataclass(frozen=True, slots=True)
class ValueWeights:
    """Of the values that came; ``digits`` multiplies the sum."""

    plausible: float
    implausible: float
    digits: float


@dataclass(frozen=True, slots=True)
class Weights:
    """All of them; ``least``: the sum from which on something is suggested."""

    least: float
    name: NameWeights
    unit: UnitWeights
    values: ValueWeights


@cache
def weights() -> Weights:
    """The table, read once."""
    return msgspec.toml.decode(Path(__file__).with_name("weights.toml").read_bytes(), type=Weights)
