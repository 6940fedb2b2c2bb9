"""The cost sheet, line by line: the statute's method and the software guide's.

All amounts are whole won. Every line is cut to whole won (원 미만 절사) and every sum is the sum of the printed
lines, so that a costing body adds up what it sees. Rates and months are decimal numbers, never binary floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from aas_server.messages import in_all
from aas_server.product.price.costs import MOST, Costs, Item, Worked, cut, percent, share
from aas_server.product.price.tables import CostClass, Rates, Span, Wages
from aas_server.product.recipe.fault import Fault, Place
from submodels.text import Text

Method = Literal["statute", "software"]


@dataclass(frozen=True, slots=True)
class LabourRow:
    """One line of work: ``amount`` = persons × months × wage, cut."""

    title: Text
    persons: int
    months: Decimal
    wage: Decimal
    amount: int
    source: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A material or an expense; ``amount`` is ``written`` cut to whole won."""

    item: Item
    amount: int


@dataclass(frozen=True, slots=True)
class Rate:
    """The fraction taken, the range it may stand in, and the rule's article."""

    taken: Decimal
    low: Decimal
    cap: Decimal
    article: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole calculation in won. By the statute ``general`` is 일반관리비 and ``profit`` 이윤; by the software
    guide they are 제경비 and 기술료. ``bearing``: the expenses that bear profit (without 기술료, 외주가공비)."""

    method: Method
    kind: CostClass | None
    work: tuple[LabourRow, ...]
    material: tuple[ItemRow, ...]
    expense: tuple[ItemRow, ...]
    materials: int
    labour: int
    expenses: int
    bearing: int
    general: int
    profit: int
    total: int
    general_rate: Rate
    profit_rate: Rate
    article: str
    wage_source: str
    year: int

    @property
    def general_base(self) -> int:
        """What the general rate is taken of."""
        return self.labour if self.method == "software" else self.materials + self.labour + self.expenses

    @property
    def profit_base(self) -> int:
        """What the profit rate is taken of."""
        return self.labour + self.general + (0 if self.method == "software" else self.bearing)


def statute(
    costs: Costs, kind: CostClass, rates: Rates, wages: Wages, general: Decimal | None, profit: Decimal | None
) -> Sheet:
    """Cost accounting by 국가계약법 시행규칙 제6·8조: M + L + E + G + P.

    General administration G = g·(M+L+E); profit P = p·(L+E'+G), E' being the expenses without 기술료 and
    외주가공비. ``general`` and ``profit`` are g and p as fractions, ``None`` for the class's cap. Raises ``Fault``
    for a rate over its cap (with the article) and an unknown role.
    """
    g = _capped(general, kind.admin, kind, rates.article_admin, ("general_rate",))
    p = _capped(profit, kind.profit, kind, rates.article_profit, ("profit_rate",))
    return _sheet("statute", kind, costs, wages, g, p, rates.article_sheet)


def software(costs: Costs, rates: Rates, wages: Wages, overhead: Decimal, technology: Decimal) -> Sheet:
    """The software guide: direct labour + 제경비 + 기술료 + direct expenses.

    제경비 = ``overhead`` of direct labour; 기술료 = ``technology`` of the sum of both, as fractions. Materials and
    expenses are direct expenses. Raises ``Fault`` for a rate outside the guide's range.
    """
    guide = rates.software
    burden = _within(overhead, guide.overhead, guide.source, ("overhead_rate",))
    fee = _within(technology, guide.technology, guide.source, ("technology_rate",))
    return _sheet("software", None, costs, wages, burden, fee, guide.source)


def vat(price: int, rates: Rates) -> int:
    """Value added tax on a price, cut to whole won."""
    return share(price, rates.vat.percent.scaleb(-2))


def with_sums(made: Sheet, sums: tuple[int, int, int, int], g: Rate, p: Rate) -> Sheet:
    """The same method on other sums (materials, labour, expenses, those that bear profit) and rates."""
    return _totals(made.method, made.kind, ((), (), ()), sums, (g, p), (made.article, made.wage_source, made.year))


def _sheet(
    method: Method, kind: CostClass | None, costs: Costs, wages: Wages, g: Rate, p: Rate, article: str
) -> Sheet:
    work = tuple(_worked(one, wages) for one in costs.labour)
    material, expense = (tuple(map(_bought, items)) for items in (costs.materials, costs.expenses))
    sums = (
        _sum(material),
        sum(row.amount for row in work),
        _sum(expense),
        _sum([row for row in expense if row.item.kind == "general"]),
    )
    return _totals(method, kind, (work, material, expense), sums, (g, p), (article, wages.source, wages.year))


def _totals(
    method: Method,
    kind: CostClass | None,
    rows: tuple[tuple[LabourRow, ...], tuple[ItemRow, ...], tuple[ItemRow, ...]],
    sums: tuple[int, int, int, int],
    rates: tuple[Rate, Rate],
    known: tuple[str, str, int],
) -> Sheet:
    materials, labour, expenses, bearing = sums
    general = share(labour if method == "software" else materials + labour + expenses, rates[0].taken)
    profit = share(labour + general + (0 if method == "software" else bearing), rates[1].taken)
    total = materials + labour + expenses + general + profit
    article, source, year = known
    return Sheet(
        method, kind, *rows, *sums, general, profit, total, *rates, article=article, wage_source=source, year=year
    )


def _worked(one: Worked, wages: Wages) -> LabourRow:
    if one.months == 0 or one.persons < 1:
        entry = "months" if one.months == 0 else "persons"
        raise Fault((*one.place, entry), "labour-none", name=entry, role=one.role)
    if one.wage is None:
        role = wages.wage(one.role, (*one.place, "role"))
        title, wage, source = role.title, Decimal(role.month), wages.source
    else:
        title, wage, source = {"ko": one.role, "en": one.role}, one.wage, ""
    amount = cut(one.persons * Fraction(one.months) * Fraction(wage))
    if amount > MOST:
        raise Fault((*one.place, "months"), "cost-too-large", name=one.role, most=f"{MOST:,}")
    return LabourRow(title, one.persons, one.months, wage, amount, source)


def _bought(item: Item) -> ItemRow:
    return ItemRow(item, cut(Fraction(item.amount)))


def _sum(rows: Sequence[ItemRow]) -> int:
    return sum(row.amount for row in rows)


def _capped(wanted: Decimal | None, percent_cap: Decimal, kind: CostClass, article: str, place: Place) -> Rate:
    cap = percent_cap.scaleb(-2)
    rate = cap if wanted is None else wanted
    if rate > cap:
        name = in_all(f"cost-{place[-1]}".replace("_", "-"))
        raise Fault(
            place, "rate-over-cap", name=name, rate=percent(rate), cap=percent(cap), cost_class=kind.title,
            article=article,
        )  # fmt: skip
    return Rate(rate, Decimal(0), cap, article)


def _within(rate: Decimal, span: Span, source: str, place: Place) -> Rate:
    low, high = span.low.scaleb(-2), span.high.scaleb(-2)
    if not low <= rate <= high:
        name = in_all(f"cost-{place[-1]}".replace("_", "-"))
        raise Fault(
            place, "rate-outside-guide", name=name, rate=percent(rate), low=percent(low), high=percent(high),
            source=source,
        )  # fmt: skip
    return Rate(rate, low, high, source)
