"""Pricing (own; schema.org): the cost sheet line by line, and the offer that stands on it."""

from __future__ import annotations

from dataclasses import dataclass

from basyx.aas import model

from submodels import elements, reading
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


def to_submodel(pricing: Pricing) -> model.Submodel:
    lines = [
        {
            "Code": one.code,
            "Title": one.title,
            "Formula": one.formula,
            "Amount": one.amount,
            "Article": one.article,
        }
        for one in pricing.lines
    ]
    offer = {
        "Price": pricing.price,
        "PriceCurrency": pricing.currency,
        "TaxIncluded": False,
        "Tax": pricing.vat,
        "PriceWithTax": pricing.price_with_vat,
        "Form": pricing.form,
        "ValidFrom": pricing.valid_from,
        "Reason": pricing.reason,
    }
    sheet = {
        "Method": pricing.method,
        "CostClass": pricing.cost_class,
        "Floor": pricing.floor,
        "WageSource": pricing.wage_source,
        "RateSource": pricing.rate_source,
        "Lines": lines,
    }
    return elements.submodel(KIND, pricing.id, {"Offer": offer, "CostSheet": sheet})


def from_submodel(submodel: model.Submodel) -> Pricing:
    said = reading.values_of(submodel, KIND)
    offer, sheet = said["Offer"], said["CostSheet"]
    lines = tuple(
        CostLine(one["Code"], one["Title"], one["Formula"], one["Amount"], one.get("Article", ""))
        for one in sheet["Lines"]
    )
    return Pricing(
        id=submodel.id,
        currency=offer["PriceCurrency"],
        form=offer["Form"],
        method=sheet["Method"],
        cost_class=sheet["CostClass"],
        lines=lines,
        floor=sheet["Floor"],
        price=offer["Price"],
        vat=offer["Tax"],
        price_with_vat=offer["PriceWithTax"],
        reason=offer.get("Reason", {}),
        valid_from=offer["ValidFrom"],
        wage_source=sheet["WageSource"],
        rate_source=sheet["RateSource"],
    )
