"""The income and the market approach (데이터산업법 제14조: 가치평가), beside the cost sheet.

Nothing is invented: who gives no assumptions or no comparables has no value by that approach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from aas_server.product.price import costs
from aas_server.product.price.costs import MOST_IN_BOOK, cut
from aas_server.product.recipe.costing import Comparable, Income
from aas_server.product.recipe.fault import Fault, Place
from aas_server.product.report.format import exact
from submodels.valuation import Compared, IncomeValue, IncomeYear, MarketValue

MOST_YEARS = 30
"""Longer than any data keep their worth; it bounds the sheet."""
PLACES = 6
"""Decimals of a factor. It is a printed figure: the amounts are reckoned with it as printed."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """The income approach's assumptions, checked."""

    buyers: tuple[int, ...]
    fee: int
    discount: Decimal
    obsolescence: Decimal
    basis: str


def assumed(income: Income) -> Assumed:
    """Raises ``Fault`` for years that don't fit, negative figures, rates over 1 and a missing basis."""
    place: Place = ("income",)
    given = [income.buyers] * (income.years or 1) if isinstance(income.buyers, int) else list(income.buyers)
    if income.years is not None and not 1 <= income.years <= MOST_YEARS:
        raise Fault((*place, "years"), "income-years", years=income.years, most=MOST_YEARS)
    if isinstance(income.buyers, int) and income.years is None:
        raise Fault((*place, "buyers"), "income-years-missing")
    if not given or len(given) > MOST_YEARS or len(given) != (income.years or len(given)):
        raise Fault((*place, "buyers"), "income-buyers", count=len(given), most=MOST_YEARS)
    if not income.basis.strip():
        raise Fault((*place, "basis"), "valuation-unfounded", name="basis")
    return Assumed(
        tuple(int(costs.decimal(one, (*place, "buyers"))) for one in given),
        cut(Fraction(costs.decimal(income.fee, (*place, "fee")))),
        costs.fraction(income.discount, (*place, "discount")),
        costs.fraction(income.obsolescence, (*place, "obsolescence")),
        income.basis,
    )


def income_value(given: Assumed, scale: Fraction = Fraction(1)) -> IncomeValue:
    """V = Σ_t buyers_t · fee · (1 − o)^(t−1) / (1 + r)^t over the years t = 1…n, income at each year's end.

    The usual present value of an income approach (수익접근법; 데이터 가치평가 under 데이터산업법 제14조), with
    obsolescence o as what a year takes off the fee that buyers pay. The factor is rounded to six decimals, each
    year cut to whole won; V is the sum of the years. ``scale`` multiplies every year's income. Raises ``Fault``.
    """
    years = []
    for year, buyers in enumerate(given.buyers, 1):
        worth = (1 - Fraction(given.obsolescence)) ** (year - 1) / (1 + Fraction(given.discount)) ** year
        factor = _rounded(worth)
        amount = cut(buyers * given.fee * scale * Fraction(factor))
        years.append(IncomeYear(year, buyers, float(factor), amount))
    value = sum(one.amount for one in years)
    if value > MOST_IN_BOOK:
        raise Fault(("income", "fee"), "cost-too-large", name="fee", most=f"{MOST_IN_BOOK:,}")
    discount, obsolescence = float(given.discount), float(given.obsolescence)
    return IncomeValue(given.fee, discount, obsolescence, given.basis, tuple(years), value)


def market_value(comparables: Sequence[Comparable], scale: Fraction = Fraction(1)) -> MarketValue:
    """Median and range of the comparables' adjusted prices (시장접근법; 데이터산업법 제14조).

    Adjusted price = price × Π factors; the product is rounded to six decimals, the price cut to whole won. Of an
    even number the median is the mean of the two in the middle, cut. ``scale`` multiplies every price. Raises
    ``Fault`` for a comparable without source, day or price.
    """
    compared = tuple(_compared(number, one, scale) for number, one in enumerate(comparables))
    prices = sorted(one.adjusted for one in compared)
    middle = len(prices) // 2
    median = prices[middle] if len(prices) % 2 else (prices[middle - 1] + prices[middle]) // 2
    return MarketValue(compared, median, prices[0], prices[-1])


def _compared(number: int, one: Comparable, scale: Fraction) -> Compared:
    place: Place = ("comparables", number)
    for name in ("name", "source"):
        if not getattr(one, name).strip():
            raise Fault((*place, name), "valuation-unfounded", name=name)
    try:
        date.fromisoformat(one.date)
    except ValueError:
        raise Fault((*place, "date"), "comparable-date", date=one.date) from None
    product = Fraction(1)
    for adjustment in one.adjustments:
        product *= Fraction(costs.decimal(adjustment.factor, (*place, "adjustments")))
        if not adjustment.reason.strip():
            raise Fault((*place, "adjustments"), "valuation-unfounded", name="reason")
    factor = _rounded(product)
    price = cut(Fraction(costs.decimal(one.price, (*place, "price"))))
    adjusted = cut(price * scale * Fraction(factor))
    if not price or not adjusted or adjusted > MOST_IN_BOOK:
        raise Fault((*place, "price"), "comparable-price", name=one.name, most=f"{MOST_IN_BOOK:,}")
    said = "; ".join(f"{part.reason} × {exact(part.factor)}" for part in one.adjustments)
    return Compared(one.name, price, one.source, one.date, float(factor), said, adjusted)


def _rounded(factor: Fraction) -> Decimal:
    """To six decimals, half up."""
    return Decimal(cut(factor * 10**PLACES + Fraction(1, 2))).scaleb(-PLACES)
