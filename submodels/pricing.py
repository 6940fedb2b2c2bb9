"""Pricing (own; schema.org): the cost sheet line by line, the other two approaches, and the offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from basyx.aas import model

from submodels import elements, reading, valuation
from submodels.text import Text
from submodels.valuation import Driver, IncomeValue, MarketValue

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
class TierPrice:
    """Won a unit up to a number of units; ``None``: without end."""

    price: float
    up_to: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """What the form of the price needs. Flat: ``fee`` a ``per`` (month, year). Metered: ``tiers`` per ``per``
    (call, row, MB). Royalty: ``share`` (fraction) every ``report`` months. ``minimum``: won in each account."""

    per: str = ""
    fee: int | None = None
    tiers: tuple[TierPrice, ...] = ()
    share: float | None = None
    report: int | None = None
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Pricing:
    """``price`` is what the firm asks, without VAT; ``floor`` the cost sheet's total; ``reason`` why they differ
    (or that they don't). ``income`` and ``market`` are ``None`` where nothing was given to value by."""

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
    income: IncomeValue | None = None
    market: MarketValue | None = None
    drivers: tuple[Driver, ...] = ()
    terms: PaymentTerms | None = None


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
        "Terms": _terms(pricing.terms),
    }
    sheet = {
        "Method": pricing.method,
        "CostClass": pricing.cost_class,
        "Floor": pricing.floor,
        "WageSource": pricing.wage_source,
        "RateSource": pricing.rate_source,
        "Lines": lines,
    }
    values = {
        "Offer": offer,
        "CostSheet": sheet,
        "IncomeApproach": valuation.income_values(pricing.income),
        "MarketApproach": valuation.market_values(pricing.market),
        "Sensitivity": [valuation.driver_values(one) for one in pricing.drivers],
    }
    return elements.submodel(KIND, pricing.id, values)


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
        income=valuation.income_value(said.get("IncomeApproach")),
        market=valuation.market_value(said.get("MarketApproach")),
        drivers=tuple(valuation.driver(one) for one in said.get("Sensitivity", ())),
        terms=_terms_of(offer.get("Terms")),
    )


def _terms(terms: PaymentTerms | None) -> Mapping[str, Any] | None:
    if terms is None:
        return None
    return {
        "Per": terms.per,
        "Fee": terms.fee,
        "Tiers": [{"TierPrice": one.price, "UpTo": one.up_to} for one in terms.tiers],
        "Share": terms.share,
        "ReportMonths": terms.report,
        "Minimum": terms.minimum,
    }


def _terms_of(said: Mapping[str, Any] | None) -> PaymentTerms | None:
    if said is None:
        return None
    share = said.get("Share")
    return PaymentTerms(
        said.get("Per", ""),
        said.get("Fee"),
        tuple(TierPrice(float(one["TierPrice"]), one.get("UpTo")) for one in said.get("Tiers", ())),
        None if share is None else float(share),
        said.get("ReportMonths"),
        said["Minimum"],
    )
