"""``[costing]``: what the product cost and what the firm asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from submodels.text import Text


@dataclass(frozen=True, slots=True)
class Labour:
    role: str
    months: float


@dataclass(frozen=True, slots=True)
class Costing:
    """``cost_class`` names a row of the rate table; ``admin_rate`` and ``profit_rate`` (percent) may be lower than
    its caps, never higher. ``price``: the firm's own price without VAT, or null for the cost sheet's total."""

    method: Literal["statute", "software"] = "statute"
    cost_class: str = "service-other"
    admin_rate: float | None = None
    profit_rate: float | None = None
    materials: int = 0
    labour: tuple[Labour, ...] = ()
    expenses: int = 0
    outsourcing: int = 0
    technology_fee: int = 0
    overhead_rate: float = 140.0
    technology_rate: float = 20.0
    form: Literal["once", "flat", "metered", "royalty"] = "once"
    price: int | None = None
    reason: Text = field(default_factory=dict)
