"""How far each value moves where one assumption does: by 10 and 20 percent, down and up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from aas_server.product.price import approaches, sheet
from aas_server.product.price.approaches import Assumed
from aas_server.product.price.costs import cut
from aas_server.product.price.sheet import Rate, Sheet
from aas_server.product.recipe.costing import Comparable
from submodels.valuation import Driver

CHANGES = (-20, -10, 0, 10, 20)
"""Percent."""


def drivers(made: Sheet, income: Assumed | None, comparables: Sequence[Comparable]) -> tuple[Driver, ...]:
    """Every assumption of every approach that values; within an approach the one that moves most comes first."""
    found = [*_of_cost(made)]
    if income is not None:
        found += _of_income(income)
    if comparables:
        found.append(_of_market(comparables))
    order = {"cost": 0, "income": 1, "market": 2}
    return tuple(sorted(found, key=lambda one: (order[one.approach], -one.spread)))


def case(made: Sheet, name: str, change: int) -> Sheet:
    """The cost sheet where ``name`` is changed by ``change`` percent. Sums change as sums (cut to whole won); a
    rate stays within its range: over its cap it may not be asked."""
    by = Fraction(100 + change, 100)

    def by_name(sum_: str) -> int:
        amount: int = getattr(made, sum_)
        changed = name == sum_ or (name == "expenses" and sum_ == "bearing")
        return cut(amount * by) if changed else amount

    sums = by_name("materials"), by_name("labour"), by_name("expenses"), by_name("bearing")
    rates = (
        _changed(made.general_rate, by) if name == "general_rate" else made.general_rate,
        _changed(made.profit_rate, by) if name == "profit_rate" else made.profit_rate,
    )
    return sheet.with_sums(made, sums, *rates)


def _changed(rate: Rate, by: Fraction) -> Rate:
    wanted = rate.taken * Decimal(by.numerator) / Decimal(by.denominator)
    return replace(rate, taken=min(max(wanted, rate.low), rate.cap))


def _of_cost(made: Sheet) -> Iterator[Driver]:
    for name in ("labour", "materials", "expenses", "general_rate", "profit_rate"):
        spent = name.endswith("rate") or getattr(made, name) > 0
        if spent and made.total:
            yield Driver("cost", name, CHANGES, tuple(case(made, name, change).total for change in CHANGES))


@dataclass(frozen=True, slots=True)
class IncomeCase:
    """Assumptions of which one is changed, and a factor on every year's income."""

    given: Assumed
    scale: Fraction = Fraction(1)


def income_case(income: Assumed, name: str, change: int) -> IncomeCase:
    """The income approach where ``name`` is changed by ``change`` percent; a rate at most to 1."""
    if name in ("buyers", "fee"):
        return IncomeCase(income, _by(change))
    rate = min(getattr(income, name) * (100 + change) / 100, Decimal(1))
    changed = replace(income, discount=rate) if name == "discount" else replace(income, obsolescence=rate)
    return IncomeCase(changed)


def _of_income(income: Assumed) -> Iterator[Driver]:
    for name in ("buyers", "fee", "discount", "obsolescence"):
        cases = [income_case(income, name, change) for change in CHANGES]
        values = (approaches.income_value(case.given, case.scale).value for case in cases)
        yield Driver("income", name, CHANGES, tuple(values))


def _of_market(comparables: Sequence[Comparable]) -> Driver:
    values = (approaches.market_value(comparables, _by(change)).median for change in CHANGES)
    return Driver("market", "prices", CHANGES, tuple(values))


def _by(change: int) -> Fraction:
    return Fraction(100 + change, 100)
