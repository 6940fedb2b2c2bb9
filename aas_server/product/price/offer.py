"""What the firm asks, standing on the cost sheet: the sheet is the floor, the firm gives its reason."""

from __future__ import annotations

from decimal import Decimal

from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product.price import sheet
from aas_server.product.price.sheet import Costs, Sheet
from aas_server.product.price.tables import Rates, Wages
from aas_server.product.recipe import Costing
from submodels.pricing import Pricing
from submodels.text import Text, both


def pricing(costing: Costing, id: str, valid_from: str, rates: Rates, wages: Wages) -> Pricing:
    """The cost sheet of ``costing`` and the price on it.

    Without a price of its own the firm asks the sheet's total. A price below the total needs a reason in words
    (데이터산업법 제14조: the cost sheet is the floor); VAT is reckoned on the price. Raises ``BadInput``.
    """
    made = _sheet(costing, rates, wages)
    price = made.total if costing.price is None else costing.price
    if price < 0:
        raise BadInput("cost-negative", name="price", amount=price)
    reason = _reason(costing.reason, price, made.total)
    tax = sheet.vat(price, rates)
    return Pricing(
        id=id,
        currency="KRW",
        form=costing.form,
        method=costing.method,
        cost_class=costing.cost_class if costing.method == "statute" else "",
        lines=made.lines,
        floor=made.total,
        price=price,
        vat=tax,
        price_with_vat=price + tax,
        reason=reason,
        valid_from=valid_from,
        wage_source=wages.source,
        rate_source=rates.source if costing.method == "statute" else rates.software.source,
    )


def _sheet(costing: Costing, rates: Rates, wages: Wages) -> Sheet:
    costs = Costs(
        materials=costing.materials,
        labour=tuple((labour.role, decimal(labour.months)) for labour in costing.labour),
        expenses=costing.expenses,
        outsourcing=costing.outsourcing,
        technology_fee=costing.technology_fee,
    )
    if costing.method == "software":
        overhead, technology = decimal(costing.overhead_rate), decimal(costing.technology_rate)
        return sheet.software(costs, rates, wages, overhead, technology)
    admin = None if costing.admin_rate is None else decimal(costing.admin_rate)
    profit = None if costing.profit_rate is None else decimal(costing.profit_rate)
    return sheet.statute(costs, rates.cost_class(costing.cost_class), rates, wages, admin, profit)


def decimal(number: float) -> Decimal:
    """The decimal number that was written (0.1 is a tenth), without trailing zeros. Raises ``BadInput``."""
    written = Decimal(str(number))
    if not written.is_finite():
        raise BadInput("cost-not-a-number", number=number)
    whole = written.to_integral_value()
    return whole if written == whole else written.normalize()


def _reason(given: Text, price: int, floor: int) -> Text:
    said = {language: words for language, words in given.items() if words.strip()}
    if said:
        some = next(iter(said.values()))
        return both(said.get("ko", some), said.get("en", some))
    if price < floor:
        raise BadInput("price-below-floor", price=f"{price:,}", floor=f"{floor:,}")
    if price == floor:
        return in_all("price-equals-floor")
    return in_all("price-above-floor", floor=f"{floor:,}")
