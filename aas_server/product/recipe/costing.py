"""``[costing]``: what the product cost, what it is worth by other approaches, and what the firm asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from submodels.text import Text

Number = int | float
"""A whole number stays whole to its last digit, which a float does not beyond its fifteenth."""


@dataclass(frozen=True, slots=True)
class Labour:
    """``persons`` worked ``months`` each. ``wage``: won a month in place of the table's; then the role is free."""

    role: str
    months: Number
    persons: int = 1
    wage: Number | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A material or an expense in won. ``kind``: ``general``, ``기술료`` or ``외주가공비``; the last two bear no
    profit."""

    name: str
    amount: Number
    kind: str = "general"


@dataclass(frozen=True, slots=True)
class Income:
    """The income approach's assumptions. ``buyers``: how many in each year, or one number for ``years`` years;
    ``fee``: won that a buyer pays a year; ``discount`` and ``obsolescence``: a year, as fractions (0.1);
    ``basis``: what the assumptions rest on."""

    buyers: int | tuple[int, ...]
    fee: float
    discount: float
    basis: str
    years: int | None = None
    obsolescence: float = 0.0


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Why a comparable is worth more or less than ours, and the factor for it (0.9)."""

    reason: str
    factor: float


@dataclass(frozen=True, slots=True)
class Comparable:
    """A like product on the market: its price in won without VAT, where and when (YYYY-MM-DD) it was seen."""

    name: str
    price: float
    source: str
    date: str
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class Flat:
    """정액제: won without VAT for every month or year begun."""

    fee: float
    per: Literal["month", "year"] = "month"


@dataclass(frozen=True, slots=True)
class Tier:
    """The price of a unit for the units up to ``up_to`` (the last tier has no end)."""

    price: float
    up_to: int | None = None


@dataclass(frozen=True, slots=True)
class Metered:
    """종량제: won without VAT per unit used, at least ``minimum`` in a period of account."""

    unit: Literal["call", "row", "MB"]
    tiers: tuple[Tier, ...]
    minimum: float = 0.0


@dataclass(frozen=True, slots=True)
class Royalty:
    """로열티: a ``share`` (fraction) of the buyer's revenue, reported every ``report`` months; at least
    ``minimum`` won in each."""

    share: float
    report: int = 12
    minimum: float = 0.0


@dataclass(frozen=True, slots=True)
class Costing:
    """``cost_class`` names a row of the rate table; ``admin_rate`` and ``profit_rate`` (percent) may be lower than
    its caps, never higher. ``year``: of the wage table, the newest if left out. ``materials``, ``expenses``,
    ``outsourcing``, ``technology_fee``: sums that are not itemised; ``material`` and ``expense`` itemise.
    ``price``: the firm's own price without VAT, or null for the cost sheet's total. ``form`` says how it is paid;
    ``flat``, ``metered`` and ``royalty`` give that form's terms."""

    method: Literal["statute", "software", "sw-guide"] = "statute"
    cost_class: str = "service-other"
    year: int | None = None
    admin_rate: float | None = None
    profit_rate: float | None = None
    materials: int = 0
    labour: tuple[Labour, ...] = ()
    expenses: int = 0
    outsourcing: int = 0
    technology_fee: int = 0
    material: tuple[Item, ...] = ()
    expense: tuple[Item, ...] = ()
    overhead_rate: float = 140.0
    technology_rate: float = 20.0
    income: Income | None = None
    comparables: tuple[Comparable, ...] = ()
    form: Literal["once", "flat", "metered", "royalty"] = "once"
    flat: Flat | None = None
    metered: Metered | None = None
    royalty: Royalty | None = None
    price: int | None = None
    reason: Text = field(default_factory=dict)
