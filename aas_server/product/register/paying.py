"""What is paid and when, by the form of the price, in the words of a Korean contract."""

from __future__ import annotations

from collections.abc import Mapping, Set
from decimal import Decimal

from aas_server.product.register.contracts import contracts
from aas_server.product.report.format import exact
from submodels.pricing import PaymentTerms, Pricing


def true(priced: Pricing) -> Set[str]:
    """The conditions of clauses that hold."""
    terms = priced.terms
    said = {f"form-{priced.form}"}
    if terms is not None:
        said.add("payment-terms")
        said |= {"payment-minimum"} if terms.minimum else set()
    return said


def values(priced: Pricing) -> Mapping[str, str]:
    """What the clauses' places are filled with; ``share`` in percent."""
    terms = priced.terms or PaymentTerms()
    return {
        "price": won(priced.price),
        "fee": won(terms.fee or 0),
        "per": contracts().per.get(terms.per, ""),
        "tiers": ", ".join(_tiers(terms)),
        "share": f"{exact(100 * Decimal(str(terms.share or 0)))} %",
        "report": str(terms.report or ""),
        "minimum": won(terms.minimum),
    }


def won(amount: int | float) -> str:
    return f"{exact(amount)}원"


def _tiers(terms: PaymentTerms) -> list[str]:
    found, said, above = [], contracts().tier, 0
    for tier in terms.tiers:
        lowest, higher = (said.only, said.last) if tier.up_to is None else (said.first, said.middle)
        told = higher if above else lowest
        found.append(told.format(above=f"{above:,}", to=f"{tier.up_to or 0:,}", price=won(tier.price)))
        above = tier.up_to or above
    return found
