"""Pricing (own; schema.org): the cost sheet line by line, and the offer that stands on it."""

from __future__ import annotations

from dataclasses import dataclass

from submodels.text import Text

KIND = "Pricing"


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line in whole won, cut (원 미만 절사). ``formula`` shows how; ``article`` the rule's source."""

    code: str
    title: Text
    formula: str
    amount: int
    article: str = ""


@dataclass(frozen=True, slots=True)
class Pricing:
    """``price`` is what the firm asks, without VAT; ``floor`` the cost sheet's total; ``reason`` why they differ
    (or that they don't)."""

    id: str
    currency: str
    form: str
    method: str
    cost_class: str
    lines: tuple[CostLine, ...]
    floor: int
    price: int
    vat: int
    price_with_vat: int
    reason: Text
    valid_from: str
    wage_source: str
    rate_source: str
