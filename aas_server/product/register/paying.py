"""What is paid and when, by the form of the price, in the words of a Korean contract."""

from __future__ import annotations

from collections.abc import Mapping, Set
from decimal import Decimal

from aas_server.product.report.format import exact
from submodels.pricing import PaymentTerms, Pricing

_PERIODS = {"month": "한 달", "year": "한 해"}
_UNITS = {"call": "호출 한 건", "row": "데이터 한 행", "MB": "1 MB"}


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
        "period": _PERIODS.get(terms.per, ""),
        "unit": _UNITS.get(terms.per, ""),
        "tiers": ", ".join(_tiers(terms)),
        "share": f"{exact(100 * Decimal(str(terms.share or 0)))} %",
        "report": str(terms.report or ""),
        "minimum": won(terms.minimum),
    }


def won(amount: int | float) -> str:
    return f"{exact(amount)}원"


def _tiers(terms: PaymentTerms) -> list[str]:
    found, low = [], 0
    for tier in terms.tiers:
        if tier.up_to is not None:
            span = f"{low:,} 초과 {tier.up_to:,} 이하" if low else f"{tier.up_to:,}까지"
        else:
            span = f"{low:,} 초과" if low else ""
        found.append(f"{span} {won(tier.price)}".strip())
        low = tier.up_to or low
    return found
