"""The registration's rules, as data: ``rules.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec


@dataclass(frozen=True, slots=True)
class Actions:
    """ODRL actions by the term that decides on them."""

    always: tuple[str, ...]
    ai_training: tuple[str, ...]
    resupply: tuple[str, ...]
    assignment: tuple[str, ...]
    attribution: tuple[str, ...]
    deletion_at_end: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grants:
    """What the terms call a licence to use, and a transfer."""

    licence: str
    assignment: str


@dataclass(frozen=True, slots=True)
class Constraints:
    """ODRL operands by the term they bear, and operators."""

    purpose: str
    term: str
    territory: str
    eq: str
    lteq: str
    is_any_of: str


@dataclass(frozen=True, slots=True)
class Sample:
    license: str


@dataclass(frozen=True, slots=True)
class Territory:
    home: str


@dataclass(frozen=True, slots=True)
class Keeping:
    least_years: int
    most_years: int


@dataclass(frozen=True, slots=True)
class Citation:
    form: str
    date: str


@dataclass(frozen=True, slots=True)
class Rules:
    actions: Actions
    grants: Grants
    constraints: Constraints
    sample: Sample
    territory: Territory
    keeping: Keeping
    citation: Citation


@cache
def rules() -> Rules:
    """All rules of step 7."""
    return msgspec.toml.decode(Path(__file__).with_name("rules.toml").read_bytes(), type=Rules)
