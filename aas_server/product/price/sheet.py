"""The cost sheet, line by line: the statute's method and the software guide's.

All amounts are whole won. Every line is cut to whole won (원 미만 절사) and every sum is the sum of the printed
lines, so that a costing body adds up what it sees. Rates and months are decimal numbers, never binary floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product.price.tables import CostClass, Rates, Span, Wages
from submodels.pricing import CostLine


@dataclass(frozen=True, slots=True)
class Costs:
    """What was spent. ``labour``: (role, months). Expenses E are ``expenses`` + ``outsourcing`` +
    ``technology_fee``, each its own line; the last two bear no profit."""

    materials: int = 0
    labour: tuple[tuple[str, Decimal], ...] = ()
    expenses: int = 0
    outsourcing: int = 0
    technology_fee: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines in their order and the last one's amount: the total without VAT."""

    lines: tuple[CostLine, ...]
    total: int


def cut(amount: Decimal) -> int:
    """Whole won, what is below a won dropped."""
    return int(amount.to_integral_value(ROUND_FLOOR))


def statute(
    costs: Costs, kind: CostClass, rates: Rates, wages: Wages, admin: Decimal | None, profit: Decimal | None
) -> Sheet:
    """Cost accounting by 국가계약법 시행규칙 제6·8조: M + L + E + G + P.

    General administration G = g·(M+L+E); profit P = p·(L+E'+G), E' being the expenses without 기술료 and
    외주가공비. ``admin`` and ``profit`` are g and p in percent, ``None`` for the class's cap. Raises ``BadInput``
    for a rate over its cap (with the article), a negative amount or an unknown role.
    """
    g = _capped(admin, kind.admin, kind, rates.article_admin)
    p = _capped(profit, kind.profit, kind, rates.article_profit)
    lines, materials, labour, expenses = _spent(costs, wages, rates.article_sheet)
    spent = materials + labour + expenses
    overhead = cut(spent * g / 100)
    earning = labour + costs.expenses + overhead
    gain = cut(earning * p / 100)
    total = spent + overhead + gain
    lines += [
        _line("admin", f"{spent:,} × {g} %", overhead, rates.article_admin),
        _line("profit", f"{earning:,} × {p} %", gain, rates.article_profit),
        _line("total", f"{spent:,} + {overhead:,} + {gain:,}", total, rates.article_sheet),
    ]
    return Sheet(tuple(lines), total)


def software(costs: Costs, rates: Rates, wages: Wages, overhead: Decimal, technology: Decimal) -> Sheet:
    """The software guide: direct labour + 제경비 + 기술료 + direct expenses.

    제경비 = ``overhead`` % of direct labour; 기술료 = ``technology`` % of the sum of both. Materials, expenses,
    outsourcing and bought technology are direct expenses. Raises ``BadInput`` for a rate outside the guide's
    range.
    """
    guide = rates.software
    _within(overhead, guide.overhead, in_all("cost-rate-overhead"), guide.source)
    _within(technology, guide.technology, in_all("cost-rate-technology"), guide.source)
    lines, materials, labour, expenses = _spent(costs, wages, guide.source)
    burden = cut(labour * overhead / 100)
    fee = cut((labour + burden) * technology / 100)
    direct = materials + expenses
    total = labour + burden + fee + direct
    lines += [
        _line("overhead", f"{labour:,} × {overhead} %", burden, guide.source),
        _line("technology", f"({labour:,} + {burden:,}) × {technology} %", fee, guide.source),
        _line("total", f"{labour:,} + {burden:,} + {fee:,} + {direct:,}", total, guide.source),
    ]
    return Sheet(tuple(lines), total)


def vat(price: int, rates: Rates) -> int:
    """Value added tax on a price, cut to whole won."""
    return cut(price * rates.vat.percent / 100)


def _spent(costs: Costs, wages: Wages, article: str) -> tuple[list[CostLine], int, int, int]:
    """The lines of M, L and E and their three sums."""
    for name in ("materials", "expenses", "outsourcing", "technology_fee"):
        if getattr(costs, name) < 0:
            raise BadInput("cost-negative", name=name, amount=getattr(costs, name))
    labour = _labour(costs.labour, wages)
    wage = sum(line.amount for line in labour)
    spent = costs.expenses + costs.outsourcing + costs.technology_fee
    parts = " + ".join(f"{part:,}" for part in (costs.expenses, costs.outsourcing, costs.technology_fee))
    lines = [
        _line("materials", "", costs.materials, article),
        *labour,
        _line("labour", " + ".join(f"{line.amount:,}" for line in labour), wage, article),
        _line("direct-expenses", "", costs.expenses, article),
        _line("outsourcing", "", costs.outsourcing, article),
        _line("technology-fee", "", costs.technology_fee, article),
        _line("expenses", parts, spent, article),
    ]
    return lines, costs.materials, wage, spent


def _labour(labour: Sequence[tuple[str, Decimal]], wages: Wages) -> list[CostLine]:
    lines = []
    for number, (name, months) in enumerate(labour, 1):
        if months < 0:
            raise BadInput("cost-negative", name=name, amount=months)
        role = wages.wage(name)
        formula = f"{months} M/M × {role.month:,}"
        amount = cut(months * role.month)
        lines.append(CostLine(f"labour-{number}", role.title, formula, amount, wages.source))
    return lines


def _capped(wanted: Decimal | None, cap: Decimal, kind: CostClass, article: str) -> Decimal:
    rate = cap if wanted is None else wanted
    if rate > cap:
        raise BadInput("rate-over-cap", rate=rate, cap=cap, cost_class=kind.title, article=article)
    if rate < 0:
        raise BadInput("cost-negative", name=article, amount=rate)
    return rate


def _within(rate: Decimal, span: Span, name: object, source: str) -> None:
    if not span.low <= rate <= span.high:
        raise BadInput("rate-outside-guide", name=name, rate=rate, low=span.low, high=span.high, source=source)


def _line(code: str, formula: str, amount: int, article: str) -> CostLine:
    return CostLine(code, in_all(f"cost-line-{code}"), formula, amount, article)
