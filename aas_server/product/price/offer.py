"""What the firm asks, standing on the cost sheet: the sheet is the floor, the firm gives its reason."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.product.price import approaches, costs, forms, given, printed, sensitivity, sheet
from aas_server.product.price.book import Book, check
from aas_server.product.price.tables import Rates
from aas_server.product.recipe import Costing
from aas_server.product.recipe.fault import Fault
from submodels.pricing import Pricing
from submodels.text import Text, both


def pricing(costing: Costing, id: str, valid_from: str, rates: Rates) -> Pricing:
    """The cost sheet of ``costing`` and the price on it.

    Without a price of its own the firm asks the sheet's total. A price below the total needs a reason in words
    (데이터산업법 제14조: the cost sheet is the floor); VAT is reckoned on the price. Income and market approach
    stand beside it where the recipe gives their assumptions. Raises ``Fault`` with the
    entry of ``costing`` that is wrong.
    """
    made = given.reckoned(given.of_recipe(costing), rates)
    check(made)
    income = None if costing.income is None else approaches.assumed(costing.income)
    price = made.total if costing.price is None else int(costs.decimal(costing.price, ("price",)))
    reason = _reason(costing.reason, price, made.total)
    tax = sheet.vat(price, rates)
    return Pricing(
        id=id,
        currency="KRW",
        form=costing.form,
        method=made.method,
        cost_class=made.kind.id if made.kind else "",
        lines=printed.lines(made),
        floor=made.total,
        price=price,
        vat=tax,
        price_with_vat=price + tax,
        reason=reason,
        valid_from=valid_from,
        wage_source=made.wage_source,
        rate_source=rates.source if made.method == "statute" else rates.software.source,
        income=None if income is None else approaches.income_value(income),
        market=approaches.market_value(costing.comparables) if costing.comparables else None,
        drivers=sensitivity.drivers(made, income, costing.comparables),
        terms=forms.terms(costing),
    )


def book(costing: Costing, title: Text, priced: Pricing, rates: Rates) -> Book:
    """The workbook of ``costing``, which ``priced`` was made of."""
    return Book(
        given.reckoned(given.of_recipe(costing), rates),
        rates,
        title,
        None if costing.income is None else approaches.assumed(costing.income),
        costing.comparables,
        None if costing.price is None else priced.price,
        priced.reason,
    )


def _reason(given: Text, price: int, floor: int) -> Text:
    said = {language: words for language, words in given.items() if words.strip()}
    if said:
        some = next(iter(said.values()))
        return both(said.get("ko", some), said.get("en", some))
    if price < floor:
        raise Fault(("reason",), "price-below-floor", price=f"{price:,}", floor=f"{floor:,}")
    if price == floor:
        return in_all("price-equals-floor")
    return in_all("price-above-floor", floor=f"{floor:,}")
