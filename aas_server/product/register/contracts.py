"""The standard contract types and our clauses, as data: ``contracts.toml``."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from submodels.text import Text


@dataclass(frozen=True, slots=True)
class ContractType:
    """A type of the 데이터 표준계약서 (2024-10-31). ``supplier``, ``user``: what its two sides are called;
    ``firm``: what the firm itself is, where its side is more than the firm."""

    title: Text
    meaning: Text
    least_parties: int
    supplier: str
    user: str
    firm: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence that stands where all conditions of ``when`` hold."""

    ko: str
    when: tuple[str, ...] = ()

    def stands(self, true: Set[str]) -> bool:
        return all(
            one.removeprefix("not ") not in true if one.startswith("not ") else one in true for one in self.when
        )


@dataclass(frozen=True, slots=True)
class Clause:
    """An article; left out where none of its texts stands. ``name``: what the term sheet takes it over by."""

    title: str
    text: tuple[Wording, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Tier:
    """How the price of a tier is told: of the ``first``, ``middle``, ``last`` of several, of the ``only`` one."""

    first: str
    middle: str
    last: str
    only: str


@dataclass(frozen=True, slots=True)
class Contracts:
    """``per``: what is paid for (``PaymentTerms.per``), as a clause calls it."""

    types: Mapping[str, ContractType]
    clauses: tuple[Clause, ...]
    per: Mapping[str, str]
    tier: Tier


@cache
def contracts() -> Contracts:
    """All of ``contracts.toml``."""
    raw = msgspec.toml.decode(Path(__file__).with_name("contracts.toml").read_bytes())
    return msgspec.convert({"types": raw.pop("type"), "clauses": raw.pop("clause"), **raw}, Contracts)
